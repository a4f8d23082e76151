#include <algorithm>

#include "edge-agent/desk/desk.hpp"

namespace feldsher::edge {
namespace {

v1::RequestOutcome outcome_of(MinutesRefusal refusal) {
  return refusal == MinutesRefusal::taken ? v1::OUTCOME_TAKEN : v1::OUTCOME_NOT_MINE;
}

}  // namespace

Outcome Desk::free_minutes(const v1::AskFreeMinutes& ask, const DeskTime& now) const {
  Outcome outcome;
  v1::FreeMinutes& answer = *outcome.answer.mutable_free_minutes();
  std::vector<v1::FreeStretch> found;
  for (const auto& [id, row] : state_.shifts.rows()) {
    const v1::Shift& shift = row.state;
    const std::string day = shift.from().civil().substr(0, 10);
    if (!ask.day().empty() && day != ask.day()) continue;
    if (!gives(shift, ask.service()) || state_.suspended(id)) continue;
    const ShiftBook book = state_.book(id);
    const Minutes whole{std::max(shift.from().minute(), now.minute + 1), shift.until().minute()};
    // Known bookings are busy whoever made them; what is left is ours, or central's to ask for.
    MinuteSet open(whole);
    for (const auto& [appointment, minutes] : book.bookings()) open.remove(minutes);
    MinuteSet ours = book.free(), others = open;
    others.remove(book.held());
    for (bool held : {true, false}) {
      for (Minutes stretch : (held ? ours : others).stretches()) {
        stretch.first = std::max(stretch.first, whole.first);
        if (stretch.count() == 0) continue;
        v1::FreeStretch free;
        free.set_shift(id.to_octets());
        free.set_room_label(room_label(shift.room()));
        if (const auto* doctor = state_.practitioners.find(shift.practitioner()))
          *free.mutable_practitioner() = doctor->state.name();
        free.mutable_minutes()->set_first(stretch.first);
        free.mutable_minutes()->set_end(stretch.end);
        free.set_held_here(held);
        free.set_civil(zone_.civil(stretch.first));
        found.push_back(std::move(free));
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const v1::FreeStretch& a, const v1::FreeStretch& b) {
    return std::pair(a.minutes().first(), a.shift()) < std::pair(b.minutes().first(), b.shift());
  });
  for (v1::FreeStretch& free : found) *answer.add_stretches() = std::move(free);
  return outcome;
}

Outcome Desk::book(const v1::Book& ask, const Asker& asker, const DeskTime& now) {
  auto shift_id = Uuid::from_octets(ask.shift());
  const auto* shift = shift_id ? state_.shifts.find(*shift_id) : nullptr;
  const auto* service = state_.services.find(ask.service());
  if (!shift || !service || !state_.patients.find(ask.patient())) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (now.clock_unset) return Outcome::refused(v1::ASK_CLOCK_UNSET);
  const std::uint32_t length = ask.minutes() != 0 ? ask.minutes() : service->state.minutes();
  if (length == 0 || length > longest_booking_minutes || !lies_in(shift->state, ask.minute(), length) ||
      !gives(shift->state, ask.service()))
    return Outcome::refused(v1::ASK_MALFORMED);
  const Minutes wanted{ask.minute(), ask.minute() + length};
  if (wanted.first <= now.minute) return Outcome::refused(v1::ASK_TOO_LATE);
  if (state_.suspended(*shift_id)) return Outcome::refused(v1::ASK_TAKEN);

  v1::Appointment appointment;
  appointment.set_patient(ask.patient());
  appointment.set_shift(ask.shift());
  appointment.set_service(ask.service());
  appointment.set_point(state_.point_id().to_octets());
  *appointment.mutable_from() = zone_.planned(wanted.first);
  appointment.set_minutes(length);
  appointment.set_status(v1::APPOINTMENT_BOOKED);
  appointment.set_room(shift->state.room());
  appointment.set_practitioner(shift->state.practitioner());
  const Uuid id = random_.uuid_v7(now.instant.wall_ms);
  Outcome outcome;
  v1::Booked& booked = *outcome.answer.mutable_booked();
  booked.set_appointment(id.to_octets());
  auto refusal = state_.book(*shift_id).refuses(wanted);
  if (refusal == MinutesRefusal::taken) return Outcome::refused(v1::ASK_TAKEN);
  // A patient is nobody's minute: each node refuses the clash that it can see, also one to be asked for.
  if (!state_.clashes(ask.patient(), wanted).empty()) return Outcome::refused(v1::ASK_CLASH);
  if (!refusal) {
    outcome.drafts.push_back(staff_draft(v1::APPOINTMENT, id, v1::BOOKED, appointment, asker));
    return outcome;
  }
  // Not ours: ask. The owner makes the appointment, under the id given here.
  v1::Request request;
  request.set_kind(v1::REQUEST_BOOK);
  request.set_appointment(id.to_octets());
  *request.mutable_wanted() = appointment;
  request.set_status(v1::REQUEST_ASKED);
  const Uuid request_id = random_.uuid_v7(now.instant.wall_ms);
  booked.set_requested(true);
  booked.set_request(request_id.to_octets());
  outcome.drafts.push_back(staff_draft(v1::REQUEST, request_id, v1::ASKED, request, asker));
  return outcome;
}

Outcome Desk::cancel(const v1::CancelAppointment& ask, const Asker& asker, const DeskTime& now) {
  auto id = Uuid::from_octets(ask.appointment());
  const auto* row = id ? state_.appointments.find(*id) : nullptr;
  if (!row || row->state.status() != v1::APPOINTMENT_BOOKED) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (state_.visit_of(*id)) return Outcome::refused(v1::ASK_WRONG_STATE);
  Outcome outcome;
  v1::Booked& told = *outcome.answer.mutable_booked();
  told.set_appointment(ask.appointment());
  if (row->record.origin == state_.node()) {
    v1::Appointment cancelled = row->state;
    cancelled.set_status(v1::APPOINTMENT_CANCELLED);
    outcome.drafts.push_back(staff_draft(v1::APPOINTMENT, *id, v1::CANCELLED, cancelled, asker));
    return outcome;
  }
  v1::Request request;
  request.set_kind(v1::REQUEST_CANCEL);
  request.set_appointment(ask.appointment());
  request.set_status(v1::REQUEST_ASKED);
  const Uuid request_id = random_.uuid_v7(now.instant.wall_ms);
  told.set_requested(true);
  told.set_request(request_id.to_octets());
  outcome.drafts.push_back(staff_draft(v1::REQUEST, request_id, v1::ASKED, request, asker));
  return outcome;
}

Outcome Desk::return_minutes(const v1::ReturnMinutes& ask, const Asker& asker, const DeskTime& now) {
  auto id = Uuid::from_octets(ask.shift());
  if (!id || !state_.shifts.find(*id)) return Outcome::refused(v1::ASK_NOT_FOUND);
  MinuteSet free = state_.book(*id).free();
  free.remove({0, now.minute + 1});
  if (free.empty()) return Outcome::refused(v1::ASK_NOT_FOUND);
  const v1::GiveBack give_back = give_back_of(*id, state_.point_id().uuid, free, state_.leases_of(*id));
  Outcome outcome;
  outcome.answer.mutable_done();
  outcome.drafts.push_back(
      staff_draft(v1::GIVE_BACK, random_.uuid_v7(now.instant.wall_ms), v1::RETURNED, give_back, asker));
  return outcome;
}

v1::RequestOutcome Desk::grant_booking(const Uuid& request_id, const v1::Request& request,
                                       const v1::Actor& rule, const DeskTime& now,
                                       std::vector<Draft>& drafts) const {
  const v1::Appointment& wanted = request.wanted();
  const std::int64_t first = wanted.from().minute();
  auto id = Uuid::from_octets(request.appointment());
  const auto* shift = state_.shifts.find(wanted.shift());
  if (!id || !shift || !lies_in(shift->state, first, wanted.minutes()) || state_.appointments.find(*id))
    return v1::OUTCOME_NOT_FOUND;
  if (!now.clock_unset && first <= now.minute) return v1::OUTCOME_PAST;
  const Uuid shift_id = *Uuid::from_octets(wanted.shift());
  if (state_.suspended(shift_id)) return v1::OUTCOME_TAKEN;
  const Minutes minutes{first, first + wanted.minutes()};
  if (auto refusal = state_.book(shift_id).refuses(minutes)) return outcome_of(*refusal);
  if (!state_.clashes(wanted.patient(), minutes).empty()) return v1::OUTCOME_TAKEN;
  v1::Appointment booked = wanted;
  booked.set_request(request_id.to_octets());
  booked.set_status(v1::APPOINTMENT_BOOKED);
  drafts.push_back(draft(v1::APPOINTMENT, *id, v1::BOOKED, booked, rule, v1::PROOF_NONE));
  return v1::OUTCOME_GRANTED;
}

v1::RequestOutcome Desk::grant_cancelling(const v1::Request& request, const v1::Actor& rule,
                                          std::vector<Draft>& drafts) const {
  auto id = Uuid::from_octets(request.appointment());
  const auto* held = id ? state_.appointments.find(*id) : nullptr;
  if (!held || held->state.status() != v1::APPOINTMENT_BOOKED || state_.visit_of(*id))
    return v1::OUTCOME_NOT_FOUND;
  if (held->record.origin != state_.node()) return v1::OUTCOME_NOT_MINE;
  v1::Appointment cancelled = held->state;
  cancelled.set_status(v1::APPOINTMENT_CANCELLED);
  drafts.push_back(draft(v1::APPOINTMENT, *id, v1::CANCELLED, cancelled, rule, v1::PROOF_NONE));
  return v1::OUTCOME_GRANTED;
}

v1::RequestOutcome Desk::grant_return(const v1::Request& request, const v1::Actor& rule, const DeskTime& now,
                                      std::vector<Draft>& drafts) {
  auto shift = Uuid::from_octets(request.shift());
  if (!shift || !state_.shifts.find(*shift)) return v1::OUTCOME_NOT_FOUND;
  // What is booked stays: only the free part goes back.
  const MinuteSet free = state_.book(*shift).free().common_with(minute_set_from(request.minutes()));
  if (free.empty()) return v1::OUTCOME_TAKEN;
  const v1::GiveBack give_back = give_back_of(*shift, state_.point_id().uuid, free, state_.leases_of(*shift));
  drafts.push_back(draft(v1::GIVE_BACK, random_.uuid_v7(now.instant.wall_ms), v1::RETURNED, give_back, rule,
                         v1::PROOF_NONE));
  return v1::OUTCOME_GRANTED;
}

std::vector<Draft> Desk::answer_request(const Uuid& request_id, const DeskTime& now) {
  const auto* row = state_.requests.find(request_id);
  if (!row || row->record.origin == state_.node() || row->state.owner() != state_.node().to_octets() ||
      row->state.status() != v1::REQUEST_ASKED || state_.answer_to(request_id))
    return {};
  const v1::Request& request = row->state;
  v1::Actor rule;
  rule.set_kind(v1::ACTOR_RULE);
  rule.set_rule("answer-request@1");
  v1::RequestAnswer answer;
  answer.set_request(request_id.to_octets());
  answer.set_asker(row->record.origin.to_octets());
  std::vector<Draft> drafts;
  switch (request.kind()) {
    case v1::REQUEST_BOOK:
      answer.set_outcome(grant_booking(request_id, request, rule, now, drafts));
      break;
    case v1::REQUEST_CANCEL:
      answer.set_outcome(grant_cancelling(request, rule, drafts));
      break;
    case v1::REQUEST_RETURN:
      answer.set_outcome(grant_return(request, rule, now, drafts));
      break;
    default:
      answer.set_outcome(v1::OUTCOME_NOT_FOUND);
  }
  drafts.push_back(draft(v1::REQUEST_ANSWER, random_.uuid_v7(now.instant.wall_ms),
                         answer.outcome() == v1::OUTCOME_GRANTED ? v1::GRANTED : v1::REFUSED, answer, rule,
                         v1::PROOF_NONE));
  for (Draft& draft : drafts) {
    v1::Cause cause;
    *cause.mutable_record() = row->record.to_wire();
    draft.cause = cause;
  }
  return drafts;
}

}  // namespace feldsher::edge
