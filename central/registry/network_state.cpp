#include "central/registry/network_state.hpp"

namespace feldsher::central {
namespace {

const std::set<Uuid> none;

Uuid id_of(OctetsView octets) { return Uuid::from_octets(octets).value_or(Uuid{}); }

template <class Map>
const std::set<Uuid>& of(const Map& index, const typename Map::key_type& key) {
  auto at = index.find(key);
  return at == index.end() ? none : at->second;
}

}  // namespace

bool NetworkState::apply(const Record& record) {
  if (record.key.stream == v1::ACTS) {
    Writer& writer = writers_[record.key.origin];
    writer.subjects.put(record.subject, record.key);
    writer.last_ms = record.header.at().wall_ms();
    ++writer.acts;
  }
  if (record.key.stream == v1::READINGS) return true;  // Blocks are the history's.
  if (!Tables::apply(record)) return false;
  const Uuid& id = record.subject.id;
  switch (record.subject.type) {
    case v1::POINT:
      if (auto node = NodeId::from_octets(points.find(id)->state.node()))
        points_by_node_[*node] = PointId{id};
      break;
    case v1::SHIFT:
      shifts_by_point_[id_of(shifts.find(id)->state.point())].insert(id);
      break;
    case v1::APPOINTMENT: {
      const v1::Appointment& appointment = appointments.find(id)->state;
      appointments_by_shift_[id_of(appointment.shift())].insert(id);
      appointments_by_day_[appointment.from().civil().substr(0, 10)].insert(id);
      break;
    }
    case v1::LEASE:
      leases_by_shift_[id_of(leases.find(id)->state.shift())].insert(id);
      break;
    case v1::GIVE_BACK:
      give_backs_by_shift_[id_of(give_backs.find(id)->state.shift())].insert(id);
      break;
    case v1::REQUEST_ANSWER:
      answer_by_request_[id_of(request_answers.find(id)->state.request())] = id;
      break;
    case v1::VISIT: {
      const v1::Visit& visit = visits.find(id)->state;
      Uuid appointment = id_of(visit.appointment());
      if (appointment.is_nil()) break;
      if (visit.status() != v1::VISIT_UNDONE)
        visit_by_appointment_[appointment] = id;
      else if (auto at = visit_by_appointment_.find(appointment);
               at != visit_by_appointment_.end() && at->second == id)
        visit_by_appointment_.erase(at);
      break;
    }
    default:
      break;
  }
  return true;
}

std::optional<PointId> NetworkState::point_of(NodeId node) const {
  auto at = points_by_node_.find(node);
  return at == points_by_node_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<NodeId> NetworkState::node_of(PointId point) const {
  const auto* row = points.find(point.uuid);
  return row ? NodeId::from_octets(row->state.node()) : std::nullopt;
}

MinuteCount NetworkState::leased(const Uuid& shift) const {
  MinuteCount count;
  for (const Uuid& id : of(leases_by_shift_, shift))
    count.given(minute_set_from(leases.find(id)->state.minutes()));
  for (const Uuid& id : of(give_backs_by_shift_, shift))
    count.returned(minute_set_from(give_backs.find(id)->state.minutes()));
  return count;
}

ShiftBook NetworkState::book(const Uuid& shift) const {
  const auto* row = shifts.find(shift);
  if (!row) return {};
  ShiftBook book(Minutes{row->state.from().minute(), row->state.until().minute()});
  book.gave(leased(shift).outstanding());
  for (const Uuid& id : of(appointments_by_shift_, shift)) {
    const v1::Appointment& appointment = appointments.find(id)->state;
    if (appointment.status() != v1::APPOINTMENT_BOOKED) continue;
    const std::int64_t first = appointment.from().minute();
    book.booked(AppointmentId{id}, {first, first + appointment.minutes()});
  }
  return book;
}

const v1::RequestAnswer* NetworkState::answer_to(const Uuid& request) const {
  auto at = answer_by_request_.find(request);
  return at == answer_by_request_.end() ? nullptr : &request_answers.find(at->second)->state;
}

const std::set<Uuid>& NetworkState::appointments_of_day(const std::string& day) const {
  return of(appointments_by_day_, day);
}

const std::set<Uuid>& NetworkState::shifts_of_point(const Uuid& point) const {
  return of(shifts_by_point_, point);
}

const Uuid* NetworkState::visit_of(const Uuid& appointment) const {
  auto at = visit_by_appointment_.find(appointment);
  return at == visit_by_appointment_.end() ? nullptr : &at->second;
}

Digest NetworkState::state_hash_of_acts(NodeId node) const {
  auto at = writers_.find(node);
  return at == writers_.end() ? StateHash{}.value() : at->second.subjects.hash();
}

std::int64_t NetworkState::last_act_ms(NodeId node) const {
  auto at = writers_.find(node);
  return at == writers_.end() ? 0 : at->second.last_ms;
}

std::uint64_t NetworkState::acts_of(NodeId node) const {
  auto at = writers_.find(node);
  return at == writers_.end() ? 0 : at->second.acts;
}

}  // namespace feldsher::central
