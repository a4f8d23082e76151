#include "protocol/journal/disk_watch.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace feldsher {
namespace {

struct Mark {
  DiskClass worse;
  std::uint64_t percent;
};
constexpr std::array marks{Mark{DiskClass::low, 20}, Mark{DiskClass::no_readings, 10},
                           Mark{DiskClass::critical, 5}};

}  // namespace

MeasureDisk disk_under(const std::filesystem::path& folder) {
  return [folder]() -> std::optional<DiskSpace> {
    struct statvfs disk {};
    if (statvfs(folder.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::nullopt;
    return DiskSpace{std::uint64_t{disk.f_bavail} * disk.f_frsize,
                     std::uint64_t{disk.f_blocks} * disk.f_frsize};
  };
}

DiskWatch::DiskWatch(std::filesystem::path reserve, MeasureDisk measure, std::uint64_t octets)
    : reserve_(std::move(reserve)), measure_(std::move(measure)), octets_(octets) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(reserve_, error);
  held_ = !error && size == octets_;
  look();
}

DiskClass DiskWatch::look() {
  const auto space = measure_();
  if (!space) return class_;  // It was so a moment ago.
  space_ = *space;
  judge();
  if (!release_if_full() && !held_ && class_ < DiskClass::critical &&
      space_.free > octets_ + space_.total / 100 * marks.back().percent)
    make_reserve();
  return class_;
}

void DiskWatch::judge() {
  DiskClass found = DiskClass::ample;
  for (const Mark& mark : marks) {
    const std::uint64_t percent = class_ >= mark.worse ? mark.percent + 1 : mark.percent;
    if (space_.free < space_.total / 100 * percent) found = mark.worse;
  }
  class_ = space_.free < full_octets ? DiskClass::critical : found;
}

bool DiskWatch::release_below(std::uint64_t octets) {
  const auto space = measure_();
  if (!held_ || !space || space->free >= octets) return false;
  std::error_code error;
  std::filesystem::remove(reserve_, error);
  held_ = static_cast<bool>(error);
  return !held_;
}

void DiskWatch::make_room_to_open(std::initializer_list<std::filesystem::path> databases) {
  std::uint64_t logs = 0;
  for (const std::filesystem::path& database : databases) {
    std::error_code none;
    const std::uint64_t log = std::filesystem::file_size(database.string() + "-wal", none);
    if (!none) logs += log;
  }
  release_below(full_octets + logs);
}

void DiskWatch::make_reserve() {
  const int file = ::open(reserve_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  // Blocks that are really there: a file with holes would reserve nothing.
  held_ = ::posix_fallocate(file, 0, static_cast<off_t>(octets_)) == 0;
  ::close(file);
  std::error_code error;
  if (!held_) std::filesystem::remove(reserve_, error);
}

}  // namespace feldsher
