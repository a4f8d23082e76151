#include "central/feed/day_rule.hpp"

#include "protocol/civil/days.hpp"

#include "protocol/civil/civil.hpp"

namespace feldsher::central {
namespace {

// The shortest day that a zone has: so long nothing is looked up.
constexpr std::int64_t shortest_day = minutes_a_day - 3 * 60;

}  // namespace

std::optional<Draft> day_due(const NetworkState& state, const Instant& now) {
  const v1::Day* last = state.today();
  const std::int64_t minute = now.wall_ms / ms_a_minute;
  if (now.trust == v1::TRUST_UNSET || state.points.rows().empty()) return std::nullopt;
  if (last && minute >= last->minute() && minute < last->minute() + shortest_day) return std::nullopt;
  auto zone = Zone::named(state.points.rows().begin()->second.state.zone());
  if (!zone) zone = Zone::named("Etc/UTC");
  if (!zone) return std::nullopt;
  v1::Day day;
  day.set_day(zone->day(minute));
  day.set_zone(zone->name());
  // Where the clocks go forward at midnight the day begins without one.
  day.set_minute(zone->minute(day.day() + "T00:00").value_or(minute));
  if (last && day.day() == last->day()) return std::nullopt;
  // A clock that is put right by little about midnight takes no day back.
  if (last && day.minute() < last->minute() && last->minute() - day.minute() < minutes_a_day + shortest_day)
    return std::nullopt;
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_RULE);
  draft.actor.set_rule("day@1");
  draft.subject = {v1::DAY, state.central().uuid};
  draft.verb = last ? v1::CHANGED : v1::REGISTERED;
  if (auto current = state.current(draft.subject)) draft.bases.push_back(*current);
  draft.cause.emplace().set_due_ms(day.minute() * ms_a_minute);
  draft.message = day.SerializeAsString();
  return draft;
}

}  // namespace feldsher::central
