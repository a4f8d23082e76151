#include "protocol/clinic/schedule_tables.hpp"

#include <algorithm>

#include "protocol/record/id_of.hpp"

namespace feldsher {
namespace {

const std::set<Uuid> none;

const std::set<Uuid>& of(const std::map<Uuid, std::set<Uuid>>& index, const Uuid& key) {
  auto at = index.find(key);
  return at == index.end() ? none : at->second;
}

}  // namespace

Minutes minutes_of(const v1::Appointment& appointment) {
  return {appointment.from().minute(), appointment.from().minute() + appointment.minutes()};
}

bool lies_in(const v1::Shift& shift, std::int64_t minute, std::uint32_t length) {
  return minute >= shift.from().minute() && minute < shift.until().minute() &&
         length <= shift.until().minute() - minute;
}

bool gives(const v1::Shift& shift, const std::string& service) {
  return std::find(shift.services().begin(), shift.services().end(), service) != shift.services().end();
}

// What stands there was ended with the box that wrote it: whatever of it comes later is older.
bool ScheduleTables::is_over(const SubjectKey& subject) const {
  if (subject.type == v1::TICKET) {
    const auto* row = tickets.find(subject.id);
    return row && row->state.status() == v1::TICKET_ENDED;
  }
  if (subject.type != v1::VISIT) return false;
  const auto* row = visits.find(subject.id);
  return row && row->state.status() == v1::VISIT_ENDED;
}

bool ScheduleTables::apply(const Record& record) {
  if (is_over(record.subject) && record.stored.body) return true;
  if (!Tables::apply(record)) return false;
  const Uuid& id = record.subject.id;
  switch (record.subject.type) {
    case v1::APPOINTMENT: {
      const v1::Appointment& appointment = appointments.find(id)->state;
      appointments_by_shift_[id_of(appointment.shift())].insert(id);
      appointments_by_patient_[id_of(appointment.patient())].insert(id);
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
      const Uuid appointment = id_of(visit.appointment());
      if (appointment.is_nil()) break;
      if (visit.status() != v1::VISIT_UNDONE && visit.status() != v1::VISIT_ENDED)
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

// A subject that left the scope stays in the indexes: its row is gone, and says so.

ShiftLeases ScheduleTables::leases_of(const Uuid& shift) const {
  ShiftLeases found;
  for (const Uuid& id : of(leases_by_shift_, shift))
    if (const auto* row = leases.find(id)) found.leased(id, minute_set_from(row->state.minutes()));
  for (const Uuid& id : of(give_backs_by_shift_, shift))
    if (const auto* row = give_backs.find(id))
      found.returned(named_leases(row->state), minute_set_from(row->state.minutes()));
  return found;
}

std::map<AppointmentId, Minutes> ScheduleTables::bookings_of(const Uuid& shift) const {
  std::map<AppointmentId, Minutes> found;
  for (const Uuid& id : of(appointments_by_shift_, shift)) {
    const auto* row = appointments.find(id);
    if (row && row->state.status() == v1::APPOINTMENT_BOOKED)
      found[AppointmentId{id}] = minutes_of(row->state);
  }
  return found;
}

std::set<Uuid> ScheduleTables::clashes(OctetsView patient, Minutes minutes) const {
  std::set<Uuid> found;
  for (const Uuid& id : of(appointments_by_patient_, id_of(patient))) {
    const auto* row = appointments.find(id);
    if (!row || row->state.status() != v1::APPOINTMENT_BOOKED || row->state.patient() != patient) continue;
    const Minutes theirs = minutes_of(row->state);
    if (theirs.first < minutes.end && minutes.first < theirs.end) found.insert(id);
  }
  return found;
}

const std::pair<const Uuid, Row<v1::Visit>>* ScheduleTables::visit_of(const Uuid& appointment) const {
  auto at = visit_by_appointment_.find(appointment);
  if (at == visit_by_appointment_.end()) return nullptr;
  auto visit = visits.rows().find(at->second);
  return visit == visits.rows().end() ? nullptr : &*visit;
}

const v1::RequestAnswer* ScheduleTables::answer_to(const Uuid& request) const {
  auto at = answer_by_request_.find(request);
  if (at == answer_by_request_.end()) return nullptr;
  const auto* row = request_answers.find(at->second);
  return row ? &row->state : nullptr;
}

}  // namespace feldsher
