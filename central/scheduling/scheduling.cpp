#include "central/scheduling/scheduling.hpp"

#include <algorithm>

#include "central/registry/archive.hpp"
#include "central/scheduling/task_rules.hpp"
#include "protocol/civil/civil.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

ScheduleRefusal refusal_of(MinutesRefusal refusal) {
  return refusal == MinutesRefusal::taken ? ScheduleRefusal::taken : ScheduleRefusal::malformed;
}

}  // namespace

const char* to_text(ScheduleRefusal refusal) {
  switch (refusal) {
    case ScheduleRefusal::not_found:
      return "there is no such shift, patient, service or appointment";
    case ScheduleRefusal::malformed:
      return "the minutes or the service are not in the shift";
    case ScheduleRefusal::taken:
      return "the minutes are taken";
    case ScheduleRefusal::past:
      return "the time is over";
    case ScheduleRefusal::doctor_elsewhere:
      return "the doctor or the room has another shift then";
    case ScheduleRefusal::patient_elsewhere:
      return "the patient has another appointment then";
    case ScheduleRefusal::wrong_state:
      return "it is cancelled, was kept or is done already";
    case ScheduleRefusal::archived:
      return "the patient is archived: restore them first";
  }
  return "unknown refusal";
}

Draft Scheduling::draft(v1::EntityType type, const Uuid& id, v1::Verb verb,
                        const google::protobuf::MessageLite& state, const v1::Actor& actor,
                        v1::Proof proof) const {
  Draft draft;
  draft.actor = actor;
  draft.proof = proof;
  draft.subject = {type, id};
  draft.verb = verb;
  draft.message = state.SerializeAsString();
  if (auto current = state_.current(draft.subject)) draft.bases.push_back(*current);
  return draft;
}

Scheduled<Booking> Scheduling::book(const WantedBooking& wanted, const v1::Actor& actor, v1::Proof proof,
                                    const Instant& now) {
  const auto* shift = state_.shifts.find(wanted.shift);
  const auto* service = state_.services.find(wanted.service);
  if (!shift || !service || !state_.patients.find(wanted.patient)) return ScheduleRefusal::not_found;
  if (is_archived(state_, wanted.patient)) return ScheduleRefusal::archived;
  const std::uint32_t length = wanted.minutes != 0 ? wanted.minutes : service->state.minutes();
  if (length == 0 || length > longest_booking_minutes || !lies_in(shift->state, wanted.minute, length) ||
      !gives(shift->state, wanted.service.to_octets()))
    return ScheduleRefusal::malformed;
  const Minutes minutes{wanted.minute, wanted.minute + length};
  if (minutes.first * 60'000 <= now.wall_ms) return ScheduleRefusal::past;
  auto zone = Zone::named(shift->state.from().zone());
  if (!zone) return ScheduleRefusal::not_found;

  v1::Appointment appointment;
  appointment.set_patient(wanted.patient.to_octets());
  appointment.set_shift(wanted.shift.to_octets());
  appointment.set_service(wanted.service.to_octets());
  appointment.set_point(shift->state.point());
  *appointment.mutable_from() = zone->planned(minutes.first);
  appointment.set_minutes(length);
  appointment.set_status(v1::APPOINTMENT_BOOKED);
  appointment.set_room(shift->state.room());
  appointment.set_practitioner(shift->state.practitioner());
  Booking booking{.appointment = wanted.id.is_nil() ? random_.uuid_v7(now.wall_ms) : wanted.id,
                  .requested = false,
                  .request = {},
                  .drafts = {}};
  auto refusal = state_.book(wanted.shift).refuses(minutes);
  if (refusal != MinutesRefusal::taken && !state_.clashes(appointment.patient(), minutes).empty())
    return ScheduleRefusal::patient_elsewhere;
  if (!refusal) {
    booking.drafts.push_back(
        draft(v1::APPOINTMENT, booking.appointment, v1::BOOKED, appointment, actor, proof));
    return booking;
  }
  if (*refusal != MinutesRefusal::not_held) return refusal_of(*refusal);
  auto owner = state_.node_of(PointId{Uuid::from_octets(shift->state.point()).value_or(Uuid{})});
  if (!owner) return ScheduleRefusal::not_found;
  v1::Request request;
  request.set_kind(v1::REQUEST_BOOK);
  request.set_appointment(booking.appointment.to_octets());
  *request.mutable_wanted() = appointment;
  request.set_owner(owner->to_octets());
  request.set_status(v1::REQUEST_ASKED);
  booking.requested = true;
  booking.request = random_.uuid_v7(now.wall_ms);
  booking.drafts.push_back(draft(v1::REQUEST, booking.request, v1::ASKED, request, actor, proof));
  return booking;
}

Scheduled<Booking> Scheduling::cancel(const Uuid& appointment_id, const v1::Actor& actor, v1::Proof proof,
                                      const Instant& now) {
  const auto* row = state_.appointments.find(appointment_id);
  if (!row) return ScheduleRefusal::not_found;
  if (row->state.status() != v1::APPOINTMENT_BOOKED || state_.visit_of(appointment_id))
    return ScheduleRefusal::wrong_state;
  Booking booking{.appointment = appointment_id, .requested = false, .request = {}, .drafts = {}};
  if (row->record.origin == state_.central()) {
    v1::Appointment cancelled = row->state;
    cancelled.set_status(v1::APPOINTMENT_CANCELLED);
    booking.drafts.push_back(draft(v1::APPOINTMENT, appointment_id, v1::CANCELLED, cancelled, actor, proof));
    return booking;
  }
  v1::Request request;
  request.set_kind(v1::REQUEST_CANCEL);
  request.set_appointment(appointment_id.to_octets());
  request.set_owner(row->record.origin.to_octets());
  request.set_status(v1::REQUEST_ASKED);
  booking.requested = true;
  booking.request = random_.uuid_v7(now.wall_ms);
  booking.drafts.push_back(draft(v1::REQUEST, booking.request, v1::ASKED, request, actor, proof));
  return booking;
}

Scheduled<Draft> Scheduling::shift(const Uuid& id, const v1::Shift& wanted, const v1::Actor& actor,
                                   v1::Proof proof) {
  if (wanted.from().minute() >= wanted.until().minute()) return ScheduleRefusal::malformed;
  const auto* room = state_.rooms.find(wanted.room());
  // A room belongs to one point: so who holds the point's minute holds the room.
  if (!room || room->state.point() != wanted.point() || !state_.practitioners.find(wanted.practitioner()) ||
      !state_.points.find(wanted.point()))
    return ScheduleRefusal::not_found;
  if (const auto* before = state_.shifts.find(id)) {
    // A shift that has bookings or leases keeps its minutes.
    if (before->state.from().minute() != wanted.from().minute() ||
        before->state.until().minute() != wanted.until().minute())
      return ScheduleRefusal::wrong_state;
  }
  for (const auto& [other_id, other] : state_.shifts.rows()) {
    if (other_id == id) continue;
    const bool overlaps = other.state.from().minute() < wanted.until().minute() &&
                          wanted.from().minute() < other.state.until().minute();
    if (overlaps &&
        (other.state.room() == wanted.room() || other.state.practitioner() == wanted.practitioner()))
      return ScheduleRefusal::doctor_elsewhere;
  }
  return draft(v1::SHIFT, id, state_.shifts.find(id) ? v1::CHANGED : v1::REGISTERED, wanted, actor, proof);
}

Scheduled<Draft> Scheduling::lease(const Uuid& shift_id, const MinuteSet& minutes, const v1::Actor& actor,
                                   v1::Proof proof, const Instant& now) {
  const auto* shift = state_.shifts.find(shift_id);
  if (!shift) return ScheduleRefusal::not_found;
  if (auto refusal = state_.book(shift_id).refuses_to_give(minutes)) return refusal_of(*refusal);
  v1::Lease lease;
  lease.set_shift(shift_id.to_octets());
  lease.set_point(shift->state.point());
  put_minutes(minutes, lease);
  return draft(v1::LEASE, random_.uuid_v7(now.wall_ms), v1::LEASED, lease, actor, proof);
}

Scheduled<Booking> Scheduling::recall(const Uuid& shift_id, const MinuteSet& minutes, const v1::Actor& actor,
                                      v1::Proof proof, const Instant& now) {
  const auto* shift = state_.shifts.find(shift_id);
  auto owner = shift ? state_.node_of(PointId{Uuid::from_octets(shift->state.point()).value_or(Uuid{})})
                     : std::nullopt;
  if (!owner) return ScheduleRefusal::not_found;
  const MinuteSet asked = state_.leases_of(shift_id).outstanding().common_with(minutes);
  if (asked.empty()) return ScheduleRefusal::taken;
  v1::Request request;
  request.set_kind(v1::REQUEST_RETURN);
  request.set_owner(owner->to_octets());
  request.set_status(v1::REQUEST_ASKED);
  request.set_shift(shift_id.to_octets());
  put_minutes(asked, request);
  Booking booking{
      .appointment = {}, .requested = true, .request = random_.uuid_v7(now.wall_ms), .drafts = {}};
  booking.drafts.push_back(draft(v1::REQUEST, booking.request, v1::ASKED, request, actor, proof));
  return booking;
}

Scheduled<std::vector<Draft>> Scheduling::break_leases(const Uuid& shift_id, const v1::Actor& actor,
                                                       v1::Proof proof, const Instant& now) {
  const auto* shift = state_.shifts.find(shift_id);
  if (!shift) return ScheduleRefusal::not_found;
  const ShiftLeases leases = state_.leases_of(shift_id);
  const MinuteSet ahead(Minutes{now.wall_ms / 60'000 + 1, shift->state.until().minute()});
  const MinuteSet broken = leases.outstanding().common_with(ahead);
  std::vector<Draft> drafts;
  for (const Uuid& id : leases.giving(broken)) {
    v1::Lease left = state_.leases.find(id)->state;
    MinuteSet minutes = minute_set_from(left.minutes());
    minutes.remove(ahead);
    left.clear_minutes();
    put_minutes(minutes, left);
    drafts.push_back(draft(v1::LEASE, id, v1::BROKEN, left, actor, proof));
  }
  if (drafts.empty()) return ScheduleRefusal::taken;
  for (Draft& task : TaskRules(state_, random_).found_in_broken(shift_id, broken, now))
    drafts.push_back(std::move(task));
  return drafts;
}

std::vector<Draft> Scheduling::answer_request(const Uuid& request_id, const Instant& now) {
  const auto* row = state_.requests.find(request_id);
  if (!row || row->record.origin == state_.central() || row->state.status() != v1::REQUEST_ASKED ||
      state_.answer_to(request_id))
    return {};
  const v1::Request& request = row->state;
  v1::Actor rule;
  rule.set_kind(v1::ACTOR_RULE);
  rule.set_rule("answer-request@1");
  v1::RequestAnswer answer;
  answer.set_request(request_id.to_octets());
  answer.set_asker(row->record.origin.to_octets());
  answer.set_outcome(v1::OUTCOME_GRANTED);
  std::vector<Draft> drafts;
  const Uuid appointment_id = Uuid::from_octets(request.appointment()).value_or(Uuid{});
  if (request.kind() == v1::REQUEST_BOOK && !appointment_id.is_nil()) {
    const v1::Appointment& wanted = request.wanted();
    const auto* shift = state_.shifts.find(wanted.shift());
    if (!shift || !lies_in(shift->state, wanted.from().minute(), wanted.minutes()) ||
        !state_.patients.find(wanted.patient()) || is_archived(state_, id_of(wanted.patient())) ||
        state_.appointments.find(appointment_id)) {
      answer.set_outcome(v1::OUTCOME_NOT_FOUND);
    } else if (minutes_of(wanted).first * 60'000 <= now.wall_ms) {
      answer.set_outcome(v1::OUTCOME_PAST);
    } else if (auto refusal = state_.book(*Uuid::from_octets(wanted.shift())).refuses(minutes_of(wanted))) {
      answer.set_outcome(*refusal == MinutesRefusal::taken ? v1::OUTCOME_TAKEN : v1::OUTCOME_NOT_MINE);
    } else if (!state_.clashes(wanted.patient(), minutes_of(wanted)).empty()) {
      answer.set_outcome(v1::OUTCOME_TAKEN);
    } else {
      v1::Appointment booked = wanted;
      booked.set_request(request_id.to_octets());
      booked.set_status(v1::APPOINTMENT_BOOKED);
      booked.set_room(shift->state.room());
      booked.set_practitioner(shift->state.practitioner());
      drafts.push_back(draft(v1::APPOINTMENT, appointment_id, v1::BOOKED, booked, rule, v1::PROOF_NONE));
    }
  } else if (request.kind() == v1::REQUEST_CANCEL) {
    const auto* held = state_.appointments.find(appointment_id);
    if (!held || held->state.status() != v1::APPOINTMENT_BOOKED || state_.visit_of(appointment_id)) {
      answer.set_outcome(v1::OUTCOME_NOT_FOUND);
    } else if (held->record.origin != state_.central()) {
      answer.set_outcome(v1::OUTCOME_NOT_MINE);
    } else {
      v1::Appointment cancelled = held->state;
      cancelled.set_status(v1::APPOINTMENT_CANCELLED);
      drafts.push_back(
          draft(v1::APPOINTMENT, appointment_id, v1::CANCELLED, cancelled, rule, v1::PROOF_NONE));
    }
  } else {
    answer.set_outcome(v1::OUTCOME_NOT_FOUND);
  }
  drafts.push_back(draft(v1::REQUEST_ANSWER, random_.uuid_v7(now.wall_ms),
                         answer.outcome() == v1::OUTCOME_GRANTED ? v1::GRANTED : v1::REFUSED, answer, rule,
                         v1::PROOF_NONE));
  for (Draft& each : drafts) {
    v1::Cause cause;
    *cause.mutable_record() = row->record.to_wire();
    each.cause = cause;
  }
  return drafts;
}

}  // namespace feldsher::central
