#include "central/registry/network_state.hpp"

#include "protocol/clinic/authority.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

const std::set<Uuid> none;

template <class Map>
const std::set<Uuid>& of(const Map& index, const typename Map::key_type& key) {
  auto at = index.find(key);
  return at == index.end() ? none : at->second;
}

}  // namespace

bool NetworkState::is_outdated(const Record& record) const {
  const auto writer = writers_.find(record.key.origin);
  if (writer == writers_.end()) return false;
  const auto present = writer->second.subjects.current(record.subject);
  return present && writer->second.lives.later(*present, record.key);
}

bool NetworkState::apply(const Record& record) {
  if (record.key.stream == v1::READINGS) return may_write(record, central_);  // Blocks are the history's.
  const bool outdated = is_outdated(record);
  Writer& writer = writers_[record.key.origin];
  writer.last_ms = record.header.at().wall_ms();
  ++writer.acts;
  writer.lives.take(record.key.epoch);
  if (outdated) return true;
  writer.subjects.put(record.subject, record.key);
  if (!may_write(record, central_)) return false;
  if (record.subject.type == v1::DECOMMISSION && !decommissions.apply(record)) return false;
  if (record.subject.type == v1::DAY && !days_.apply(record)) return false;
  const Uuid& id = record.subject.id;
  if (!ScheduleTables::apply(record)) return false;
  switch (record.subject.type) {
    case v1::POINT:
      if (auto node = NodeId::from_octets(points.find(id)->state.node()))
        points_by_node_[*node] = PointId{id};
      break;
    case v1::SHIFT:
      shifts_by_point_[id_of(shifts.find(id)->state.point())].insert(id);
      break;
    case v1::APPOINTMENT:
      appointments_by_day_[appointments.find(id)->state.from().civil().substr(0, 10)].insert(id);
      break;
    case v1::TASK:
      for (const std::string& appointment : tasks.find(id)->state.appointments())
        tasks_by_appointment_[id_of(appointment)].insert(id);
      break;
    case v1::CUSTODY:
      take_custody(id);
      break;
    case v1::ERASURE:
      take_erasure(id);
      break;
    case v1::DECOMMISSION:
      take_decommission(id);
      break;
    case v1::ENROLMENT:
      take_enrolment(record);
      break;
    case v1::CREDENTIAL:
      take_credential(record);
      break;
    default:
      break;
  }
  return true;
}

void NetworkState::take_erasure(const Uuid& id) {
  const v1::Erasure erasure = erasures.find(id)->state;
  if (erasure.status() != v1::ERASURE_ORDERED) return;
  erasure_by_patient_[id_of(erasure.patient())] = id;
  for (const Uuid& device : wearings_.devices_of(id_of(erasure.patient())))
    erasures_by_device_[device].insert(id);
  for (const v1::ErasedSubject& each : erasure.subjects()) {
    const SubjectKey subject{each.type(), id_of(each.id())};
    erasure_by_subject_[subject] = id;
    drop(subject);
  }
}

void NetworkState::take_custody(const Uuid& id) {
  const Row<v1::Custody>& custody = *custodies.find(id);
  wearings_.take(id, custody);
  if (const Uuid* erasure = erasure_of(id_of(custody.state.patient())))
    erasures_by_device_[id_of(custody.state.device())].insert(*erasure);
}

void NetworkState::take_decommission(const Uuid& id) {
  const v1::Decommission& decommission = decommissions.find(id)->state;
  const auto node = NodeId::from_octets(decommission.node());
  if (decommission.status() != v1::DECOMMISSION_ORDERED || !node) return;
  for (const std::uint64_t epoch : decommission.epochs()) ended_lives_[*node].insert(Epoch{epoch});
  without_box_.insert(*node);
}

void NetworkState::take_enrolment(const Record& record) {
  const v1::Enrolment& code = enrolments.find(record.subject.id)->state;
  latest_codes_[id_of(code.point())] = record.subject.id;
  const auto node = NodeId::from_octets(code.node());
  if (record.header.verb() != v1::GRANTED || !node) return;
  // A box came with keys of its own and a code of a person's: it takes over.
  without_box_.erase(*node);
  for (const auto& [id, row] : decommissions.rows())
    if (row.state.status() == v1::DECOMMISSION_PROPOSED && row.state.node() == node->to_octets())
      overtaken_.insert(id);
}

void NetworkState::take_credential(const Record& record) {
  const v1::Credential& credential = credentials.find(record.subject.id)->state;
  if (record.header.verb() == v1::REGISTERED && credential.kind() == v1::CREDENTIAL_NODE)
    if (const auto node = NodeId::from_octets(credential.holder()))
      newest_lines_[*node] = credential.serial();
}

const Uuid* NetworkState::latest_code(PointId point) const {
  auto at = latest_codes_.find(point.uuid);
  return at == latest_codes_.end() ? nullptr : &at->second;
}

const Octets& NetworkState::newest_line(NodeId node) const {
  static const Octets unknown;
  auto at = newest_lines_.find(node);
  return at == newest_lines_.end() ? unknown : at->second;
}

const std::vector<Epoch>& NetworkState::lives_of(NodeId node) const {
  static const std::vector<Epoch> unheard;
  auto at = writers_.find(node);
  return at == writers_.end() ? unheard : at->second.lives.all();
}

bool NetworkState::has_ended(NodeId node, Epoch life) const {
  auto at = ended_lives_.find(node);
  return at != ended_lives_.end() && at->second.contains(life);
}

const v1::Day* NetworkState::today() const {
  const auto* row = days_.find(central_.uuid);
  return row ? &row->state : nullptr;
}

const Uuid* NetworkState::erasure_of(const Uuid& patient) const {
  auto at = erasure_by_patient_.find(patient);
  return at == erasure_by_patient_.end() ? nullptr : &at->second;
}

const Uuid* NetworkState::erasure_that_names(const SubjectKey& subject) const {
  auto at = erasure_by_subject_.find(subject);
  return at == erasure_by_subject_.end() ? nullptr : &at->second;
}

const std::set<Uuid>& NetworkState::erasures_about(const Uuid& device) const {
  return of(erasures_by_device_, device);
}

std::optional<PointId> NetworkState::point_of(NodeId node) const {
  auto at = points_by_node_.find(node);
  return at == points_by_node_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<NodeId> NetworkState::node_of(PointId point) const {
  const auto* row = points.find(point.uuid);
  return row ? NodeId::from_octets(row->state.node()) : std::nullopt;
}

ShiftBook NetworkState::book(const Uuid& shift) const {
  const auto* row = shifts.find(shift);
  if (!row) return {};
  ShiftBook book(Minutes{row->state.from().minute(), row->state.until().minute()});
  book.gave(leases_of(shift).outstanding());
  for (const auto& [appointment, minutes] : bookings_of(shift)) book.booked(appointment, minutes);
  return book;
}

const std::set<Uuid>& NetworkState::appointments_of_day(const std::string& day) const {
  return of(appointments_by_day_, day);
}

const std::set<Uuid>& NetworkState::shifts_of_point(const Uuid& point) const {
  return of(shifts_by_point_, point);
}

const std::set<Uuid>& NetworkState::tasks_about(const Uuid& appointment) const {
  return of(tasks_by_appointment_, appointment);
}

Digest NetworkState::state_hash_of_acts(NodeId node) const {
  auto at = writers_.find(node);
  return at == writers_.end() ? StateHash{}.value() : at->second.subjects.hash();
}

const SubjectSet* NetworkState::subjects_of_acts(NodeId node) const {
  auto at = writers_.find(node);
  return at == writers_.end() ? nullptr : &at->second.subjects;
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
