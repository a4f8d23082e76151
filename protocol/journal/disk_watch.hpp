#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>

#include "protocol/journal/disk_class.hpp"

namespace feldsher {

/// Nothing when it cannot be said.
using MeasureDisk = std::function<std::optional<DiskSpace>()>;

/// Asks the file system of `folder`.
MeasureDisk disk_under(const std::filesystem::path& folder);

/// How full the disk under a program's folder is, and a file that keeps room for the end: when the disk is
/// full it is deleted, so that what cannot wait can still be written.
///
/// Things get better only a percent above the mark at which they got worse. Loop thread only.
class DiskWatch {
 public:
  static constexpr std::uint64_t reserve_octets = 64 * 1024 * 1024;
  /// With less than this the disk counts as full.
  static constexpr std::uint64_t full_octets = 16 * 1024 * 1024;

  /// `reserve` is the file; it is kept from an earlier run. Looks.
  DiskWatch(std::filesystem::path reserve, MeasureDisk measure, std::uint64_t octets = reserve_octets);

  /// Measures; makes the reserve when there is room, and deletes it when the disk is full.
  DiskClass look();
  /// A write has failed. True when that was for want of room, and the reserve was there to be deleted.
  bool release_if_full() { return release_below(full_octets); }
  /// The same for who is about to need `octets`.
  bool release_below(std::uint64_t octets);
  /// Before databases are opened: what the run before left in their logs is written once more
  /// (renewed_log.hpp), and where that needs the reserve, it is given up.
  void make_room_to_open(std::initializer_list<std::filesystem::path> databases);

  DiskClass disk_class() const { return class_; }
  bool holds_reserve() const { return held_; }
  /// Of the last look.
  DiskSpace space() const { return space_; }

 private:
  void judge();
  void make_reserve();

  std::filesystem::path reserve_;
  MeasureDisk measure_;
  std::uint64_t octets_;
  DiskSpace space_;
  DiskClass class_ = DiskClass::ample;
  bool held_ = false;
};

}  // namespace feldsher
