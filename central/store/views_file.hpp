#pragma once
#include <memory>

#include "central/history/history.hpp"
#include "central/history/projector.hpp"
#include "protocol/journal/sqlcipher.hpp"

namespace feldsher::central {

/// A database and what lies beside it, as far as they are there.
void remove_views(const std::filesystem::path& file);
/// Puts a closed file, which was checkpointed, in the place of another.
void put_in_place(const std::filesystem::path& fresh, const std::filesystem::path& file);

/// `views.db`: tables, the position that they have reached, and what is asked of them. One connection, one
/// thread. Deleting the file is always safe: everything in it comes from the journal.
class ViewsFile final : public ViewTables {
 public:
  /// Opens or makes the file. One of another version of these tables, or damaged as far as opening shows (a
  /// sector that cannot be read, too), is made anew. Throws NoAccess, and leaves the file, when it cannot be
  /// used for want of room, for a disk that takes no write or for another process.
  ViewsFile(const std::filesystem::path& path, const DatabaseKey& key, NodeId central);
  ~ViewsFile() override;

  /// The intake number of the last record that was projected.
  std::uint64_t position() const;
  /// Projects `records`, which follow the position without a gap, in one transaction. Returns how many had a
  /// body that could not be read.
  std::size_t project(std::span<const Record> records);
  /// Before the file is moved: everything into one file.
  void checkpoint();

  std::vector<PatientView> patients(const std::string& typed, bool archived, std::size_t limit);
  std::optional<PatientView> patient(const Uuid& id);
  std::vector<HistoryEntry> history(const Uuid& patient);
  std::vector<AppointmentView> appointments(const std::string& day, const Uuid& point);
  std::optional<AppointmentView> appointment(const Uuid& id);
  std::vector<BlockView> blocks(DeviceId device, History::Span span, std::size_t limit);
  std::vector<HourView> hours(DeviceId device, History::Span span);
  std::vector<Wearing> wearers(DeviceId device);
  std::vector<IncidentView> incidents(std::size_t limit);

  void put_history(const Uuid& patient, const HistoryEntry& entry) override;
  void put_link(const SubjectKey& subject, const Uuid& patient) override;
  std::optional<Uuid> patient_of(const SubjectKey& subject) override;
  void put_patient(const PatientView& patient) override;
  void archive_patient(const Uuid& patient, bool archived) override;
  void put_appointment(const Uuid& id, const v1::Appointment& appointment) override;
  void put_visit(const Uuid& appointment, const Uuid& visit, v1::VisitStatus status) override;
  void put_incident(const IncidentView& incident) override;
  void put_custody(const Uuid& id, const v1::Custody& custody, std::int64_t archived_ms) override;
  void put_block(const RecordKey& record, DeviceId device, const Uuid& patient,
                 const readings::BlockStat& stat) override;
  readings::RangeSet counted(DeviceId device, Epoch epoch) override;
  void put_counted(DeviceId device, Epoch epoch, const readings::RangeSet& numbers) override;
  void erase(const v1::Erasure& erasure) override;
  void add_to_hour(DeviceId device, std::int64_t hour_ms, const readings::BlockStat& stat) override;

 private:
  struct Statements;
  void open(const std::filesystem::path& path, const DatabaseKey& key);

  NodeId central_;
  std::unique_ptr<sqlcipher::Database> database_;
  std::unique_ptr<Statements> run_;
  std::uint64_t position_ = 0;
  bool erased_ = false;  // Since the file was last written anew.
};

}  // namespace feldsher::central
