#pragma once
#include "central/history/rows.hpp"
#include "protocol/readings/range_set.hpp"

namespace feldsher::central {

/// Where rows lie: the store's part. Every `put` replaces what stood under the same key.
class ViewTables {
 public:
  virtual ~ViewTables() = default;

  virtual void put_history(const Uuid& patient, const HistoryEntry& entry) = 0;
  /// That a visit, ticket, appointment or request is a patient's.
  virtual void put_link(const SubjectKey& subject, const Uuid& patient) = 0;
  virtual std::optional<Uuid> patient_of(const SubjectKey& subject) = 0;
  virtual void put_patient(const PatientView& patient) = 0;
  virtual void archive_patient(const Uuid& patient, bool archived) = 0;
  virtual void put_appointment(const Uuid& id, const v1::Appointment& appointment) = 0;
  virtual void put_visit(const Uuid& appointment, const Uuid& visit, v1::VisitStatus status) = 0;
  virtual void put_incident(const IncidentView& incident) = 0;
  /// What the same custody said before stays, unless it was put right. `archived_ms` 0: it was not.
  virtual void put_custody(const Uuid& id, const v1::Custody& custody, std::int64_t archived_ms) = 0;
  /// `patient`: whom the block names; nil = nobody.
  virtual void put_block(const RecordKey& record, DeviceId device, const Uuid& patient,
                         const readings::BlockStat& stat) = 0;
  /// An order to erase: the rows of its subjects and readings go, their history stays without bodies and is
  /// the patient's, also what was filed under a subject because nothing said any more whose it was.
  virtual void erase(const v1::Erasure& erasure) = 0;
  /// Which messages of one life of a device the roll-ups hold.
  virtual readings::RangeSet counted(DeviceId device, Epoch epoch) = 0;
  virtual void put_counted(DeviceId device, Epoch epoch, const readings::RangeSet& numbers) = 0;
  /// Adds to what the hour holds.
  virtual void add_to_hour(DeviceId device, std::int64_t hour_ms, const readings::BlockStat& stat) = 0;
};

/// Turns records into rows, in intake order. Reads the record and the tables, nothing else: the same records
/// give the same rows, whenever they are projected.
class Projector {
 public:
  Projector(ViewTables& tables, NodeId central) : tables_(tables), central_(central) {}

  /// False when the body is not what its type says, or not its origin's to write: it is in the journal, and
  /// in no table.
  bool apply(std::uint64_t intake, const Record& record);

 private:
  /// Whom the record is about; nil: nobody, or nobody that is known. False: the body is not of its type.
  bool take(const Record& record, Uuid& patient);
  bool take_block(const Record& record);

  ViewTables& tables_;
  NodeId central_;
};

/// The patient's name and phone, folded, so that a search finds them however they are typed.
std::string search_text(const v1::Patient& patient);
/// What somebody typed, as folded words: each must occur in the search text.
std::vector<std::string> search_words(std::string_view typed);

}  // namespace feldsher::central
