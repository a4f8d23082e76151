#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "central/commands/last_backup.hpp"
#include "central/node/central_node.hpp"
#include "protocol/journal/disk_class.hpp"

namespace feldsher::central {

/// What `/metrics` shows, in Prometheus' text format. Labels are ids and fixed words. Loop thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void record(const Record& record);
  void request(const std::string& route, int status);
  void malformed_frame();
  void refused_connection();

  /// What is looked at when somebody asks.
  struct Now {
    std::vector<PointStatus> points;
    std::size_t connections = 0;
    std::size_t backlog = 0;           ///< Transactions that wait for the disk.
    std::uint64_t intake = 0;          ///< Records that are durable here …
    std::uint64_t views_position = 0;  ///< … and how many of them the views show.
    std::uint64_t views_unreadable = 0;
    StandbyStatus standby = {};
    bool unsealed = false;  ///< Central's own box key lies in a file.
    DiskClass disk = DiskClass::ample;
    DiskSpace disk_space = {};
    bool disk_reserve = false;           ///< Room is kept for the end.
    std::string disk_fault_before = {};  ///< Why the run before ended by its disk or its views; else empty.
    std::optional<std::int64_t> certificate_ends_s = {};  ///< Of the doors: Unix time.
    std::optional<LastBackup> backup = {};                ///< Nothing: none was made.
    // What Api adds from central's state.
    std::optional<std::int64_t> standby_certificate_ends_s = {};  ///< Nothing: there is no standby.
    std::map<PointId, std::int64_t> line_certificates_end_s = {};
    std::size_t open_tasks = 0;  ///< What waits for a person.
  };
  std::string text(const Now& now);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace feldsher::central
