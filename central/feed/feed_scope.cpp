// Which points a subject concerns, and whom it brings into their scope.
#include "central/feed/feed_deriver.hpp"
#include "central/registry/archive.hpp"

namespace feldsher::central {
namespace {

/// An empty one, which is nobody's, when there is none.
template <class Message>
const Message& state_of(const Table<Message>& table, const Uuid& id) {
  const auto* row = table.find(id);
  return row ? row->state : Message::default_instance();
}

}  // namespace

FeedDeriver::Points FeedDeriver::points_of(const SubjectKey& subject) const {
  Points points;
  auto add = [&](const std::string& octets) {
    if (auto point = PointId::from_octets(octets)) points.insert(*point);
  };
  auto add_node = [&](const std::string& octets) {
    auto node = NodeId::from_octets(octets);
    if (auto point = node ? state_.point_of(*node) : std::nullopt) points.insert(*point);
  };
  auto everywhere = [&] {
    for (const auto& [id, row] : state_.points.rows()) points.insert(PointId{id});
  };
  const Uuid& id = subject.id;
  switch (subject.type) {
    case v1::POINT:
      points.insert(PointId{id});
      break;
    case v1::DEPARTMENT:
      add(state_of(state_.departments, id).point());
      break;
    case v1::ROOM:
      add(state_of(state_.rooms, id).point());
      break;
    case v1::SHIFT:
      add(state_of(state_.shifts, id).point());
      break;
    case v1::LEASE:
      add(state_of(state_.leases, id).point());
      break;
    case v1::TERMINAL:
      add(state_of(state_.terminals, id).point());
      break;
    case v1::APPOINTMENT:
      if (const v1::Appointment& state = state_of(state_.appointments, id);
          !window_ || window_->has_appointment(state.from().minute()))
        add(state.point());
      break;
    case v1::PRACTITIONER:
      for (const std::string& point : state_of(state_.practitioners, id).points()) add(point);
      break;
    case v1::SERVICE:
      for (const std::string& point : state_of(state_.services, id).points()) add(point);
      break;
    case v1::SURVEY:
    case v1::ERASURE:
      everywhere();
      break;
    case v1::PASS_KEY:
      if (const auto* row = state_.pass_keys.find(id); row && row->state.point().empty())
        everywhere();
      else if (row)
        add(row->state.point());
      break;
    case v1::CREDENTIAL:
      // One authority certifies a whole network: the broker of every point lets in whom none has put out.
      if (const v1::Credential& state = state_of(state_.credentials, id); state.kind() == v1::CREDENTIAL_NODE)
        break;
      else if (!state.revoked())
        add(state.point());
      else if (const auto end = end_minute(state); !window_ || !end || !window_->is_past(*end))
        everywhere();
      break;
    case v1::CUSTODY:
      if (window_ && !is_worn(id)) break;
      add_node(state_of(state_.custodies, id).home_node());
      add(state_of(state_.custodies, id).point());
      break;
    case v1::VISIT:
      if (const v1::Visit& state = state_of(state_.visits, id); !window_ || window_->has_visit(state.day()))
        add(state.point());
      break;
    case v1::TICKET:
      if (const v1::Ticket& state = state_of(state_.tickets, id); !window_ || window_->has_visit(state.day()))
        add(state.point());
      break;
    case v1::REQUEST:
      // What is asked for somebody; the rest names nobody and may be asked of a point that is away for long.
      if (const v1::Request& state = state_of(state_.requests, id);
          !window_ || state.wanted().patient().empty() || !window_->is_past(state.wanted().from().minute()))
        add_node(state.owner());
      break;
    case v1::REQUEST_ANSWER:
      add_node(state_of(state_.request_answers, id).asker());
      break;
    case v1::PATIENT:
      if (is_archived(state_, id)) break;
      [[fallthrough]];
    case v1::DEVICE:
      return reasons_.points_of(subject);
    default:
      break;
  }
  return points;
}

bool FeedDeriver::is_worn(const Uuid& custody) const {
  const auto* row = state_.custodies.find(custody);
  return row && row->verb != v1::ARCHIVED && state_.wearings().is_last(custody);
}

FeedDeriver::People FeedDeriver::people_of(const SubjectKey& reason) const {
  People people;
  auto add = [&](v1::EntityType type, const std::string& octets) {
    if (auto id = Uuid::from_octets(octets)) people.push_back({type, *id});
  };
  if (reason.type == v1::APPOINTMENT) {
    if (const auto* row = state_.appointments.find(reason.id)) add(v1::PATIENT, row->state.patient());
  } else if (reason.type == v1::CUSTODY) {
    if (const auto* row = state_.custodies.find(reason.id)) {
      add(v1::DEVICE, row->state.device());
      add(v1::PATIENT, row->state.patient());
    }
  } else if (reason.type == v1::VISIT) {
    if (const auto* row = state_.visits.find(reason.id)) add(v1::PATIENT, row->state.patient());
  }
  return people;
}

FeedDeriver::Points FeedDeriver::brings_to(const SubjectKey& reason) const {
  if (reason.type != v1::VISIT) return points_of(reason);
  const v1::Visit& visit = state_of(state_.visits, reason.id);
  return window_ && visit.status() != v1::VISIT_UNDONE ? points_of(reason) : Points{};
}

}  // namespace feldsher::central
