#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "protocol/record/octets.hpp"
#include "protocol/record/result.hpp"
#include "protocol/record/world.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace feldsher {

/// The 256 random bits that a database's pages are encrypted with. Never built in, never derived from a word.
struct DatabaseKey {
  std::array<std::uint8_t, 32> octets{};

  static DatabaseKey make(Random& random);
  /// From 64 hexadecimal digits; nothing otherwise.
  static std::optional<DatabaseKey> from_hex(std::string_view text);
  std::string to_hex() const;
};

namespace sqlcipher {

/// What a connection may do to the file.
enum class Access {
  write,  ///< The one connection that writes and checkpoints; makes the file (mode 600) when there is none.
  look,   ///< Nothing is changed, not even by a checkpoint at closing.
};

/// A file could not be used, which says nothing of what is in it: the disk is full or takes no write, another
/// process has it, this user may not. What cannot be read any more is damage, and not this.
class NoAccess : public Fault {
 public:
  using Fault::Fault;
};

/// Puts one file in the place of another, durably. Throws NoAccess.
void replace_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Where the files lie. Programs leave it as it is; crash tests put a disk in memory in its place.
struct Disk {
  const char* vfs = nullptr;  ///< Name of a registered sqlite3_vfs; null: the machine's own disk.
  bool encrypted = true;      ///< False: plain pages, the same in every run. Only where `vfs` is named.
  void (*replace)(const std::filesystem::path& from, const std::filesystem::path& to) = replace_file;
};

/// One encrypted SQLite file, opened by one connection and locked against every other process.
///
/// AES-256 pages with an HMAC each, WAL, `synchronous=FULL`, nothing temporary on disk: each set at opening
/// and read back. Not thread-safe: one thread at a time. Throws Fault with a text for the person who reads
/// the log: NoAccess, or what is wrong with the file.
class Database {
 public:
  Database(std::filesystem::path path, const DatabaseKey& key, Access access, const Disk& disk = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs SQL text that answers nothing. For schema and pragmas; everything else is a Statement.
  void execute(const char* sql);
  /// The first column of the first row.
  std::int64_t number(const char* sql);
  std::string text(const char* sql);

  /// Moves the write-ahead log into the file and empties it.
  void checkpoint();
  /// The disk cannot be trusted any more: closing will leave both files as they are.
  void leave_as_is();

  const std::filesystem::path& path() const { return path_; }
  sqlite3* handle() const { return handle_; }
  /// Throws what `code` means for this file.
  [[noreturn]] void fail(const char* doing, int code) const;

 private:
  enum class Salt { of_file, of_key };
  void open(const DatabaseKey& key, Access access, const Disk& disk);
  void connect(const Disk& disk);
  void undo_making(const DatabaseKey& key, const Disk& disk);
  /// False: the file's first page cannot be read with the salt that is in it.
  bool open(const DatabaseKey& key, Access access, const Disk& disk, Salt salt);
  void configure(const DatabaseKey& key, Access access, const Disk& disk, Salt salt);
  void unlock(const DatabaseKey& key, Salt salt);
  void demand(const char* pragma, const std::string& wanted);

  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
};

/// A prepared statement, run again and again: `insert.run(7, octets)`, or
/// `for (auto rows = select.ask(7); rows.next();) rows.octets(0);`
class Statement {
 public:
  Statement(Database& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// The rows that one run answers. Ends the run when it is destroyed; one at a time a statement.
  class Rows {
   public:
    explicit Rows(Statement& statement) : statement_(statement) {}
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() { statement_.reset(); }
    bool next() { return statement_.step(); }
    std::int64_t integer(int column) const { return statement_.integer(column); }
    /// Valid until the next call of next().
    OctetsView octets(int column) const { return statement_.octets(column); }
    bool is_null(int column) const { return statement_.is_null(column); }
    std::optional<Octets> optional_octets(int column) const {
      return is_null(column) ? std::nullopt : std::optional(Octets(octets(column)));
    }

   private:
    Statement& statement_;
  };

  /// Binds `values` to ?1, ?2, … Octets are not copied: they must outlive the run.
  template <class... Values>
  Rows ask(const Values&... values) {
    int place = 0;
    (bind(++place, values), ...);
    return Rows(*this);
  }
  /// One that answers no rows.
  template <class... Values>
  void run(const Values&... values) {
    ask(values...).next();
  }

 private:
  void bind(int place, std::int64_t value);
  void bind(int place, std::uint64_t value) { bind(place, static_cast<std::int64_t>(value)); }
  void bind(int place, int value) { bind(place, static_cast<std::int64_t>(value)); }
  void bind(int place, OctetsView octets);
  void bind(int place, const Octets& octets) { bind(place, OctetsView(octets)); }
  void bind(int place, std::nullopt_t);
  template <class T>
  void bind(int place, const std::optional<T>& value) {
    if (value)
      bind(place, *value);
    else
      bind(place, std::nullopt);
  }
  bool step();
  void reset();
  std::int64_t integer(int column) const;
  OctetsView octets(int column) const;
  bool is_null(int column) const;

  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace sqlcipher
}  // namespace feldsher
