#pragma once
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>

#include "protocol/record/result.hpp"

namespace feldsher::testing {

/// While it lives one octet of a file cannot be read: SQLite's own unix VFS gets EIO from the machine, as of
/// a sector that has gone bad. One at a time.
class BadSector {
 public:
  /// `reads`: how often it can still be read before that.
  BadSector(const std::filesystem::path& file, off_t at, int reads = 0) {
    // Neither keeps nor drops a lock, and no file that is made later gets the number of this one.
    held_ = ::open(file.c_str(), O_PATH | O_CLOEXEC);
    struct stat about {};
    ensure(held_ >= 0 && ::fstat(held_, &about) == 0, "the file of a bad sector is there");
    bad_ = {.device = about.st_dev, .file = about.st_ino, .at = at, .reads = reads, .met = 0};
    replace("pread", reinterpret_cast<sqlite3_syscall_ptr>(read_at));
    replace("pread64", reinterpret_cast<sqlite3_syscall_ptr>(read_at));
    replace("read", reinterpret_cast<sqlite3_syscall_ptr>(read_on));
  }
  ~BadSector() {
    for (const char* call : {"pread", "pread64", "read"}) replace(call, nullptr);
    ::close(held_);
  }
  BadSector(const BadSector&) = delete;
  BadSector& operator=(const BadSector&) = delete;

  /// How often somebody has tried to read it in vain.
  int met() const { return bad_.met; }

 private:
  struct Place {
    dev_t device;
    ino_t file;
    off_t at;
    int reads, met;
  };

  static void replace(const char* call, sqlite3_syscall_ptr with) {
    sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
    vfs->xSetSystemCall(vfs, call, with);
  }
  static bool is_bad(int file, std::size_t count, off_t from) {
    struct stat about {};
    if (::fstat(file, &about) != 0 || about.st_dev != bad_.device || about.st_ino != bad_.file) return false;
    if (bad_.at < from || bad_.at >= from + static_cast<off_t>(count)) return false;
    if (bad_.reads-- > 0) return false;
    ++bad_.met;
    errno = EIO;
    return true;
  }
  static ssize_t read_at(int file, void* to, std::size_t count, off_t from) {
    return is_bad(file, count, from) ? -1 : ::pread(file, to, count, from);
  }
  static ssize_t read_on(int file, void* to, std::size_t count) {
    return is_bad(file, count, ::lseek(file, 0, SEEK_CUR)) ? -1 : ::read(file, to, count);
  }

  inline static Place bad_{};
  int held_ = -1;
};

}  // namespace feldsher::testing
