#include <fmt/core.h>

#include <algorithm>

#include "edge-agent/desk/desk.hpp"
#include "edge-agent/desk/phone.hpp"

namespace feldsher::edge {
namespace {

v1::Actor patient_actor(const Uuid& patient) {
  v1::Actor actor;
  actor.set_kind(v1::ACTOR_PATIENT);
  actor.set_id(patient.to_octets());
  return actor;
}

Digest survey_digest(const Uuid& visit, const std::string& code) { return sha256({visit.to_octets(), code}); }

/// The first letter of a UTF-8 text, whole.
std::string first_letter(const std::string& text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
  return text.substr(0, length);
}

}  // namespace

Outcome Desk::check_in_by_pass(const v1::CheckInByPass& ask, const Asker& asker, const DeskTime& now) {
  const std::string door = "pass " + asker.terminal;
  if (std::uint32_t wait = tries_.closed_for_s(door, now.instant.since_boot_ms))
    return Outcome::refused(v1::ASK_TOO_MANY_TRIES, wait);
  ReadPass pass = read_pass_(ask.pass());
  if (pass.refusal != v1::ASK_GRANTED) {
    tries_.failed(door, for_patients, now.instant.since_boot_ms);
    return Outcome::refused(pass.refusal);
  }
  if (pass.point != state_.point_id()) return Outcome::refused(v1::ASK_PASS_OTHER_POINT);
  // With the clock unset the day cannot be judged; the pass is good, and the patient is here.
  if (!now.clock_unset && pass.day != now.day) return Outcome::refused(v1::ASK_PASS_OTHER_DAY);
  tries_.succeeded(door);
  if (const auto* visit = state_.visit_of(pass.appointment.uuid))
    return already_here(visit->first, visit->second.state, now);

  const auto* known = state_.appointments.find(pass.appointment.uuid);
  Arrival arrival{.patient = pass.patient.uuid,
                  .appointment = pass.appointment.uuid,
                  .service = {},
                  .actor = patient_actor(pass.patient.uuid),
                  .proof = v1::PROOF_PASS,
                  .priority = v1::PRIORITY_APPOINTMENT,
                  .not_in_schedule = !known || known->state.status() != v1::APPOINTMENT_BOOKED};
  if (known) arrival.service = Uuid::from_octets(known->state.service()).value_or(Uuid{});
  return admit(arrival, now);
}

Outcome Desk::check_in_by_phone(const v1::CheckInByPhone& ask, const Asker& asker, const DeskTime& now) {
  const std::string door = "phone " + asker.terminal;
  if (std::uint32_t wait = tries_.closed_for_s(door, now.instant.since_boot_ms))
    return Outcome::refused(v1::ASK_TOO_MANY_TRIES, wait);
  // Every patient is looked at, found or not: the time says nothing about who is known.
  const std::pair<const Uuid, Row<v1::Appointment>>* best = nullptr;
  const std::pair<const Uuid, Row<v1::Visit>>* here = nullptr;
  std::set<Uuid> matching;
  for (const auto& [id, row] : state_.patients.rows()) {
    const bool phone = same_phone(ask.phone(), row.state.phone());
    const bool birth_date = ask.birth_date() == row.state.birth_date();
    if (phone && birth_date) matching.insert(id);
  }
  for (const auto& entry : state_.appointments.rows()) {
    const v1::Appointment& appointment = entry.second.state;
    if (appointment.status() != v1::APPOINTMENT_BOOKED) continue;
    auto patient = Uuid::from_octets(appointment.patient());
    if (!patient || !matching.contains(*patient)) continue;
    const std::string day = appointment.from().civil().substr(0, 10);
    if (now.clock_unset ? day < now.day : day != now.day) continue;
    if (const auto* visit = state_.visit_of(entry.first)) {
      if (visit->second.state.status() == v1::VISIT_ARRIVED || !here) here = visit;
      continue;
    }
    if (!best || appointment.from().minute() < best->second.state.from().minute()) best = &entry;
  }
  if (!best && here) return already_here(here->first, here->second.state, now);
  if (!best) {
    tries_.failed(door, for_patients, now.instant.since_boot_ms);
    return Outcome::refused(v1::ASK_NOT_FOUND);
  }
  tries_.succeeded(door);
  const v1::Appointment& appointment = best->second.state;
  const Uuid patient = *Uuid::from_octets(appointment.patient());
  return admit({.patient = patient,
                .appointment = best->first,
                .service = Uuid::from_octets(appointment.service()).value_or(Uuid{}),
                .actor = patient_actor(patient),
                .proof = v1::PROOF_PHONE_BIRTH_DATE,
                .priority = v1::PRIORITY_APPOINTMENT,
                .not_in_schedule = false},
               now);
}

Outcome Desk::walk_in(const v1::WalkIn& ask, const Asker& asker, const DeskTime& now) {
  auto service = Uuid::from_octets(ask.service());
  const auto* row = service ? state_.services.find(*service) : nullptr;
  if (!row) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (!row->state.walk_in() && !asker.staff) return Outcome::refused(v1::ASK_NOT_ALLOWED);
  Arrival arrival{.patient = {}, .appointment = {}, .service = *service, .actor = {}};
  if (asker.staff) {
    arrival.actor.set_kind(v1::ACTOR_STAFF);
    arrival.actor.set_id(asker.staff->to_octets());
    arrival.proof = v1::PROOF_PIN;
    if (!v1::Priority_IsValid(ask.priority())) return Outcome::refused(v1::ASK_MALFORMED);
    arrival.priority = ask.priority();
    if (auto patient = Uuid::from_octets(ask.patient())) {
      if (!state_.patients.find(*patient)) return Outcome::refused(v1::ASK_NOT_FOUND);
      arrival.patient = *patient;
    }
  } else {
    arrival.actor = patient_actor({});
  }
  return admit(arrival, now);
}

Outcome Desk::mark_present(const v1::MarkPresent& ask, const Asker& asker, const DeskTime& now) {
  auto id = Uuid::from_octets(ask.appointment());
  const auto* row = id ? state_.appointments.find(*id) : nullptr;
  if (!row || row->state.status() != v1::APPOINTMENT_BOOKED) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (const auto* visit = state_.visit_of(*id)) {
    if (visit->second.state.status() == v1::VISIT_ABSENT)
      return reopen(visit->first, visit->second.state, asker, now);
    return already_here(visit->first, visit->second.state, now);
  }
  const std::string day = row->state.from().civil().substr(0, 10);
  if (!now.clock_unset && day != now.day) return Outcome::refused(v1::ASK_NOT_TODAY);
  Arrival arrival{.patient = Uuid::from_octets(row->state.patient()).value_or(Uuid{}),
                  .appointment = *id,
                  .service = Uuid::from_octets(row->state.service()).value_or(Uuid{}),
                  .actor = {},
                  .proof = v1::PROOF_PIN,
                  .priority = v1::PRIORITY_APPOINTMENT,
                  .not_in_schedule = false};
  arrival.actor.set_kind(v1::ACTOR_STAFF);
  arrival.actor.set_id(asker.staff->to_octets());
  return admit(arrival, now);
}

Outcome Desk::already_here(const Uuid& visit_id, const v1::Visit& visit, const DeskTime& now) {
  if (visit.status() == v1::VISIT_FINISHED) return Outcome::refused(v1::ASK_FINISHED_ALREADY);
  // Marked absent, and here after all: a person decides, at reception.
  if (visit.status() == v1::VISIT_ABSENT) return Outcome::refused(v1::ASK_WRONG_STATE);
  Outcome outcome;
  tell(*outcome.answer.mutable_checked_in(), visit_id, visit, now);
  outcome.answer.mutable_checked_in()->set_again(true);
  return outcome;
}

Outcome Desk::reopen(const Uuid& visit_id, const v1::Visit& visit, const Asker& asker, const DeskTime& now) {
  if (visit.day() != now.day) return Outcome::refused(v1::ASK_NOT_TODAY);
  for (const Uuid& id : state_.tickets_of_visit(visit_id)) {
    const v1::Ticket& absent = state_.tickets.find(id)->state;
    if (absent.status() != v1::TICKET_ABSENT) continue;
    v1::Visit here = visit;
    here.set_status(v1::VISIT_ARRIVED);
    v1::Ticket ticket = absent;
    ticket.set_status(v1::TICKET_WAITING);
    ticket.clear_room();
    // Calls that were missed do not count against somebody who stands at reception.
    ticket.clear_calls();
    Outcome outcome;
    outcome.drafts.push_back(staff_draft(v1::VISIT, visit_id, v1::ARRIVED, here, asker));
    outcome.drafts.push_back(staff_draft(v1::TICKET, id, v1::QUEUED, ticket, asker));
    v1::CheckedIn& told = *outcome.answer.mutable_checked_in();
    tell(told, visit_id, here, now);
    told.set_ticket(id.to_octets());
    told.set_ticket_label(ticket.label());
    told.set_again(true);
    return outcome;
  }
  return Outcome::refused(v1::ASK_WRONG_STATE);
}

Outcome Desk::admit(const Arrival& arrival, const DeskTime& now) {
  // What is left on the disk is for those who are inside.
  if (disk_ == v1::DISK_NO_CHECK_INS) return Outcome::refused(v1::ASK_DISK_FULL);
  const auto* service = state_.services.find(arrival.service);
  const Uuid visit_id = random_.uuid_v7(now.instant.wall_ms),
             ticket_id = random_.uuid_v7(now.instant.wall_ms);
  const std::string code = new_survey_code(now.day);

  v1::Visit visit;
  if (!arrival.patient.is_nil()) visit.set_patient(arrival.patient.to_octets());
  if (!arrival.appointment.is_nil()) visit.set_appointment(arrival.appointment.to_octets());
  visit.set_service(arrival.service.to_octets());
  visit.set_point(state_.point_id().to_octets());
  // Also while the clock is unset and the day a guess: the queue, the board and the survey go by one day,
  // and it is put right when the clock becomes known (`day_known`).
  visit.set_day(now.day);
  visit.set_status(v1::VISIT_ARRIVED);
  visit.set_survey_digest(to_octets(survey_digest(visit_id, code)));
  visit.set_not_in_schedule(arrival.not_in_schedule);

  v1::Ticket ticket;
  ticket.set_visit(visit_id.to_octets());
  ticket.set_service(arrival.service.to_octets());
  ticket.set_label(next_label(service ? service->state : v1::Service{}, now.day));
  ticket.set_priority(arrival.priority);
  ticket.set_status(v1::TICKET_WAITING);
  ticket.set_queued_ms(now.instant.wall_ms);
  ticket.set_day(now.day);
  ticket.set_point(state_.point_id().to_octets());
  if (const auto* appointment = state_.appointments.find(arrival.appointment)) {
    ticket.set_slot_minute(appointment->state.from().minute());
    ticket.set_practitioner(appointment->state.practitioner());
  }

  Outcome outcome;
  outcome.drafts.push_back(draft(v1::VISIT, visit_id, v1::ARRIVED, visit, arrival.actor, arrival.proof));
  outcome.drafts.push_back(draft(v1::TICKET, ticket_id, v1::QUEUED, ticket, arrival.actor, arrival.proof));
  v1::CheckedIn& told = *outcome.answer.mutable_checked_in();
  tell(told, visit_id, visit, now);
  told.set_ticket(ticket_id.to_octets());
  told.set_ticket_label(ticket.label());
  told.set_survey_code(code);
  const double mine = urgency(ticket, now);
  told.set_waiting_before(static_cast<std::uint32_t>(waiting(now, [&](const v1::Ticket& other) {
                                                       return other.service() == ticket.service() &&
                                                              urgency(other, now) >= mine;
                                                     }).size()));
  return outcome;
}

void Desk::tell(v1::CheckedIn& told, const Uuid& visit_id, const v1::Visit& visit,
                const DeskTime& now) const {
  told.set_visit(visit_id.to_octets());
  told.set_appointment(visit.appointment());
  told.set_not_in_schedule(visit.not_in_schedule());
  const auto ended = visit.appointment().empty() ? decltype(ended_tickets(now)){} : ended_tickets(now);
  if (const auto earlier = ended.find(visit.appointment()); earlier != ended.end())
    told.set_instead_of(earlier->second->label());
  if (const auto* service = state_.services.find(visit.service())) {
    *told.mutable_service() = service->state.name();
    *told.mutable_preparation() = service->state.preparation();
  }
  if (const auto* patient = state_.patients.find(visit.patient())) {
    told.set_given_name(patient->state.given_name());
    if (!patient->state.family_name().empty())
      told.set_family_initial(first_letter(patient->state.family_name()) + ".");
  }
  if (const auto* appointment = state_.appointments.find(visit.appointment())) {
    told.set_room_label(room_label(appointment->state.room()));
    told.set_slot_minute(appointment->state.from().minute());
    told.set_civil(zone_.clock(appointment->state.from().minute()));
    if (const auto* doctor = state_.practitioners.find(appointment->state.practitioner()))
      *told.mutable_practitioner() = doctor->state.name();
  }
  if (const auto* ticket = state_.open_ticket_of(visit_id)) {
    told.set_ticket(ticket->first.to_octets());
    told.set_ticket_label(ticket->second.state.label());
    const double mine = urgency(ticket->second.state, now);
    auto before = waiting(now, [&](const v1::Ticket& other) {
      return other.service() == ticket->second.state.service() && urgency(other, now) > mine;
    });
    told.set_waiting_before(static_cast<std::uint32_t>(before.size()));
  }
}

std::string Desk::next_label(const v1::Service& service, const std::string& day) const {
  const std::string letter = service.letter().empty() ? "A" : service.letter();
  int last = 0;
  // Labels are counted by letter: two services that share one must not call the same label.
  for (const Uuid& id : state_.tickets_of(day)) {
    const std::string& label = state_.tickets.find(id)->state.label();
    if (label.starts_with(letter)) last = std::max(last, std::atoi(label.c_str() + letter.size()));
  }
  return fmt::format("{}{:03}", letter, last + 1);
}

std::string Desk::new_survey_code(const std::string& day) {
  for (;;) {
    std::string code = fmt::format("{:06}", random_.below(1'000'000));
    if (!visit_with_code(code, day)) return code;
  }
}

const std::pair<const Uuid, Row<v1::Visit>>* Desk::visit_with_code(const std::string& code,
                                                                   const std::string& day) const {
  for (const Uuid& id : state_.visits_of(day)) {
    auto visit = state_.visits.rows().find(id);
    if (visit->second.state.survey_digest() == view_of(survey_digest(id, code))) return &*visit;
  }
  return nullptr;
}

}  // namespace feldsher::edge
