#include "edge-agent/desk/desk.hpp"
#include "protocol/civil/days.hpp"

namespace feldsher::edge {
namespace {

/// The minute of the booking that was asked for, or of the one that was to be cancelled; 0 = unknown.
std::int64_t slot_of(const PointState& state, const v1::Request& request) {
  if (request.kind() == v1::REQUEST_BOOK) return request.wanted().from().minute();
  const auto* row = state.appointments.find(request.appointment());
  return row ? row->state.from().minute() : 0;
}

}  // namespace

std::vector<std::vector<Draft>> Desk::lapses(const DeskTime& now) {
  std::vector<std::vector<Draft>> acts;
  std::map<Uuid, std::uint64_t> waits;
  for (const Uuid& id : state_.open_requests()) {
    const auto& row = *state_.requests.find(id);
    const auto known = asked_at_ms_.find(id);
    const std::uint64_t since = known == asked_at_ms_.end() ? now.instant.since_boot_ms : known->second;
    waits[id] = since;
    const std::int64_t slot = slot_of(state_, row.state);
    const bool begun = !now.clock_unset && slot != 0 && slot <= now.minute;
    if (!begun && now.instant.since_boot_ms - since < request_patience_ms_) continue;
    v1::Request lapsed = row.state;
    lapsed.set_status(v1::REQUEST_LAPSED);
    v1::Actor rule;
    rule.set_kind(v1::ACTOR_RULE);
    rule.set_rule("request-lapsed@1");
    Draft act = draft(v1::REQUEST, id, v1::LAPSED, lapsed, rule, v1::PROOF_NONE);
    v1::Cause cause;
    if (begun)
      cause.set_due_ms(slot * ms_a_minute);
    else
      *cause.mutable_record() = row.record.to_wire();
    act.cause = cause;
    acts.push_back({std::move(act)});
  }
  asked_at_ms_ = std::move(waits);
  return acts;
}

std::uint32_t Desk::open_requests() const {
  return static_cast<std::uint32_t>(state_.open_requests().size());
}

std::uint32_t Desk::lapsed_requests(const DeskTime& now) const {
  std::uint32_t lapsed = 0;
  for (const auto& [id, row] : state_.requests.rows())
    lapsed += row.record.origin == state_.node() && row.state.status() == v1::REQUEST_LAPSED &&
              !state_.answer_to(id) && zone_.day(row.at_ms / ms_a_minute) == now.day;
  return lapsed;
}

}  // namespace feldsher::edge
