#include "protocol/clinic/tables.hpp"

namespace feldsher {

template <class Visit>
bool Tables::with_table(v1::EntityType type, Visit&& visit) {
  switch (type) {
    case v1::POINT:
      return visit(points);
    case v1::DEPARTMENT:
      return visit(departments);
    case v1::ROOM:
      return visit(rooms);
    case v1::ROOM_STATE:
      return visit(room_states);
    case v1::PRACTITIONER:
      return visit(practitioners);
    case v1::SERVICE:
      return visit(services);
    case v1::SHIFT:
      return visit(shifts);
    case v1::SHIFT_STATE:
      return visit(shift_states);
    case v1::APPOINTMENT:
      return visit(appointments);
    case v1::PATIENT:
      return visit(patients);
    case v1::VISIT:
      return visit(visits);
    case v1::TICKET:
      return visit(tickets);
    case v1::SURVEY_ANSWER:
      return visit(survey_answers);
    case v1::SURVEY:
      return visit(surveys);
    case v1::REQUEST:
      return visit(requests);
    case v1::REQUEST_ANSWER:
      return visit(request_answers);
    case v1::PASS_KEY:
      return visit(pass_keys);
    case v1::LEASE:
      return visit(leases);
    case v1::GIVE_BACK:
      return visit(give_backs);
    case v1::DEVICE:
      return visit(devices);
    case v1::CUSTODY:
      return visit(custodies);
    case v1::TERMINAL:
      return visit(terminals);
    case v1::INCIDENT:
      return visit(incidents);
    case v1::TASK:
      return visit(tasks);
    case v1::ERASURE:
      return visit(erasures);
    case v1::ENROLMENT:
      return visit(enrolments);
    case v1::CREDENTIAL:
      return visit(credentials);
    default:
      return true;  // A type that this version does not know, or that no screen of a point shows.
  }
}

bool Tables::apply(const Record& record) {
  if (!with_table(record.subject.type, [&](auto& table) { return table.apply(record); })) return false;
  current_[record.subject] = record.key;
  return true;
}

void Tables::drop(const SubjectKey& subject) {
  with_table(subject.type, [&](auto& table) {
    table.drop(subject.id);
    return true;
  });
  current_.erase(subject);
}

std::optional<RecordKey> Tables::current(const SubjectKey& subject) const {
  auto at = current_.find(subject);
  return at == current_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace feldsher
