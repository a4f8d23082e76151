#include "edge-agent/desk/point_state.hpp"

#include <algorithm>

#include "protocol/record/id_of.hpp"

namespace feldsher::edge {
namespace {

const std::set<Uuid> nobody;

bool is_open(const v1::Ticket& ticket) {
  return ticket.status() == v1::TICKET_WAITING || ticket.status() == v1::TICKET_CALLED ||
         ticket.status() == v1::TICKET_SERVING;
}

bool is_open(const v1::Visit& visit) {
  return visit.status() == v1::VISIT_ARRIVED || visit.status() == v1::VISIT_IN_PROGRESS;
}

bool says_ended(const Record& record) {
  if (record.header.verb() != v1::DECOMMISSIONED) return false;
  return record.subject.type == v1::TICKET || record.subject.type == v1::VISIT;
}

bool is_readable(const Record& record) {
  return record.subject.type == v1::TICKET ? record.body<v1::Ticket>().has_value()
                                           : record.body<v1::Visit>().has_value();
}

/// The record that made this row, as it would be if it had said `status`.
template <class Message, class Status>
Record restated(const SubjectKey& subject, const Row<Message>& row, Status status) {
  Record record;
  record.key = row.record;
  record.subject = subject;
  record.header.set_verb(row.verb);
  record.header.mutable_at()->set_wall_ms(row.at_ms);
  Message state = row.state;
  state.set_status(status);
  record.stored.body = Octets(body_salt_octets, '\0') + state.SerializeAsString();
  return record;
}

/// A subject is under one day only, also after its day was put right.
void move_to_day(std::map<std::string, std::set<Uuid>>& by_day, std::map<Uuid, std::string>& days,
                 const Uuid& id, const std::string& day) {
  std::string& at = days[id];
  if (at == day) return;
  by_day[at].erase(id);
  by_day[day].insert(id);
  at = day;
}

}  // namespace

bool PointState::apply(const Record& record) {
  const SubjectKey& subject = record.subject;
  if (record.key.origin == node_) return apply_own(record);
  if (says_ended(record)) {
    for (const v1::RecordKey& base : record.header.bases())
      if (const auto act = RecordKey::from(base); act && act->origin == node_) ended_.note(*act);
    if (is_ours(subject)) {
      end(subject);
      ended_for_now_.erase(subject);
      return true;
    }
  }
  if (!project(record)) return false;
  from_feed_.insert(subject);
  return true;
}

bool PointState::apply_own(const Record& record) {
  const SubjectKey& subject = record.subject;
  const bool covered = ended_.cover(record.key);
  if (has_ended(subject) && (covered || ended_for_now_.contains(subject))) {
    if (!is_readable(record)) return false;
    Tables::drop(subject);
    from_feed_.erase(subject);
    ended_for_now_.erase(subject);
  }
  if (!project(record)) return false;
  if (covered && goes_on(subject)) {
    end(subject);
    ended_for_now_.insert(subject);
  }
  return true;
}

bool PointState::goes_on(const SubjectKey& subject) const {
  if (subject.type == v1::TICKET) return is_open(tickets.find(subject.id)->state);
  return subject.type == v1::VISIT && is_open(visits.find(subject.id)->state);
}

bool PointState::has_ended(const SubjectKey& subject) const {
  const auto* ticket = subject.type == v1::TICKET ? tickets.find(subject.id) : nullptr;
  const auto* visit = subject.type == v1::VISIT ? visits.find(subject.id) : nullptr;
  return (ticket && ticket->state.status() == v1::TICKET_ENDED) ||
         (visit && visit->state.status() == v1::VISIT_ENDED);
}

bool PointState::is_ours(const SubjectKey& subject) const {
  const auto act = current(subject);
  return act && act->origin == node_;
}

void PointState::end(const SubjectKey& subject) {
  if (subject.type == v1::TICKET)
    project(restated(subject, *tickets.find(subject.id), v1::TICKET_ENDED));
  else
    project(restated(subject, *visits.find(subject.id), v1::VISIT_ENDED));
}

bool PointState::project(const Record& record) {
  const Uuid& id = record.subject.id;
  if (!ScheduleTables::apply(record)) return false;
  switch (record.subject.type) {
    case v1::TICKET: {
      const v1::Ticket& ticket = tickets.find(id)->state;
      open_tickets_by_day_[ticket_days_[id]].erase(id);
      move_to_day(tickets_by_day_, ticket_days_, id, ticket.day());
      if (is_open(ticket)) open_tickets_by_day_[ticket.day()].insert(id);
      tickets_by_visit_[id_of(ticket.visit())].insert(id);
      break;
    }
    case v1::VISIT:
      move_to_day(visits_by_day_, visit_days_, id, visits.find(id)->state.day());
      break;
    default:
      if (auto request = request_about(record.subject)) note_request(*request);
      break;
  }
  return true;
}

std::optional<Uuid> PointState::request_about(const SubjectKey& subject) const {
  if (subject.type == v1::REQUEST) return subject.id;
  if (subject.type != v1::REQUEST_ANSWER) return std::nullopt;
  const auto* answer = request_answers.find(subject.id);
  return answer ? std::optional(id_of(answer->state.request())) : std::nullopt;
}

void PointState::note_request(const Uuid& request) {
  const auto* row = requests.find(request);
  if (row && row->record.origin == node_ && row->state.status() == v1::REQUEST_ASKED && !answer_to(request))
    open_requests_.insert(request);
  else
    open_requests_.erase(request);
}

void PointState::drop(const SubjectKey& subject) {
  if (current(subject) && !from_feed_.contains(subject)) return;  // Ours: a feed cannot take it away.
  erase(subject);
}

void PointState::erase(const SubjectKey& subject) {
  const Uuid& id = subject.id;
  if (auto day = ticket_days_.find(id); subject.type == v1::TICKET && day != ticket_days_.end()) {
    tickets_by_day_[day->second].erase(id);
    open_tickets_by_day_[day->second].erase(id);
    if (const auto* row = tickets.find(id)) tickets_by_visit_[id_of(row->state.visit())].erase(id);
    ticket_days_.erase(day);
  }
  if (auto day = visit_days_.find(id); subject.type == v1::VISIT && day != visit_days_.end()) {
    visits_by_day_[day->second].erase(id);
    visit_days_.erase(day);
  }
  from_feed_.erase(subject);
  ended_for_now_.erase(subject);
  const auto request = request_about(subject);
  Tables::drop(subject);
  if (request) note_request(*request);
}

const v1::Point* PointState::point() const {
  const auto* row = points.find(point_.uuid);
  return row ? &row->state : nullptr;
}

const v1::Survey* PointState::survey() const {
  return surveys.rows().empty() ? nullptr : &surveys.rows().begin()->second.state;
}

ShiftBook PointState::book(const Uuid& shift) const {
  ShiftBook book;
  book.took(leases_of(shift).outstanding());
  for (const auto& [appointment, minutes] : bookings_of(shift)) book.booked(appointment, minutes);
  return book;
}

const std::set<Uuid>& PointState::tickets_of(const std::string& day) const {
  auto at = tickets_by_day_.find(day);
  return at == tickets_by_day_.end() ? nobody : at->second;
}

const std::set<Uuid>& PointState::open_tickets_of(const std::string& day) const {
  auto at = open_tickets_by_day_.find(day);
  return at == open_tickets_by_day_.end() ? nobody : at->second;
}

const std::set<Uuid>& PointState::visits_of(const std::string& day) const {
  auto at = visits_by_day_.find(day);
  return at == visits_by_day_.end() ? nobody : at->second;
}

const std::pair<const Uuid, Row<v1::Ticket>>* PointState::open_ticket_of(const Uuid& visit) const {
  for (const Uuid& id : tickets_of_visit(visit)) {
    auto ticket = tickets.rows().find(id);
    v1::TicketStatus status = ticket->second.state.status();
    if (status == v1::TICKET_WAITING || status == v1::TICKET_CALLED || status == v1::TICKET_SERVING)
      return &*ticket;
  }
  return nullptr;
}

bool PointState::suspended(const Uuid& shift) const {
  const auto* row = shift_states.find(shift);
  return row && row->state.suspended();
}

const std::set<Uuid>& PointState::tickets_of_visit(const Uuid& visit) const {
  auto at = tickets_by_visit_.find(visit);
  return at == tickets_by_visit_.end() ? nobody : at->second;
}

bool PointState::works_here(const v1::Practitioner& person) const {
  const Octets here = point_.to_octets();
  return std::find(person.points().begin(), person.points().end(), here) != person.points().end();
}

bool PointState::room_ready(const Uuid& room) const {
  const auto* row = room_states.find(room);
  return !row || !row->state.unready();
}

}  // namespace feldsher::edge
