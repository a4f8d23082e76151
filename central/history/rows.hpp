#pragma once
#include <optional>
#include <string>
#include <vector>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/readings/block_stats.hpp"
#include "protocol/record/record.hpp"

namespace feldsher::central {

/// A record about a patient.
struct HistoryEntry {
  std::uint64_t intake = 0;
  RecordKey record;
  SubjectKey subject;
  v1::Verb verb = v1::VERB_UNSPECIFIED;
  v1::Stamp at;
  v1::Actor actor;
  v1::Proof proof = v1::PROOF_NONE;
  std::optional<Octets> message;  ///< The body; absent once erased or dropped.
};

struct PatientView {
  Uuid id;
  v1::Patient patient;
  bool archived = false;
};

/// FHIR R4 AppointmentStatus, the values that occur here.
enum class FhirStatus { booked, arrived, fulfilled, noshow, cancelled };
const char* to_text(FhirStatus status);
/// What an appointment and the visit that was made of it come to.
FhirStatus fhir_status(v1::AppointmentStatus appointment, v1::VisitStatus visit);

struct AppointmentView {
  Uuid id;
  v1::Appointment appointment;
  FhirStatus status = FhirStatus::booked;
  Uuid visit;  ///< Nil before somebody came.
};

/// One code of one sealed block.
struct BlockView {
  RecordKey record;
  readings::BlockStat stat;
};

/// One code in one hour: every message counted once, however often it came.
struct HourView {
  std::int64_t hour_ms = 0;
  readings::BlockStat stat;
};

/// Since when somebody wears a device; a nil patient: nobody does.
struct Wearing {
  std::int64_t from_ms = 0;
  Uuid patient;
};
/// Who wore it at `at_ms`; nil: nobody. `spans` ascending.
Uuid wearer_at(const std::vector<Wearing>& spans, std::int64_t at_ms);

struct IncidentView {
  Uuid id;
  std::int64_t at_ms = 0;
  v1::Incident incident;
};

}  // namespace feldsher::central
