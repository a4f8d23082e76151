#include "central/registry/erasures.hpp"

#include <algorithm>

#include "protocol/clinic/drawer.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

constexpr std::size_t longest_ground = 200;
constexpr std::int64_t clocks_differ_ms = 24 * 3'600'000;  // A wearable's, from central's, at the most.

void add(v1::Erasure& erasure, v1::EntityType type, const Uuid& id) {
  v1::ErasedSubject& subject = *erasure.add_subjects();
  subject.set_type(type);
  subject.set_id(id.to_octets());
}

Draft erasure_draft(const Uuid& id, v1::Verb verb, const v1::Erasure& erasure) {
  Draft draft;
  draft.subject = {v1::ERASURE, id};
  draft.verb = verb;
  draft.message = erasure.SerializeAsString();
  return draft;
}

/// The time of that block: none of a future in which others may wear the device, whoever wrote the block.
std::optional<v1::ErasedReadings> time_of(const BlockSpan& block, const Instant& now) {
  const auto [first_ms, last_ms] = std::minmax(block.first_ms, block.last_ms);
  if (first_ms >= now.wall_ms + clocks_differ_ms) return std::nullopt;
  const std::int64_t end_ms = std::max(first_ms + 1, now.wall_ms);  // The block itself goes in any case.
  v1::ErasedReadings time;
  time.set_device(block.device);
  time.set_from_ms(first_ms);
  time.set_until_ms(std::max<std::int64_t>(1, last_ms < end_ms ? last_ms + 1 : end_ms));
  return time;
}

/// The times that custody tells now: one more, or the end of one that had none.
void bring_up_to_date(const std::vector<v1::ErasedReadings>& worn, v1::Erasure& erasure) {
  for (const v1::ErasedReadings& each : worn) {
    auto& known = *erasure.mutable_readings();
    const auto at = std::find_if(known.begin(), known.end(), [&](const v1::ErasedReadings& other) {
      return other.device() == each.device() && other.from_ms() == each.from_ms() && !is_drawer(other);
    });
    if (at == known.end())
      *known.Add() = each;
    else if (at->until_ms() == 0)
      *at = each;
  }
}

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
  Draft draft = erasure_draft(random_.uuid_v7(now.wall_ms), v1::REGISTERED, erasure);
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
  for (const v1::ErasedReadings& worn : erasure.readings())
    if (worn.until_ms() == 0) return ErasureRefusal::wears_device;
  for (v1::ErasedReadings& drawer : state_.wearings().in_drawer(patient, now.wall_ms))
    *erasure.add_readings() = std::move(drawer);
  Draft draft = erasure_draft(id, v1::ERASED, erasure);
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
  bring_up_to_date(state_.wearings().worn_by(patient), into);
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

std::vector<Draft> Erasures::left_over() const {
  std::vector<Draft> again;
  for (const auto& [id, row] : state_.erasures.rows()) {
    if (row.state.status() != v1::ERASURE_ORDERED) continue;
    v1::Erasure present, erasure = row.state;
    collect(id_of(erasure.patient()), present);
    bool is_late = false;
    for (const v1::ErasedSubject& each : present.subjects()) {
      const SubjectKey subject{each.type(), id_of(each.id())};
      if (!state_.current(subject)) continue;  // Dropped: nothing has come since.
      is_late = true;
      if (!state_.erasure_that_names(subject)) *erasure.add_subjects() = each;
    }
    if (is_late) again.push_back(again_draft(id, erasure, row.record));
  }
  return again;
}

Draft Erasures::again_draft(const Uuid& id, const v1::Erasure& erasure, const RecordKey& cause) const {
  Draft draft = erasure_draft(id, v1::ERASED, erasure);
  draft.actor.set_kind(v1::ACTOR_RULE);
  draft.actor.set_rule("erase-late@1");
  draft.bases = {state_.erasures.find(id)->record};
  *draft.cause.emplace().mutable_record() = cause.to_wire();
  return draft;
}

std::vector<Draft> Erasures::late(std::span<const Record> records, const Instant& now) const {
  ById again;
  for (const Record& record : records) {
    if (!record.stored.body) continue;
    if (record.subject.type == v1::READING_BLOCK)
      late_block(record, now, again);
    else
      late_subject(record, again);
  }
  std::vector<Draft> drafts;
  for (const auto& [id, each] : again)
    if (each.cause) drafts.push_back(again_draft(id, each.erasure, *each.cause));
  return drafts;
}

Erasures::Again& Erasures::again_of(const Uuid& id, ById& again) const {
  const auto [at, first] = again.try_emplace(id);
  if (first) {
    at->second.erasure = state_.erasures.find(id)->state;
    bring_up_to_date(state_.wearings().worn_by(id_of(at->second.erasure.patient())), at->second.erasure);
  }
  return at->second;
}

const Uuid* Erasures::order_about(const Record& record) const {
  if (const Uuid* id = state_.erasure_that_names(record.subject)) return id;
  const auto patient = patient_of(record.subject);
  return patient ? state_.erasure_of(*patient) : nullptr;
}

void Erasures::late_subject(const Record& record, ById& again) const {
  const Uuid* id = order_about(record);
  if (!id) return;
  Again& order = again_of(*id, again);
  if (!order.cause) order.cause = record.key;
  if (!state_.erasure_that_names(record.subject) && order.subjects.insert(record.subject).second)
    add(order.erasure, record.subject.type, record.subject.id);
}

void Erasures::late_block(const Record& record, const Instant& now, ById& again) const {
  const std::set<Uuid>& orders = state_.erasures_about(record.subject.id);
  if (orders.empty()) return;
  const auto block = record.body<v1::ReadingBlock>();
  if (!block) return;
  const BlockSpan span = span_of(*block);
  for (const Uuid& id : orders) {
    // An order is copied for those that it erases only: a start asks of every block of the device.
    const auto pending = again.find(id);
    const v1::Erasure& known =
        pending == again.end() ? state_.erasures.find(id)->state : pending->second.erasure;
    const Uuid patient = id_of(known.patient());
    std::optional<v1::ErasedReadings> time;
    if (!erases(known, span) && !state_.wearings().wore(patient, span)) {
      // The point had not heard that the device was taken back.
      const bool names = span.patient == known.patient();
      if (names && !state_.wearings().worn_by_another(patient, span)) time = time_of(span, now);
      if (!time) continue;
    }
    Again& order = again_of(id, again);
    if (time) *order.erasure.add_readings() = *time;
    if (!order.cause) order.cause = record.key;
  }
}

}  // namespace feldsher::central
