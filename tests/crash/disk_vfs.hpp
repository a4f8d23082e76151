#pragma once
#include <filesystem>
#include <functional>
#include <map>

#include "tests/crash/sector_disk.hpp"

namespace feldsher::crash {

/// How a call of the disk goes wrong.
enum class Failure {
  eio,         ///< The call fails and may have done a part of its work.
  enospc,      ///< A write or a new file finds no room; others succeed.
  lost_pages,  ///< An fsync fails and its pages will never be on the disk; other calls as `eio`.
  short_read,  ///< A read finds the file's end amid what is there. Plain pages have nothing to tell it by.
};

const char* to_text(Failure failure);

/// Which call of the disk fails.
struct FailurePlan {
  std::uint64_t first = 0;  ///< The n-th call that changes the disk, from 1; 0: none fails.
  bool reads = false;       ///< The n-th that reads, or asks for a file's size, instead.
  bool for_good = false;    ///< From then on every one, not only that one.
  Failure failure = Failure::eio;
};

/// A sqlite3_vfs over a SectorDisk: registered with the library that we link, and the default one, so that
/// SQLite's random numbers come from a seed too. One for the process; one thread uses it at a time.
///
/// It has no shared memory: the product's databases are in exclusive locking mode and need none. Locks are
/// always granted, as after the death of the process before.
class DiskVfs {
 public:
  static constexpr const char* name = "feldsher-sectors";
  /// Registers it at the first call.
  static DiskVfs& get();

  /// Applies to calls from now on, counted from 1.
  void plan(const FailurePlan& plan);
  std::uint64_t calls() const { return calls_; }    ///< That changed the disk or tried to, since plan().
  std::uint64_t reads() const { return reads_; }    ///< That read or tried to, since plan().
  std::uint64_t failed() const { return failed_; }  ///< Of both.
  /// Runs before each call that changes the disk.
  std::function<void(const DiskCall&)> before_call;

  // For the C callbacks.
  SectorDisk* disk_of(const std::string& path);
  static std::string name_of(const std::string& path);
  int change(SectorDisk& disk, DiskCall call);
  /// How a read goes that wants `count` octets, all of which are there: `count` then says how many come.
  int read(std::size_t& count);
  /// As rename(2) and a sync of the folder: sqlcipher::Disk::replace. Throws Fault.
  static void replace(const std::filesystem::path& from, const std::filesystem::path& to);
  void fill(char* to, int count);

 private:
  friend class Mount;
  DiskVfs();
  bool must_fail(std::uint64_t at) const;
  bool must_fail(const DiskCall& call) const;

  std::map<std::string, SectorDisk*> mounted_;
  std::uint64_t mounts_ = 0;
  FailurePlan plan_;
  std::uint64_t calls_ = 0, reads_ = 0, failed_ = 0, random_ = 0;
};

/// A disk that a process finds under a folder of its own: what an older process still does to the disk that
/// it had, it does to that one. SQLite draws its random numbers from `seed` anew.
class Mount {
 public:
  Mount(SectorDisk& disk, std::uint64_t seed);
  ~Mount();
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  /// Of the journal there.
  std::string journal() const { return folder_ + "/journal.db"; }

 private:
  std::string folder_;
};

}  // namespace feldsher::crash
