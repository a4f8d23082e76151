#include "protocol/journal/renewed_log.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <vector>

#include "protocol/record/result.hpp"

namespace feldsher::sqlcipher {
namespace {

// SQLite's unix VFS takes no more than 128 KiB at once.
constexpr sqlite3_int64 octets_a_piece = 64 * 1024;

/// A file as SQLite's VFS opens it: on the machine's disk with the rights of the database beside it.
class VfsFile {
 public:
  VfsFile(sqlite3_vfs* vfs, const std::string& name)
      : octets_(static_cast<std::size_t>(vfs->szOsFile)), name_(name) {
    // The kind of a rollback journal: its first sync makes its name durable too.
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_MAIN_JOURNAL;
    check(vfs->xOpen(vfs, name_.c_str(), file(), flags, nullptr));
  }
  ~VfsFile() {
    if (file()->pMethods) file()->pMethods->xClose(file());
  }
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  void write(const char* octets, int count, sqlite3_int64 at) {
    check(file()->pMethods->xWrite(file(), octets, count, at));
  }
  void sync() { check(file()->pMethods->xSync(file(), SQLITE_SYNC_FULL)); }

 private:
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(octets_.data()); }
  void check(int code) const {
    if (code != SQLITE_OK)
      throw NoAccess(fmt::format("cannot write {}: the disk is full or failed (SQLite {}: {})", name_, code,
                                 sqlite3_errstr(code)));
  }

  std::vector<std::max_align_t> octets_;  // More than it needs, and aligned for any VFS's own structure.
  std::string name_;
};

sqlite3_int64 size_of(Database& database, sqlite3_file* file) {
  sqlite3_int64 size = 0;
  if (!file || !file->pMethods) return size;
  if (const int code = file->pMethods->xFileSize(file, &size); code != SQLITE_OK)
    database.fail("read the log of", code);
  return size;
}

void copy_log(sqlite3_vfs* vfs, Database& database, sqlite3_file* log, sqlite3_int64 size,
              const std::string& to) {
  VfsFile copy(vfs, to);
  std::vector<char> piece(static_cast<std::size_t>(std::min(size, octets_a_piece)));
  for (sqlite3_int64 at = 0; at < size; at += octets_a_piece) {
    const int count = static_cast<int>(std::min(size - at, octets_a_piece));
    if (const int code = log->pMethods->xRead(log, piece.data(), count, at); code != SQLITE_OK)
      database.fail("read the log of", code);
    copy.write(piece.data(), count, at);
  }
  copy.sync();
}

}  // namespace

bool renew_log(Database& database, const Disk& disk) {
  sqlite3_vfs* vfs = nullptr;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
  sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  // As SQLite names it, which follows a link.
  const char* file = sqlite3_db_filename(database.handle(), "main");
  const std::string name = sqlite3_filename_wal(file), fresh = std::string(file) + "-renewed";
  // One that was left half-way holds what may have been erased since.
  if (const int code = vfs->xDelete(vfs, fresh.c_str(), 1);
      code != SQLITE_OK && code != SQLITE_IOERR_DELETE_NOENT)
    database.fail("use", code);
  const sqlite3_int64 size = size_of(database, log);
  if (size == 0) return false;
  try {
    copy_log(vfs, database, log, size, fresh);
    disk.replace(fresh, name);
  } catch (...) {
    vfs->xDelete(vfs, fresh.c_str(), 0);  // It takes room that a full disk lacks.
    throw;
  }
  return true;
}

}  // namespace feldsher::sqlcipher
