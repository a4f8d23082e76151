#include "central/access/lost_point.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t minutes_a_day = 24 * 60;
constexpr std::int64_t minute_ms = 60'000;

Draft change(const NetworkState& state, const SubjectKey& subject, v1::Verb verb, Octets message,
             const AccessBy& by) {
  Draft draft;
  draft.actor = by.actor;
  draft.proof = by.proof;
  draft.subject = subject;
  if (auto current = state.current(subject)) draft.bases.push_back(*current);
  draft.verb = verb;
  draft.message = std::move(message);
  return draft;
}

}  // namespace

std::set<Uuid> people_in_scope(const NetworkState& state, PointId point, const Instant& now) {
  std::set<Uuid> people;
  const auto add = [&](const std::string& patient) {
    if (auto id = Uuid::from_octets(patient); id && !id->is_nil()) people.insert(*id);
  };
  const std::string here = point.to_octets();
  const std::int64_t minute = now.wall_ms / minute_ms;
  for (const auto& [id, row] : state.appointments.rows())
    if (row.state.point() == here && row.state.from().minute() >= minute - 7 * minutes_a_day &&
        row.state.from().minute() <= minute + 30 * minutes_a_day)
      add(row.state.patient());
  for (const auto& [id, row] : state.visits.rows())
    if (row.state.point() == here && row.at_ms >= now.wall_ms - 30 * minutes_a_day * minute_ms)
      add(row.state.patient());
  const auto node = state.node_of(point);
  for (const auto& [id, row] : state.custodies.rows())
    if (row.state.point() == here || (node && row.state.home_node() == node->to_octets()))
      add(row.state.patient());
  return people;
}

std::vector<Draft> lose_point(const NetworkState& state, PointId point, const AccessBy& by, Random& random) {
  std::vector<Draft> drafts =
      revoke(state,
             {.kinds = {v1::CREDENTIAL_NODE, v1::CREDENTIAL_AGENT, v1::CREDENTIAL_BROKER,
                        v1::CREDENTIAL_TERMINAL, v1::CREDENTIAL_DEVICE},
              .name = {},
              .point = point},
             by);
  for (const auto& [id, row] : state.pass_keys.rows()) {
    if (row.state.point() != point.to_octets() || row.state.retired()) continue;
    v1::PassKey retired = row.state;
    retired.set_retired(true);
    drafts.push_back(change(state, {v1::PASS_KEY, id}, v1::CHANGED, retired.SerializeAsString(), by));
  }
  for (const auto& [id, row] : state.enrolments.rows()) {
    if (row.state.point() != point.to_octets() || row.state.status() != v1::CODE_OPEN) continue;
    v1::Enrolment dead = row.state;
    dead.set_status(v1::CODE_DEAD);
    drafts.push_back(change(state, {v1::ENROLMENT, id}, v1::CHANGED, dead.SerializeAsString(), by));
  }
  for (const Uuid& patient : people_in_scope(state, point, by.now)) {
    v1::Disclosure shown;
    shown.set_patient(patient.to_octets());
    shown.set_where("point lost");
    drafts.push_back(change(state, {v1::DISCLOSURE, random.uuid_v7(by.now.wall_ms)}, v1::READ,
                            shown.SerializeAsString(), by));
  }
  return drafts;
}

}  // namespace feldsher::central
