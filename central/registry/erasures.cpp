#include "central/registry/erasures.hpp"

#include <algorithm>

#include "protocol/clinic/drawer.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

constexpr std::size_t longest_ground = 200;

}  // namespace

const char* to_text(ErasureRefusal refusal) {
  switch (refusal) {
    case ErasureRefusal::not_found:
      return "there is no such patient or order";
    case ErasureRefusal::malformed:
      return "a legal ground is expected: 1 to 200 characters";
    case ErasureRefusal::no_person:
      return "people order an erasure: a person's token is needed";
    case ErasureRefusal::same_person:
      return "another person than the one who proposed it must confirm it";
    case ErasureRefusal::wrong_state:
      return "it is ordered already";
    case ErasureRefusal::still_booked:
      return "the patient has appointments that are still to come: cancel them first";
    case ErasureRefusal::wears_device:
      return "the patient wears a device: load a custody of that device without a patient, from now on, and "
             "confirm again";
  }
  return "unknown refusal";
}

void Erasures::add(v1::Erasure& erasure, v1::EntityType type, const Uuid& id) {
  v1::ErasedSubject& subject = *erasure.add_subjects();
  subject.set_type(type);
  subject.set_id(id.to_octets());
}

Draft Erasures::draft_of(const Uuid& id, v1::Verb verb, const v1::Erasure& erasure) {
  Draft draft;
  draft.subject = {v1::ERASURE, id};
  draft.verb = verb;
  draft.message = erasure.SerializeAsString();
  return draft;
}

Erased<Draft> Erasures::propose(const Uuid& patient, const std::string& ground, const v1::Actor& actor,
                                v1::Proof proof, const Instant& now) const {
  if (actor.kind() != v1::ACTOR_STAFF) return ErasureRefusal::no_person;
  if (ground.empty() || ground.size() > longest_ground) return ErasureRefusal::malformed;
  if (!state_.patients.find(patient)) return ErasureRefusal::not_found;
  v1::Erasure erasure;
  erasure.set_patient(patient.to_octets());
  erasure.set_ground(ground);
  erasure.set_status(v1::ERASURE_PROPOSED);
  *erasure.mutable_proposed_by() = actor;
  Draft draft = draft_of(random_.uuid_v7(now.wall_ms), v1::REGISTERED, erasure);
  draft.actor = actor;
  draft.proof = proof;
  return draft;
}

Erased<Draft> Erasures::order(const Uuid& id, const v1::Actor& actor, v1::Proof proof,
                              const Instant& now) const {
  const auto* row = state_.erasures.find(id);
  if (actor.kind() != v1::ACTOR_STAFF) return ErasureRefusal::no_person;
  if (!row) return ErasureRefusal::not_found;
  v1::Erasure erasure = row->state;
  const Uuid patient = id_of(erasure.patient());
  if (erasure.status() != v1::ERASURE_PROPOSED || state_.erasure_of(patient))
    return ErasureRefusal::wrong_state;
  if (erasure.proposed_by().id() == actor.id()) return ErasureRefusal::same_person;
  for (const auto& [appointment, each] : state_.appointments.rows())
    if (each.state.patient() == erasure.patient() && each.state.status() == v1::APPOINTMENT_BOOKED &&
        minutes_of(each.state).end * 60'000 > now.wall_ms)
      return ErasureRefusal::still_booked;
  erasure.set_status(v1::ERASURE_ORDERED);
  *erasure.mutable_ordered_by() = actor;
  collect(patient, erasure);
  for (const v1::ErasedReadings& worn : state_.wearings().worn_by(patient))
    if (worn.until_ms() == 0) return ErasureRefusal::wears_device;
  bring_up_to_date(now.wall_ms, erasure);
  Draft draft = draft_of(id, v1::ERASED, erasure);
  draft.actor = actor;
  draft.proof = proof;
  draft.bases = {row->record};
  return draft;
}

void Erasures::collect(const Uuid& patient, v1::Erasure& into) const {
  add(into, v1::PATIENT, patient);
  auto each = [&](v1::EntityType type, const auto& table) {
    for (const auto& [id, row] : table.rows())
      if (patient_of({type, id}) == patient) add(into, type, id);
  };
  each(v1::APPOINTMENT, state_.appointments);
  each(v1::VISIT, state_.visits);
  each(v1::TICKET, state_.tickets);
  each(v1::SURVEY_ANSWER, state_.survey_answers);
  each(v1::REQUEST, state_.requests);
}

std::optional<Uuid> Erasures::patient_of_visit(const Uuid& visit) const {
  if (const auto* row = state_.visits.find(visit)) return Uuid::from_octets(row->state.patient());
  // The visit itself may be erased already.
  const Uuid* erasure = state_.erasure_that_names({v1::VISIT, visit});
  return erasure ? Uuid::from_octets(state_.erasures.find(*erasure)->state.patient()) : std::nullopt;
}

std::optional<Uuid> Erasures::patient_of(const SubjectKey& subject) const {
  auto of = [](const auto* row, auto&& octets) {
    return row ? Uuid::from_octets(octets(row->state)) : std::nullopt;
  };
  auto patient = [](const auto& state) -> const std::string& { return state.patient(); };
  switch (subject.type) {
    case v1::PATIENT:
      return subject.id;
    case v1::APPOINTMENT:
      return of(state_.appointments.find(subject.id), patient);
    case v1::VISIT:
      return of(state_.visits.find(subject.id), patient);
    case v1::TICKET:
      if (const auto* row = state_.tickets.find(subject.id))
        return patient_of_visit(id_of(row->state.visit()));
      return std::nullopt;
    case v1::SURVEY_ANSWER:
      if (const auto* row = state_.survey_answers.find(subject.id))
        return patient_of_visit(id_of(row->state.visit()));
      return std::nullopt;
    case v1::REQUEST:
      return of(state_.requests.find(subject.id),
                [](const v1::Request& state) -> const std::string& { return state.wanted().patient(); });
    default:
      return std::nullopt;
  }
}

}  // namespace feldsher::central
