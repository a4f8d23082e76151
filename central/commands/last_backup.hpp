#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

namespace feldsher::central {

/// When central was last backed up, as `backup` leaves it in central's folder: what nobody looks at fails for
/// months.
struct LastBackup {
  std::int64_t made_ms = 0;  ///< Unix ms: what was durable then is in it.
  std::uint64_t records = 0;

  /// Nothing when none was made, or the file can't be read.
  static std::optional<LastBackup> read(const std::filesystem::path& file);
  /// Throws Fault.
  void write(const std::filesystem::path& file) const;
};

}  // namespace feldsher::central
