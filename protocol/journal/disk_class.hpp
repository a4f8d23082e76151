#pragma once
#include <cstdint>

namespace feldsher {

/// How full the disk under a program's folder is. Each program says in its README what it does without at
/// each.
enum class DiskClass {
  ample,
  low,          ///< Under 20 % free: somebody should look.
  no_readings,  ///< Under 10 %: readings, which grow most, are not taken in. Whoever has them keeps them.
  critical,     ///< Under 5 %, or less than a start needs.
};

constexpr bool takes_readings(DiskClass disk) { return disk < DiskClass::no_readings; }

constexpr const char* words_of(DiskClass disk) {
  switch (disk) {
    case DiskClass::ample:
      return "ample";
    case DiskClass::low:
      return "under 20 % free";
    case DiskClass::no_readings:
      return "under 10 % free";
    case DiskClass::critical:
      return "under 5 % free";
  }
  return "unknown";
}

/// The file system under a folder, in octets: what this program may still write, and all there is.
struct DiskSpace {
  std::uint64_t free = 0, total = 0;
};

}  // namespace feldsher
