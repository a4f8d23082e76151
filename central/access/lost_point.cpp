#include "central/access/lost_point.hpp"

#include <algorithm>
#include <tuple>

#include "central/feed/scope_window.hpp"
#include "protocol/civil/days.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

/// What is used on points, and at their boxes.
const std::vector<v1::CredentialKind> kinds_of_a_point{v1::CREDENTIAL_NODE, v1::CREDENTIAL_AGENT,
                                                       v1::CREDENTIAL_BROKER, v1::CREDENTIAL_TERMINAL,
                                                       v1::CREDENTIAL_DEVICE};

/// The open codes of that point die; of all points when none is named.
void end_codes(const NetworkState& state, const std::optional<PointId>& point, const AccessBy& by,
               std::vector<Draft>& drafts) {
  for (const auto& [id, row] : state.enrolments.rows()) {
    if (row.state.status() != v1::CODE_OPEN || (point && row.state.point() != point->to_octets())) continue;
    v1::Enrolment dead = row.state;
    dead.set_status(v1::CODE_DEAD);
    drafts.push_back(change(state, {v1::ENROLMENT, id}, v1::CHANGED, dead.SerializeAsString(), by));
  }
}

/// The day of the last act that is here, or the one before, since what left the scope on that day may not
/// have been told any more. Today, when the act is today's or there is none.
v1::Day last_heard_day(v1::Day day, std::int64_t last_act_ms) {
  constexpr std::int64_t most_days = 100 * 365;  // The stamp comes from outside.
  const std::int64_t minutes = day.minute() - last_act_ms / ms_a_minute;
  if (last_act_ms == 0 || minutes <= 0) return day;
  const std::int64_t days = std::min((minutes + minutes_a_day - 1) / minutes_a_day + 1, most_days);
  day.set_minute(day.minute() - days * minutes_a_day);
  day.set_day(days_after(day.day(), -static_cast<int>(days)));
  return day;
}

/// What the boxes of a point may still hold, whether or not it is in the point's scope today.
class Held {
 public:
  Held(const NetworkState& state, PointId point)
      : state_(state), point_(point.to_octets()), node_(state.node_of(point)) {
    if (const v1::Day* today = state.today()) {
      until_.emplace(*today);
      const v1::Day heard = last_heard_day(*today, node_ ? state.last_act_ms(*node_) : 0);
      since_.emplace(heard);
      since_ms_ = heard.minute() * ms_a_minute;
    }
  }

  bool has(const Row<v1::Appointment>& row) const {
    const std::int64_t minute = row.state.from().minute();
    return row.state.point() == point_ && !is_past(minute) && (!until_ || minute < until_->until());
  }
  bool has(const Row<v1::Visit>& row) const {
    return row.state.point() == point_ && (!since_ || since_->has_visit(row.state.day()));
  }
  /// Worn since then: it was neither archived nor given to somebody else before.
  bool has(const Uuid& id, const Row<v1::Custody>& row) const {
    if (row.state.point() != point_ && !is_node(row.state.home_node())) return false;
    if (state_.wearings().is_last(id)) return row.verb != v1::ARCHIVED || row.at_ms >= since_ms_;
    const auto last = state_.wearings().last_of(id_of(row.state.device()));
    const auto* by = last ? state_.custodies.find(*last) : nullptr;
    return !by || by->at_ms >= since_ms_;
  }
  bool has(const Row<v1::Request>& row) const {
    return (is_node(row.state.owner()) || row.record.origin == node_) &&
           !is_past(row.state.wanted().from().minute());
  }

 private:
  bool is_node(const std::string& octets) const { return node_ && node_->to_octets() == octets; }
  bool is_past(std::int64_t minute) const { return since_ && since_->is_past(minute); }

  const NetworkState& state_;
  std::string point_;
  std::optional<NodeId> node_;
  std::optional<ScopeWindow> since_, until_;  // None before the first day: then nothing has left by time.
  std::int64_t since_ms_ = 0;
};

}  // namespace

std::set<Uuid> people_in_scope(const NetworkState& state, PointId point) {
  std::set<Uuid> people;
  const auto add = [&](const std::string& patient) {
    if (auto id = Uuid::from_octets(patient); id && !id->is_nil()) people.insert(*id);
  };
  const Held held(state, point);
  for (const auto& [id, row] : state.appointments.rows())
    if (held.has(row)) add(row.state.patient());
  for (const auto& [id, row] : state.visits.rows())
    if (held.has(row)) add(row.state.patient());
  for (const auto& [id, row] : state.custodies.rows())
    if (held.has(id, row)) add(row.state.patient());
  for (const auto& [id, row] : state.requests.rows())
    if (held.has(row)) add(row.state.wanted().patient());
  return people;
}

std::vector<Draft> lose_point(const NetworkState& state, PointId point, const AccessBy& by, Random& random) {
  std::vector<Draft> drafts = revoke(state, {.kinds = kinds_of_a_point, .name = {}, .point = point}, by);
  for (const auto& [id, row] : state.pass_keys.rows()) {
    if (row.state.point() != point.to_octets() || row.state.retired()) continue;
    v1::PassKey retired = row.state;
    retired.set_retired(true);
    drafts.push_back(change(state, {v1::PASS_KEY, id}, v1::CHANGED, retired.SerializeAsString(), by));
  }
  end_codes(state, point, by, drafts);
  for (const Uuid& patient : people_in_scope(state, point)) {
    v1::Disclosure shown;
    shown.set_patient(patient.to_octets());
    shown.set_where("point lost");
    drafts.push_back(change(state, {v1::DISCLOSURE, random.uuid_v7(by.now.wall_ms)}, v1::READ,
                            shown.SerializeAsString(), by));
  }
  return drafts;
}

std::vector<OfNoPoint> of_no_point(const NetworkState& state) {
  using Name = std::pair<v1::CredentialKind, std::string>;
  std::vector<OfNoPoint> found;
  std::map<Name, std::set<std::string>> placed;  // At which points a name is good.
  for (const auto& [id, row] : state.credentials.rows()) {
    const v1::Credential& credential = row.state;
    const auto kind = credential.kind();
    if (credential.revoked() || (kind != v1::CREDENTIAL_TERMINAL && kind != v1::CREDENTIAL_DEVICE)) continue;
    if (credential.point().empty())
      found.push_back({.kind = kind, .name = credential.name(), .serial = credential.serial()});
    else if (const auto* point = state.points.find(credential.point()))
      placed[{kind, credential.name()}].insert(point->state.short_name());
  }
  for (OfNoPoint& each : found)
    if (const auto at = placed.find({each.kind, each.name}); at != placed.end())
      each.also_at.assign(at->second.begin(), at->second.end());
  std::ranges::sort(found, {},
                    [](const OfNoPoint& each) { return std::tie(each.kind, each.name, each.serial); });
  return found;
}

std::vector<Draft> end_all(const NetworkState& state, const AccessBy& by) {
  std::vector<v1::CredentialKind> kinds = kinds_of_a_point;
  kinds.push_back(v1::CREDENTIAL_STANDBY);
  std::vector<Draft> drafts = revoke(state, {.kinds = kinds, .name = {}, .point = {}}, by);
  end_codes(state, {}, by, drafts);
  return drafts;
}

}  // namespace feldsher::central
