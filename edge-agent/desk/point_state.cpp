#include "edge-agent/desk/point_state.hpp"

namespace feldsher::edge {
namespace {

const std::set<Uuid> nobody;

bool is_open(const v1::Ticket& ticket) {
  return ticket.status() == v1::TICKET_WAITING || ticket.status() == v1::TICKET_CALLED ||
         ticket.status() == v1::TICKET_SERVING;
}

Uuid id_of(OctetsView octets) { return Uuid::from_octets(octets).value_or(Uuid{}); }

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
  const Uuid& id = record.subject.id;
  if (!Tables::apply(record)) return false;
  if (record.key.origin != node_) from_feed_.insert(record.subject);
  switch (record.subject.type) {
    case v1::TICKET: {
      const v1::Ticket& ticket = tickets.find(id)->state;
      open_tickets_by_day_[ticket_days_[id]].erase(id);
      move_to_day(tickets_by_day_, ticket_days_, id, ticket.day());
      if (is_open(ticket)) open_tickets_by_day_[ticket.day()].insert(id);
      tickets_by_visit_[id_of(ticket.visit())].insert(id);
      break;
    }
    case v1::VISIT: {
      const v1::Visit& visit = visits.find(id)->state;
      move_to_day(visits_by_day_, visit_days_, id, visit.day());
      Uuid appointment = id_of(visit.appointment());
      if (appointment.is_nil()) break;
      if (visit.status() != v1::VISIT_UNDONE)
        visit_by_appointment_[appointment] = id;
      else if (auto at = visit_by_appointment_.find(appointment);
               at != visit_by_appointment_.end() && at->second == id)
        visit_by_appointment_.erase(at);
      break;
    }
    case v1::APPOINTMENT:
      appointments_by_shift_[id_of(appointments.find(id)->state.shift())].insert(id);
      break;
    case v1::LEASE:
      leases_by_shift_[id_of(leases.find(id)->state.shift())].insert(id);
      break;
    case v1::GIVE_BACK:
      give_backs_by_shift_[id_of(give_backs.find(id)->state.shift())].insert(id);
      break;
    case v1::REQUEST_ANSWER:
      answer_by_request_[id_of(request_answers.find(id)->state.request())] = id;
      break;
    default:
      break;
  }
  return true;
}

void PointState::drop(const SubjectKey& subject) {
  if (current(subject) && !from_feed_.contains(subject)) return;  // Ours: a feed cannot take it away.
  Tables::drop(subject);
  from_feed_.erase(subject);
}

void PointState::drop_feed() {
  for (const SubjectKey& subject : std::set<SubjectKey>(from_feed_)) drop(subject);
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
  auto each = [&](const auto& index, auto&& visit) {
    if (auto at = index.find(shift); at != index.end())
      for (const Uuid& id : at->second) visit(id);
  };
  MinuteCount leased;
  each(leases_by_shift_, [&](const Uuid& id) {
    const auto* row = leases.find(id);
    if (row) leased.given(minute_set_from(row->state.minutes()));
  });
  each(give_backs_by_shift_, [&](const Uuid& id) {
    const auto* row = give_backs.find(id);
    if (row) leased.returned(minute_set_from(row->state.minutes()));
  });
  book.took(leased.outstanding());
  each(appointments_by_shift_, [&](const Uuid& id) {
    const auto* row = appointments.find(id);
    if (!row || row->state.status() != v1::APPOINTMENT_BOOKED) return;
    std::int64_t first = row->state.from().minute();
    book.booked(AppointmentId{id}, {first, first + row->state.minutes()});
  });
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

const std::pair<const Uuid, Row<v1::Visit>>* PointState::visit_of(const Uuid& appointment) const {
  auto at = visit_by_appointment_.find(appointment);
  if (at == visit_by_appointment_.end()) return nullptr;
  auto visit = visits.rows().find(at->second);
  return visit == visits.rows().end() ? nullptr : &*visit;
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

const v1::RequestAnswer* PointState::answer_to(const Uuid& request) const {
  auto at = answer_by_request_.find(request);
  if (at == answer_by_request_.end()) return nullptr;
  const auto* row = request_answers.find(at->second);
  return row ? &row->state : nullptr;
}

bool PointState::suspended(const Uuid& shift) const {
  const auto* row = shift_states.find(shift);
  return row && row->state.suspended();
}

const std::set<Uuid>& PointState::tickets_of_visit(const Uuid& visit) const {
  auto at = tickets_by_visit_.find(visit);
  return at == tickets_by_visit_.end() ? nobody : at->second;
}

bool PointState::room_ready(const Uuid& room) const {
  const auto* row = room_states.find(room);
  return !row || !row->state.unready();
}

}  // namespace feldsher::edge
