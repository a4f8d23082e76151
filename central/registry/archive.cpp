#include "central/registry/archive.hpp"

#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t longest_stay_ms = 24 * 60 * minute_ms;  // A visit that nobody closed is no care.

}  // namespace

const char* to_text(ArchiveRefusal refusal) {
  switch (refusal) {
    case ArchiveRefusal::not_found:
      return "there is no such patient";
    case ArchiveRefusal::archived:
      return "the patient is archived already";
    case ArchiveRefusal::not_archived:
      return "the patient is not archived";
    case ArchiveRefusal::still_booked:
      return "the patient has an appointment that is still to come: cancel it first";
    case ArchiveRefusal::asked_for:
      return "a point was asked to book for the patient and has not answered: wait, or cancel what it books";
    case ArchiveRefusal::here:
      return "the patient is at a point, waiting or served";
    case ArchiveRefusal::wears_device:
      return "the patient wears a device: take it back first";
  }
  return "unknown refusal";
}

bool is_archived(const NetworkState& state, const Uuid& patient) {
  const auto* row = state.patients.find(patient);
  return row && row->verb == v1::ARCHIVED;
}

Draft Archive::draft(const Uuid& patient, v1::Verb verb) const {
  const auto& row = *state_.patients.find(patient);
  Draft draft;
  draft.subject = {v1::PATIENT, patient};
  draft.bases = {row.record};
  draft.verb = verb;
  draft.message = row.state.SerializeAsString();
  return draft;
}

Archived<Draft> Archive::archive(const Uuid& patient, const v1::Actor& actor, v1::Proof proof,
                                 const Instant& now) const {
  if (!state_.patients.find(patient)) return ArchiveRefusal::not_found;
  if (is_archived(state_, patient)) return ArchiveRefusal::archived;
  if (const auto care = care_of(patient, now)) return care->how;
  Draft archived = draft(patient, v1::ARCHIVED);
  archived.actor = actor;
  archived.proof = proof;
  return archived;
}

Archived<Draft> Archive::restore(const Uuid& patient, const v1::Actor& actor, v1::Proof proof) const {
  if (!state_.patients.find(patient)) return ArchiveRefusal::not_found;
  if (!is_archived(state_, patient)) return ArchiveRefusal::not_archived;
  Draft restored = draft(patient, v1::RESTORED);
  restored.actor = actor;
  restored.proof = proof;
  return restored;
}

std::optional<Archive::Care> Archive::care_of(const Uuid& patient, const Instant& now) const {
  const std::string id = patient.to_octets();
  for (const auto& [visit, row] : state_.visits.rows())
    if (row.state.patient() == id && row.at_ms > now.wall_ms - longest_stay_ms &&
        (row.state.status() == v1::VISIT_ARRIVED || row.state.status() == v1::VISIT_IN_PROGRESS))
      return Care{ArchiveRefusal::here, row.record};
  for (const auto& [appointment, row] : state_.appointments.rows())
    if (row.state.patient() == id && row.state.status() == v1::APPOINTMENT_BOOKED &&
        minutes_of(row.state).end * minute_ms > now.wall_ms)
      return Care{ArchiveRefusal::still_booked, row.record};
  for (const auto& [request, row] : state_.requests.rows())
    if (row.state.wanted().patient() == id && row.state.status() == v1::REQUEST_ASKED &&
        row.state.wanted().from().minute() * minute_ms > now.wall_ms && !state_.answer_to(request))
      return Care{ArchiveRefusal::asked_for, row.record};
  if (const auto custody = state_.wearings().custody_by_which_wears(patient))
    if (const auto* row = state_.custodies.find(*custody))
      return Care{ArchiveRefusal::wears_device, row->record};
  return std::nullopt;
}

std::optional<Draft> Archive::restored_by_rule(const Uuid& patient, const Instant& now) const {
  const auto care = is_archived(state_, patient) ? care_of(patient, now) : std::nullopt;
  if (!care) return std::nullopt;
  Draft restored = draft(patient, v1::RESTORED);
  restored.actor.set_kind(v1::ACTOR_RULE);
  restored.actor.set_rule("restore-in-care@1");
  *restored.cause.emplace().mutable_record() = care->record.to_wire();
  return restored;
}

std::optional<Draft> Archive::needed_again(const Record& record, const Instant& now) const {
  const Uuid& id = record.subject.id;
  const auto* appointment = record.subject.type == v1::APPOINTMENT ? state_.appointments.find(id) : nullptr;
  const auto* visit = record.subject.type == v1::VISIT ? state_.visits.find(id) : nullptr;
  if (!appointment && !visit) return std::nullopt;
  return restored_by_rule(id_of(appointment ? appointment->state.patient() : visit->state.patient()), now);
}

std::vector<Draft> Archive::left_over(const Instant& now) const {
  std::vector<Draft> again;
  for (const auto& [id, row] : state_.patients.rows())
    if (auto restored = restored_by_rule(id, now)) again.push_back(std::move(*restored));
  return again;
}

}  // namespace feldsher::central
