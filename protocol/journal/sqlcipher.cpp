#include "protocol/journal/sqlcipher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <system_error>
#include <utility>

#include "protocol/journal/renewed_log.hpp"
#include "protocol/journal/sqlcipher_pages.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {

DatabaseKey DatabaseKey::make(Random& random) {
  DatabaseKey key;
  random.fill(key.octets.data(), key.octets.size());
  return key;
}

std::optional<DatabaseKey> DatabaseKey::from_hex(std::string_view text) {
  const Octets octets = feldsher::from_hex(text);
  DatabaseKey key;
  if (octets.size() != key.octets.size()) return std::nullopt;
  std::copy(octets.begin(), octets.end(), reinterpret_cast<char*>(key.octets.data()));
  return key;
}

std::string DatabaseKey::to_hex() const {
  return feldsher::to_hex(OctetsView(reinterpret_cast<const char*>(octets.data()), octets.size()));
}

namespace sqlcipher {

void replace_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto folder = to.has_parent_path() ? to.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::rename(from.c_str(), to.c_str()) == 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done)
    throw NoAccess(
        fmt::format("cannot put {} in its place: {}", to.string(), std::generic_category().message(error)));
}

namespace {

/// SQLite gives a new file the process's umask; ours is for its owner only, from its first octet on. A file
/// that is there is not touched: closing it would drop the locks that this process may have on it.
void create_private(const std::filesystem::path& path) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno != EEXIST)
    throw NoAccess(fmt::format("cannot make {}: {}", path.string(), std::generic_category().message(errno)));
  if (file >= 0) close(file);
}

/// A process died while it made this file: SQLite will undo what it wrote, be it less than a page.
bool has_rollback_journal(sqlite3* handle, const std::filesystem::path& path) {
  sqlite3_vfs* vfs = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
  int there = 0;
  vfs->xAccess(vfs, (path.string() + "-journal").c_str(), SQLITE_ACCESS_EXISTS, &there);
  return there != 0;
}

enum class Found { nothing_yet, a_file };

/// Without this nobody could tell a plain file from a wrong key.
Found refuse_foreign(const Database& database, Access access) {
  const std::filesystem::path& path = database.path();
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  sqlite3_int64 size = 0;
  std::array<char, 16> head{};
  if (const int code = file->pMethods->xFileSize(file, &size); code != SQLITE_OK) database.fail("read", code);
  if (size == 0) {
    if (access == Access::write) return Found::nothing_yet;
    throw Fault(fmt::format("{} is empty: it is not a journal", path.string()));
  }
  if (access == Access::write && has_rollback_journal(database.handle(), path)) return Found::nothing_yet;
  if (size < 512) throw Fault(fmt::format("{} is not a database: it is too short", path.string()));
  if (const int code = file->pMethods->xRead(file, head.data(), head.size(), 0); code != SQLITE_OK)
    database.fail("read", code);
  if (OctetsView(head.data(), head.size()) == OctetsView("SQLite format 3\0", 16))
    throw Fault(fmt::format("{} is a plain, unencrypted SQLite file: it is not ours", path.string()));
  return Found::a_file;
}

struct Meaning {
  int code;
  const char* text;
  bool of_file;  ///< It says something of the file's content.
};
constexpr const char* is_open = "another feldsher process has this folder open";
constexpr const char* not_ours = "this user may not write it";
// A sector that cannot be read takes what was on it away, as any other damage does.
constexpr const char* cannot_be_read = "the disk failed: a part of it cannot be read any more";
constexpr Meaning meanings[] = {
    {SQLITE_IOERR_READ, cannot_be_read, true},
    {SQLITE_IOERR_SHORT_READ, cannot_be_read, true},
    {SQLITE_IOERR_CORRUPTFS, cannot_be_read, true},  // SQLite's unix VFS: EIO of a read.
    {SQLITE_IOERR_FSTAT, cannot_be_read, true},
    {SQLITE_BUSY, is_open, false},
    {SQLITE_LOCKED, is_open, false},
    {SQLITE_NOTADB, "the key is not this file's, or the file's first page was changed", true},
    // SQLCipher's word for a page whose HMAC does not fit, too.
    {SQLITE_CORRUPT, "a page is damaged, or was changed by somebody without the key", true},
    {SQLITE_FULL, "the disk is full", false},
    {SQLITE_READONLY, not_ours, false},
    {SQLITE_PERM, not_ours, false},
    {SQLITE_AUTH, not_ours, false},
    {SQLITE_CANTOPEN, "it, or a file beside it, cannot be opened", false},
    {SQLITE_IOERR, "the disk failed", false},
    {SQLITE_NOMEM, "there is not enough memory", false},
    {0, "the database failed", true},  // Any other.
};

}  // namespace

Database::Database(std::filesystem::path path, const DatabaseKey& key, Access access, const Disk& disk)
    : path_(std::move(path)) {
  ensure(disk.encrypted || disk.vfs, "a real disk holds encrypted pages only");
  if (access == Access::write && !disk.vfs) create_private(path_);
  open(key, access, disk);
  if (access == Access::look) return;
  try {
    if (!renew_log(*this, disk)) return;
  } catch (...) {
    leave_as_is();
    sqlite3_close_v2(std::exchange(handle_, nullptr));
    throw;
  }
  leave_as_is();
  sqlite3_close_v2(std::exchange(handle_, nullptr));
  open(key, access, disk);
}

void Database::open(const DatabaseKey& key, Access access, const Disk& disk) {
  if (open(key, access, disk, Salt::of_file)) return;
  // The first page was torn by a power cut, and with it the salt; the log has a good copy that only the salt
  // opens.
  open(key, access, disk, Salt::of_key);
}

bool Database::open(const DatabaseKey& key, Access access, const Disk& disk, Salt salt) {
  try {
    connect(disk);
    if (access == Access::write && has_rollback_journal(handle_, path_)) undo_making(key, disk);
    if (disk.encrypted && refuse_foreign(*this, access) == Found::nothing_yet) salt = Salt::of_key;
    configure(key, access, disk, salt);
    return true;
  } catch (...) {
    const bool unreadable = (sqlite3_errcode(handle_) & 0xff) == SQLITE_NOTADB;
    leave_as_is();
    sqlite3_close_v2(handle_);
    handle_ = nullptr;
    if (disk.encrypted && unreadable && salt == Salt::of_file) return false;
    throw;
  }
}

void Database::connect(const Disk& disk) {
  // Opening reads already, and what could not be read is in the upper octets only.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (disk.vfs ? SQLITE_OPEN_CREATE : 0);
  if (const int code = sqlite3_open_v2(path_.c_str(), &handle_, flags, disk.vfs); code != SQLITE_OK)
    fail("open", code);
}

// A connection reads the header when it opens the file, and keeps what it found for the file that it makes:
// of a torn one a vacuum mode that integrity_check calls damage. So the one that undoes makes nothing.
void Database::undo_making(const DatabaseKey& key, const Disk& disk) {
  if (disk.encrypted) unlock(key, Salt::of_key);
  number("SELECT count(*) FROM sqlite_master");
  sqlite3_close_v2(std::exchange(handle_, nullptr));
  connect(disk);
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::unlock(const DatabaseKey& key, Salt salt) {
  std::string raw = "x'" + key.to_hex();
  if (salt == Salt::of_key) raw += salt_of(key, path_);
  raw += "'";
  if (int code = sqlite3_key(handle_, raw.data(), static_cast<int>(raw.size())); code != SQLITE_OK)
    fail("open", code);
  // It would write each refusal to stderr; the Fault says it once, where the program says things.
  execute("PRAGMA cipher_log_level=NONE");
  // A program that got plain SQLite by its linker would accept the key and encrypt nothing.
  if (text("PRAGMA cipher_version").empty())
    throw Fault("this program was linked with a SQLite that cannot encrypt");
}

void Database::configure(const DatabaseKey& key, Access access, const Disk& disk, Salt salt) {
  if (disk.encrypted) unlock(key, salt);
  if (access == Access::look) {
    leave_as_is();
    // Else a file that ends before its last page could not be looked at at all.
    execute("PRAGMA writable_schema=1");
  }
  // In exclusive mode the index of the log is in memory and the lock stays: no second process can write or,
  // worse, checkpoint beside us (the WAL-reset race of SQLite before 3.51.3 needs two connections).
  demand("locking_mode=EXCLUSIVE", "exclusive");
  number("SELECT count(*) FROM sqlite_master");  // Here a wrong key or another process shows.
  demand("journal_mode=WAL", "wal");
  execute(access == Access::look ? "PRAGMA query_only=1; PRAGMA wal_autocheckpoint=0"
                                 : "PRAGMA wal_autocheckpoint=4000; BEGIN EXCLUSIVE; COMMIT");
  execute(
      "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF;"
      "PRAGMA cell_size_check=ON; PRAGMA secure_delete=FAST; PRAGMA cache_size=-16384");
  demand("synchronous", "2");
  demand("temp_store", "2");
  if (disk.encrypted) demand("cipher_use_hmac", "1");
}

void Database::demand(const char* pragma, const std::string& wanted) {
  const std::string got = text(fmt::format("PRAGMA {}", pragma).c_str());
  if (got != wanted)
    throw Fault(fmt::format("{}: the database answers \"{}\" to {}, not \"{}\"", path_.string(), got, pragma,
                            wanted));
}

void Database::execute(const char* sql) {
  int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail("use", code);
}

// Both run to the end: `journal_mode=WAL` answers "wal" first and commits it afterwards, and the journal
// would stay in a mode that loses its last commit with the power when nobody asked how that went.
std::int64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  auto rows = statement.ask();
  if (!rows.next()) return 0;
  const std::int64_t first = rows.integer(0);
  while (rows.next()) {
  }
  return first;
}

std::string Database::text(const char* sql) {
  Statement statement(*this, sql);
  auto rows = statement.ask();
  if (!rows.next()) return {};
  std::string first(rows.octets(0));
  while (rows.next()) {
  }
  return first;
}

void Database::checkpoint() { execute("PRAGMA wal_checkpoint(TRUNCATE)"); }

void Database::leave_as_is() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

void Database::fail(const char* doing, int code) const {
  const auto* known = std::find_if(std::begin(meanings), std::end(meanings) - 1, [&](const Meaning& each) {
    return each.code == code || each.code == (code & 0xff);
  });
  // Of what was asked of a file itself the connection knows nothing.
  const char* said =
      sqlite3_extended_errcode(handle_) == code ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  const std::string what =
      fmt::format("cannot {} {}: {} (SQLite {}: {})", doing, path_.string(), known->text, code, said);
  if (known->of_file) throw Fault(what);
  throw NoAccess(what);
}

}  // namespace sqlcipher
}  // namespace feldsher
