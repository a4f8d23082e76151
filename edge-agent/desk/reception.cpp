#include "edge-agent/desk/desk.hpp"

namespace feldsher::edge {

Outcome Desk::reception(const Asker& asker, const DeskTime& now) {
  Outcome outcome;
  *outcome.answer.mutable_reception() = reception_view(now);
  // Reading names is a record too: one a person and day, not one each time that the screen is drawn.
  if (list_read_.insert({*asker.staff, now.day}).second) {
    v1::Disclosure read;
    read.set_where("reception/day-list");
    outcome.drafts.push_back(
        staff_draft(v1::DISCLOSURE, random_.uuid_v7(now.instant.wall_ms), v1::READ, read, asker));
  }
  return outcome;
}

Outcome Desk::prioritise(const v1::Prioritise& ask, const Asker& asker, const DeskTime&) {
  auto id = Uuid::from_octets(ask.ticket());
  const auto* row = id ? state_.tickets.find(*id) : nullptr;
  if (!row) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (row->state.status() != v1::TICKET_WAITING) return Outcome::refused(v1::ASK_WRONG_STATE);
  if (!v1::Priority_IsValid(ask.priority())) return Outcome::refused(v1::ASK_MALFORMED);
  v1::Ticket ticket = row->state;
  ticket.set_priority(ask.priority());
  Outcome outcome;
  outcome.answer.mutable_done()->set_ticket(ask.ticket());
  outcome.drafts.push_back(staff_draft(v1::TICKET, *id, v1::PRIORITISED, ticket, asker));
  return outcome;
}

Outcome Desk::set_room_ready(const v1::SetRoomReady& ask, const Asker& asker, const DeskTime&) {
  auto id = Uuid::from_octets(ask.room());
  if (!id || !state_.rooms.find(*id)) return Outcome::refused(v1::ASK_NOT_FOUND);
  v1::RoomState room;
  room.set_point(state_.point_id().to_octets());
  room.set_unready(!ask.ready());
  Outcome outcome;
  outcome.answer.mutable_done();
  if (state_.room_ready(*id) != ask.ready())
    outcome.drafts.push_back(staff_draft(v1::ROOM_STATE, *id, v1::CHANGED, room, asker));
  return outcome;
}

Outcome Desk::adjust_shift(const v1::AdjustShift& ask, const Asker& asker, const DeskTime& now) {
  auto id = Uuid::from_octets(ask.shift());
  const auto* shift = id ? state_.shifts.find(*id) : nullptr;
  if (!shift) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (!now.clock_unset && shift->state.from().civil().substr(0, 10) != now.day)
    return Outcome::refused(v1::ASK_NOT_MINE);  // Future shifts are central's.
  v1::ShiftState adjusted;
  adjusted.set_point(state_.point_id().to_octets());
  adjusted.set_delay_minutes(ask.delay_minutes());
  adjusted.set_suspended(ask.suspended());
  Outcome outcome;
  outcome.answer.mutable_done();
  outcome.drafts.push_back(staff_draft(v1::SHIFT_STATE, *id, v1::ADJUSTED, adjusted, asker));
  return outcome;
}

}  // namespace feldsher::edge
