#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <filesystem>
#include <memory>

#include "central/history/history.hpp"
#include "protocol/journal/sqlcipher.hpp"

namespace feldsher::central {

/// The views on a thread of their own, `views`: records go in by batches, questions are answered between
/// them.
///
/// The file has one connection (two would risk the log, see sqlcipher.hpp), so questions wait for the batch
/// before them, and show it. When 16,384 records wait, `project` waits for the thread, and the loop with it.
class Views final : public History {
 public:
  struct Place {
    std::filesystem::path file;
    DatabaseKey key;
    NodeId central;  ///< Whose journal is projected.
  };
  /// Opens the file, on this thread. `on_fault` runs once on the loop, with a sentence that begins with
  /// views.db, when it could not be written or was damaged: no question is answered any more, and the process
  /// must end. A damaged file is gone by then, so that the next start makes it anew. Throws Fault.
  Views(const Place& place, boost::asio::any_io_executor loop,
        std::function<void(const std::string&)> on_fault);
  /// close().
  ~Views() override;

  /// Before the journal is replayed: it holds `records`. Views that claim to have seen more are emptied.
  void expect(std::uint64_t records);
  /// The next record in intake order; what the file has already is let fall. Loop thread.
  void project(std::uint64_t intake, const Record& record);
  /// How far a second file has come, which is filled beside the present one.
  struct Beside {
    std::uint64_t position = 0;  ///< The intake number of its last record.
    bool is_in_place = false;    ///< It was as far as the present one, and has taken its place.
  };
  /// Fills that file with the next records of the journal, not further than the present one is; begins it
  /// when there is none. Until it takes its place the present one answers. See live_rebuild.hpp.
  void fill_beside(std::vector<Record> records, Then<Beside> then);
  /// The intake number of the last record that is in the file.
  std::uint64_t position() const;
  /// Records whose body could not be read since this process began.
  std::uint64_t unreadable() const;
  /// Writes what waits and ends the thread. Blocks; no answer comes after it.
  void close();

  void patients(const std::string& typed, bool archived, std::size_t limit,
                Then<std::vector<PatientView>> then) override;
  void patient(const Uuid& id, Then<std::optional<PatientView>> then) override;
  void history(const Uuid& patient, Then<std::vector<HistoryEntry>> then) override;
  void appointments(const std::string& day, const Uuid& point,
                    Then<std::vector<AppointmentView>> then) override;
  void appointment(const Uuid& id, Then<std::optional<AppointmentView>> then) override;
  void blocks(DeviceId device, Span span, std::size_t limit, Then<std::vector<BlockView>> then) override;
  void hours(DeviceId device, Span span, Then<std::vector<HourView>> then) override;
  void wearers(DeviceId device, Then<std::vector<Wearing>> then) override;
  void incidents(std::size_t limit, Then<std::vector<IncidentView>> then) override;

 private:
  class Worker;
  template <class T, class Ask>
  void ask(Ask question, Then<T> then);

  std::unique_ptr<Worker> worker_;
};

}  // namespace feldsher::central
