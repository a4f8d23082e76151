#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/record/octets.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::crash {

inline constexpr std::uint64_t sector = 512;

/// One thing that a process asks a disk to do.
struct DiskCall {
  enum class Kind { make, remove, write, truncate, sync, sync_folder, rename };
  Kind kind = Kind::sync_folder;
  std::string name;          ///< Of the file: make, remove, rename.
  std::size_t file = 0;      ///< Which file, by the order of making: write, truncate, sync.
  std::uint64_t offset = 0;  ///< Where a write begins, or the new size.
  Octets octets;             ///< What is written.
  std::string to = {};       ///< The name that a rename gives; whose it was is gone.
};

/// A disk under a kernel's page cache, in memory.
///
/// What was written is seen at once, and is durable only after a `sync` of its file; a name only after a sync
/// of the folder. A power cut keeps, of what was not synced, any set of 512-octet sectors (of two writes to a
/// sector never only the later), may tear one, and may lose a file's growth. Within a sector only the octets
/// that were written can change: what SQLite calls power-safe overwrite, which its unix VFS supposes too.
class SectorDisk {
 public:
  std::optional<std::size_t> find(const std::string& name) const;
  const Octets& octets(std::size_t file) const { return files_[file].cached; }

  void apply(const DiskCall& call);

  /// What fsync does in Linux when a page cannot be written: the pages are clean from now on, and seen until
  /// they are evicted, and will never be on the disk.
  void forget_unsynced(std::size_t file);
  /// The kernel may need memory: none, little or much of what `forget_unsynced` left behind is read from the
  /// disk again.
  void evict(Random& random);

  /// The power goes, and comes back.
  void cut_power(Random& random);

  /// How many octets the files of this disk have together.
  std::uint64_t size() const;

 private:
  struct Change {
    bool truncates = false;
    std::uint64_t offset = 0;
    Octets octets;
  };
  struct File {
    Octets durable, cached;
    std::vector<Change> unsynced;
    bool forgot = false;
  };

  static void cut(File& file, Random& random);

  std::vector<File> files_;
  std::map<std::string, std::size_t> names_, durable_names_;
};

}  // namespace feldsher::crash
