#include "central/history/projector.hpp"

#include <algorithm>
#include <map>

#include "protocol/clinic/authority.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

std::int64_t hour_of(std::int64_t time_ms) {
  const std::int64_t down = time_ms >= 0 ? time_ms / hour_ms : -((hour_ms - 1 - time_ms) / hour_ms);
  return down * hour_ms;
}

}  // namespace

const char* to_text(FhirStatus status) {
  switch (status) {
    case FhirStatus::booked:
      return "booked";
    case FhirStatus::arrived:
      return "arrived";
    case FhirStatus::fulfilled:
      return "fulfilled";
    case FhirStatus::noshow:
      return "noshow";
    case FhirStatus::cancelled:
      return "cancelled";
  }
  return "unknown";
}

FhirStatus fhir_status(v1::AppointmentStatus appointment, v1::VisitStatus visit) {
  switch (visit) {
    case v1::VISIT_ARRIVED:
    case v1::VISIT_IN_PROGRESS:
    case v1::VISIT_ENDED:  // Came; how it went on died with the box.
      return FhirStatus::arrived;
    case v1::VISIT_FINISHED:
      return FhirStatus::fulfilled;
    case v1::VISIT_ABSENT:
      return FhirStatus::noshow;
    default:
      break;  // Nobody came yet, or the check-in was taken back.
  }
  return appointment == v1::APPOINTMENT_CANCELLED ? FhirStatus::cancelled : FhirStatus::booked;
}

Uuid wearer_at(const std::vector<Wearing>& spans, std::int64_t at_ms) {
  auto after = std::upper_bound(spans.begin(), spans.end(), at_ms,
                                [](std::int64_t at, const Wearing& span) { return at < span.from_ms; });
  return after == spans.begin() ? Uuid{} : std::prev(after)->patient;
}

bool Projector::apply(std::uint64_t intake, const Record& record) {
  if (!may_write(record, central_)) return false;
  if (record.subject.type == v1::READING_BLOCK) return take_block(record);
  Uuid patient;
  const bool readable = take(record, patient);
  if (patient.is_nil()) patient = tables_.patient_of(record.subject).value_or(Uuid{});
  // Whose it was stood in the body; the order to erase, which comes later, says it again.
  if (patient.is_nil() && !record.stored.body) patient = record.subject.id;
  if (patient.is_nil()) return readable;
  tables_.put_link(record.subject, patient);
  HistoryEntry entry{.intake = intake,
                     .record = record.key,
                     .subject = record.subject,
                     .verb = record.header.verb(),
                     .at = record.header.at(),
                     .actor = record.header.actor(),
                     .proof = record.header.proof(),
                     .message = {}};
  if (record.stored.body) entry.message = Octets(record.stored.message());
  tables_.put_history(patient, entry);
  return readable;
}

bool Projector::take(const Record& record, Uuid& patient) {
  const Uuid& id = record.subject.id;
  const bool is_patient = record.subject.type == v1::PATIENT;
  if (is_patient) {
    patient = id;
    if (record.header.verb() == v1::ARCHIVED || record.header.verb() == v1::RESTORED)
      tables_.archive_patient(id, record.header.verb() == v1::ARCHIVED);
  }
  if (!record.stored.body) return true;  // Erased: the header stays in the history.
  switch (record.subject.type) {
    case v1::PATIENT: {
      auto body = record.body<v1::Patient>();
      if (body)
        tables_.put_patient({.id = id, .patient = *body, .archived = record.header.verb() == v1::ARCHIVED});
      return body.has_value();
    }
    case v1::APPOINTMENT: {
      auto body = record.body<v1::Appointment>();
      if (!body) return false;
      patient = id_of(body->patient());
      tables_.put_appointment(id, *body);
      return true;
    }
    case v1::VISIT: {
      auto body = record.body<v1::Visit>();
      if (!body) return false;
      patient = id_of(body->patient());
      if (Uuid appointment = id_of(body->appointment()); !appointment.is_nil())
        tables_.put_visit(appointment, id, body->status());
      return true;
    }
    case v1::TICKET: {
      auto body = record.body<v1::Ticket>();
      if (body) patient = tables_.patient_of({v1::VISIT, id_of(body->visit())}).value_or(Uuid{});
      return body.has_value();
    }
    case v1::REQUEST: {
      auto body = record.body<v1::Request>();
      if (!body) return false;
      patient = id_of(body->wanted().patient());
      if (patient.is_nil())
        patient = tables_.patient_of({v1::APPOINTMENT, id_of(body->appointment())}).value_or(Uuid{});
      return true;
    }
    case v1::REQUEST_ANSWER: {
      auto body = record.body<v1::RequestAnswer>();
      if (body) patient = tables_.patient_of({v1::REQUEST, id_of(body->request())}).value_or(Uuid{});
      return body.has_value();
    }
    case v1::DISCLOSURE: {
      auto body = record.body<v1::Disclosure>();
      if (body) patient = id_of(body->patient());
      return body.has_value();
    }
    case v1::CUSTODY: {
      auto body = record.body<v1::Custody>();
      if (!body) return false;
      patient = id_of(body->patient());
      tables_.put_custody(id, *body, record.header.verb() == v1::ARCHIVED ? record.header.at().wall_ms() : 0);
      return true;
    }
    case v1::ERASURE: {
      auto body = record.body<v1::Erasure>();
      if (!body) return false;
      patient = id_of(body->patient());
      if (body->status() == v1::ERASURE_ORDERED) tables_.erase(*body);
      return true;
    }
    case v1::INCIDENT: {
      auto body = record.body<v1::Incident>();
      if (body) tables_.put_incident({.id = id, .at_ms = record.header.at().wall_ms(), .incident = *body});
      return body.has_value();
    }
    default:
      return true;
  }
}

bool Projector::take_block(const Record& record) {
  if (!record.stored.body) return true;
  const auto body = record.body<v1::ReadingBlock>();
  if (!body) return false;
  auto block = readings::read_block(*body);
  if (!block) return false;
  const Uuid patient = block->patient ? block->patient->uuid : Uuid{};
  for (const auto& stat : readings::block_stats(*block))
    tables_.put_block(record.key, block->device, patient, stat);

  // A message that reached two agents lies in two blocks: the roll-ups count it once.
  readings::RangeSet counted = tables_.counted(block->device, block->epoch);
  std::map<std::int64_t, readings::Block> hours;
  for (const auto& message : block->messages) {
    if (!counted.add(message.seq)) continue;
    std::map<std::int64_t, readings::BlockMessage> parts;
    for (const auto& reading : message.readings) parts[hour_of(reading.time_ms)].readings.push_back(reading);
    for (auto& [hour, part] : parts) hours[hour].messages.push_back(std::move(part));
  }
  tables_.put_counted(block->device, block->epoch, counted);
  for (const auto& [hour, part] : hours)
    for (const auto& stat : readings::block_stats(part)) tables_.add_to_hour(block->device, hour, stat);
  return true;
}

}  // namespace feldsher::central
