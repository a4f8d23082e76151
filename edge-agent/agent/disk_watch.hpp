#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "edge-agent/ingest/intake.hpp"

namespace feldsher::edge {

/// The file system under the data folder, in octets: what this program may still write, and all there is.
struct DiskSpace {
  std::uint64_t free = 0, total = 0;
};
/// Nothing when it cannot be said.
using MeasureDisk = std::function<std::optional<DiskSpace>()>;

/// Asks the file system of `folder`.
MeasureDisk disk_under(const std::filesystem::path& folder);

/// How full the point's disk is, and a file that keeps room for the end: when the disk is full it is deleted,
/// so that those who are inside can be served to the end and alerts can be written.
///
/// Under 20 % free somebody should look, under 10 % no readings are taken in, under 5 % nobody new is checked
/// in. Things get better only a percent above the mark at which they got worse. Loop thread only.
class DiskWatch {
 public:
  static constexpr std::uint64_t reserve_octets = 64 * 1024 * 1024;
  /// With less than this the disk counts as full.
  static constexpr std::uint64_t full_octets = 16 * 1024 * 1024;

  /// `reserve` is the file; it is kept from an earlier run. Looks.
  DiskWatch(std::filesystem::path reserve, MeasureDisk measure, std::uint64_t octets = reserve_octets);

  /// Measures; makes the reserve when there is room, and deletes it when the disk is full.
  ingest::DiskClass look();
  /// A write has failed. True when that was for want of room, and the reserve was there to be deleted.
  bool release_if_full() { return release_below(full_octets); }
  /// The same for who is about to need `octets`.
  bool release_below(std::uint64_t octets);

  ingest::DiskClass disk_class() const { return class_; }
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
  ingest::DiskClass class_ = ingest::DiskClass::ample;
  bool held_ = false;
};

const char* words_of(ingest::DiskClass disk);

}  // namespace feldsher::edge
