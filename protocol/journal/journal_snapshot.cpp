#include "protocol/journal/journal_snapshot.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <system_error>
#include <thread>

#include "protocol/record/octets.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

constexpr int attempts = 100;
constexpr auto pause_between = std::chrono::milliseconds(50);
/// Two writes within one tick of the file system's clock leave the same time behind.
constexpr std::int64_t tick_ns = 40'000'000;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

/// When and how large a file was; pages are written into journal.db by checkpoints only.
struct Look {
  std::int64_t changed_ns = 0;
  off_t size = 0;
  bool operator==(const Look&) const = default;
};
Look look_at(const std::filesystem::path& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0)
    throw Fault(fmt::format("cannot look at {}: {}", path.string(), std::generic_category().message(errno)));
  return {nanoseconds(about.st_mtim), about.st_size};
}

/// The log's header: its salts change each time the log starts anew.
Octets header_of(const std::filesystem::path& log) {
  Octets header(32, '\0');
  std::ifstream file(log, std::ios::binary);
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  header.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return header;
}

}  // namespace

JournalSnapshot::JournalSnapshot(const std::filesystem::path& journal) {
  std::string name = (std::filesystem::temp_directory_path() / "feldsher-journal-XXXXXX").string();
  if (!mkdtemp(name.data()))
    throw Fault(fmt::format("cannot make a private folder: {}", std::generic_category().message(errno)));
  folder_ = name;
  try {
    for (int i = 0; i < attempts; ++i) {
      if (copy_once(journal)) return;
      std::this_thread::sleep_for(pause_between);
    }
    throw Fault(fmt::format(
        "{} is written faster than it can be copied: try again in a quiet moment, or stop its program",
        journal.string()));
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    throw;
  }
}

JournalSnapshot::~JournalSnapshot() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

bool JournalSnapshot::copy_once(const std::filesystem::path& journal) const {
  const std::filesystem::path log = journal.string() + "-wal", copied_log = folder_ / "journal.db-wal";
  const Look before = look_at(journal);
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (nanoseconds(now) - before.changed_ns < tick_ns) return false;
  std::error_code failed;
  constexpr auto over = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(journal, this->journal(), over, failed);
  if (failed) throw Fault(fmt::format("cannot copy {}: {}", journal.string(), failed.message()));
  // The log second: whatever a checkpoint had begun to move before is still in it.
  std::filesystem::remove(copied_log, failed);
  std::filesystem::copy_file(log, copied_log, over, failed);
  if (failed && failed != std::errc::no_such_file_or_directory)
    throw Fault(fmt::format("cannot copy {}: {}", log.string(), failed.message()));
  return look_at(journal) == before && header_of(copied_log) == header_of(log);
}

}  // namespace feldsher
