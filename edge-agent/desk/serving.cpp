#include <algorithm>

#include "edge-agent/desk/desk.hpp"

namespace feldsher::edge {
namespace {

bool provides(const v1::Practitioner& person, const std::string& service) {
  return std::find(person.services().begin(), person.services().end(), service) != person.services().end();
}

Outcome done(const Uuid& ticket) {
  Outcome outcome;
  outcome.answer.mutable_done()->set_ticket(ticket.to_octets());
  return outcome;
}

}  // namespace

Outcome Desk::call_next(const v1::CallNext& ask, const Asker& asker, const DeskTime& now) {
  auto room = Uuid::from_octets(ask.room());
  if (!room || !state_.rooms.find(*room)) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (!state_.room_ready(*room)) return Outcome::refused(v1::ASK_ROOM_NOT_READY);
  const auto* person = state_.practitioners.find(asker.staff->uuid);
  if (!person) return Outcome::refused(v1::ASK_NOT_ALLOWED);
  if (room_view(*room, now).has_current()) return Outcome::refused(v1::ASK_WRONG_STATE);
  auto line = waiting(now, [&](const v1::Ticket& ticket) {
    if (!ticket.practitioner().empty() && ticket.practitioner() != asker.staff->to_octets()) return false;
    if (waits_for_suspended_shift(ticket)) return false;
    return provides(person->state, ticket.service());
  });
  if (line.empty()) return Outcome::refused(v1::ASK_QUEUE_EMPTY);
  v1::Ticket ticket = state_.tickets.find(line.front())->state;
  ticket.set_status(v1::TICKET_CALLED);
  ticket.set_room(ask.room());
  v1::TicketCall& call = *ticket.add_calls();
  call.set_wall_ms(now.instant.wall_ms);
  call.set_boot(now.instant.boot);
  call.set_since_boot_ms(now.instant.since_boot_ms);
  call.set_room(ask.room());
  Outcome outcome = done(line.front());
  outcome.drafts.push_back(staff_draft(v1::TICKET, line.front(), v1::CALLED, ticket, asker));
  return outcome;
}

bool Desk::waits_for_suspended_shift(const v1::Ticket& ticket) const {
  // After a transfer to another doctor's queue the appointment's shift says nothing any more.
  if (ticket.practitioner().empty()) return false;
  const auto* visit = state_.visits.find(ticket.visit());
  const auto* appointment = visit ? state_.appointments.find(visit->state.appointment()) : nullptr;
  auto shift = appointment ? Uuid::from_octets(appointment->state.shift()) : std::nullopt;
  return shift && state_.suspended(*shift);
}

Outcome Desk::call_again(const v1::CallAgain& ask, const Asker& asker, const DeskTime& now) {
  auto id = Uuid::from_octets(ask.ticket());
  const auto* row = id ? state_.tickets.find(*id) : nullptr;
  if (!row) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (row->state.status() != v1::TICKET_CALLED) return Outcome::refused(v1::ASK_WRONG_STATE);
  v1::Ticket ticket = row->state;
  v1::TicketCall& call = *ticket.add_calls();
  call.set_wall_ms(now.instant.wall_ms);
  call.set_boot(now.instant.boot);
  call.set_since_boot_ms(now.instant.since_boot_ms);
  call.set_room(ticket.room());
  Outcome outcome = done(*id);
  outcome.drafts.push_back(staff_draft(v1::TICKET, *id, v1::CALLED, ticket, asker));
  return outcome;
}

Outcome Desk::skip(const v1::Skip& ask, const Asker& asker, const DeskTime&) {
  auto id = Uuid::from_octets(ask.ticket());
  const auto* row = id ? state_.tickets.find(*id) : nullptr;
  if (!row) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (row->state.status() != v1::TICKET_CALLED) return Outcome::refused(v1::ASK_WRONG_STATE);
  v1::Ticket ticket = row->state;
  ticket.set_status(v1::TICKET_WAITING);
  ticket.clear_room();
  ticket.set_skips(ticket.skips() + 1);
  Outcome outcome = done(*id);
  outcome.drafts.push_back(staff_draft(v1::TICKET, *id, v1::SKIPPED, ticket, asker));
  return outcome;
}

Outcome Desk::transfer(const v1::Transfer& ask, const Asker& asker, const DeskTime&) {
  auto id = Uuid::from_octets(ask.ticket());
  const auto* row = id ? state_.tickets.find(*id) : nullptr;
  if (!row || !state_.services.find(ask.service())) return Outcome::refused(v1::ASK_NOT_FOUND);
  const v1::TicketStatus status = row->state.status();
  if (status != v1::TICKET_WAITING && status != v1::TICKET_CALLED && status != v1::TICKET_SERVING)
    return Outcome::refused(v1::ASK_WRONG_STATE);
  v1::Ticket ticket = row->state;
  ticket.set_service(ask.service());
  ticket.set_status(v1::TICKET_WAITING);
  ticket.clear_room();
  ticket.clear_practitioner();
  // Calls to the old queue do not count against the patient in the new one.
  ticket.clear_calls();
  Outcome outcome = done(*id);
  outcome.drafts.push_back(staff_draft(v1::TICKET, *id, v1::TRANSFERRED, ticket, asker));
  const auto* visit = state_.visits.find(ticket.visit());
  if (status == v1::TICKET_SERVING && visit) {
    v1::Visit waits = visit->state;
    waits.set_status(v1::VISIT_ARRIVED);
    outcome.drafts.push_back(
        staff_draft(v1::VISIT, *Uuid::from_octets(ticket.visit()), v1::TRANSFERRED, waits, asker));
  }
  return outcome;
}

Outcome Desk::serve(const v1::Serve& ask, const Asker& asker, const DeskTime&) {
  auto id = Uuid::from_octets(ask.ticket());
  const auto* row = id ? state_.tickets.find(*id) : nullptr;
  const auto* visit = row ? state_.visits.find(row->state.visit()) : nullptr;
  if (!visit) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (row->state.status() != v1::TICKET_CALLED) return Outcome::refused(v1::ASK_WRONG_STATE);
  v1::Ticket ticket = row->state;
  ticket.set_status(v1::TICKET_SERVING);
  v1::Visit served = visit->state;
  served.set_status(v1::VISIT_IN_PROGRESS);
  Outcome outcome = done(*id);
  outcome.drafts.push_back(staff_draft(v1::TICKET, *id, v1::STARTED, ticket, asker));
  outcome.drafts.push_back(
      staff_draft(v1::VISIT, *Uuid::from_octets(ticket.visit()), v1::STARTED, served, asker));
  return outcome;
}

Outcome Desk::finish(const v1::Finish& ask, const Asker& asker, const DeskTime&) {
  auto id = Uuid::from_octets(ask.ticket());
  const auto* row = id ? state_.tickets.find(*id) : nullptr;
  const auto* visit = row ? state_.visits.find(row->state.visit()) : nullptr;
  if (!visit) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (row->state.status() != v1::TICKET_SERVING) return Outcome::refused(v1::ASK_WRONG_STATE);
  v1::Ticket ticket = row->state;
  ticket.set_status(v1::TICKET_FINISHED);
  v1::Visit served = visit->state;
  served.set_status(v1::VISIT_FINISHED);
  Outcome outcome = done(*id);
  outcome.drafts.push_back(staff_draft(v1::TICKET, *id, v1::FINISHED, ticket, asker));
  outcome.drafts.push_back(
      staff_draft(v1::VISIT, *Uuid::from_octets(ticket.visit()), v1::FINISHED, served, asker));
  return outcome;
}

}  // namespace feldsher::edge
