// One SQLite file as `Database` opens it, and what it says when it cannot.
#include <sqlite3.h>
#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

#include "journals.hpp"
#include "protocol/journal/sqlcipher.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using sqlcipher::Access;
using sqlcipher::Database;
using sqlcipher::Statement;

const DatabaseKey key{{1, 2, 3}};

struct File {
  Database opened(Access access = Access::write) const { return Database(path, key, access); }
  void holds(const Octets& octets) const { std::ofstream(path, std::ios::binary) << octets; }
  void refused(Access access, const char* why) const {
    CHECK_THROWS_MATCHES(Database(path, key, access), Fault, MessageMatches(ContainsSubstring(why)));
  }
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "some.db";
};

}  // namespace

TEST_CASE("a key is 64 hexadecimal digits, or none", "[protocol][journal][X6]") {
  SplitMix random(3);
  const DatabaseKey made = DatabaseKey::make(random);
  REQUIRE(made.to_hex().size() == 64);
  CHECK(DatabaseKey::from_hex(made.to_hex())->octets == made.octets);
  CHECK_FALSE(DatabaseKey::from_hex(made.to_hex().substr(2)).has_value());
  CHECK_FALSE(DatabaseKey::from_hex(made.to_hex() + "00").has_value());
  CHECK_FALSE(DatabaseKey::from_hex(made.to_hex().replace(5, 1, "g")).has_value());
  CHECK(DatabaseKey::make(random).octets != made.octets);
}

TEST_CASE("a log that cannot be written anew ends the start, and the next one has all of it",
          "[protocol][journal][X11]") {
  File file, left;
  {
    Database running = file.opened();
    running.execute("CREATE TABLE t(a); INSERT INTO t VALUES(7)");
    // What a process that was killed leaves.
    for (const char* part : {"", "-wal"})
      std::filesystem::copy(file.path.string() + part, left.path.string() + part);
  }
  const auto fails = [](const std::filesystem::path&, const std::filesystem::path&) {
    throw Fault("no room");
  };
  CHECK_THROWS_AS(Database(left.path, key, Access::write, {.replace = fails}), Fault);
  CHECK_FALSE(std::filesystem::exists(left.path.string() + "-renewed"));
  // The one that failed holds no lock: SQLite knows of its own process's, too.
  CHECK(left.opened().number("SELECT a FROM t") == 7);
}

TEST_CASE("of a file that was not made to the end nothing goes into the one that a start makes",
          "[protocol][journal][X11]") {
  File file;
  Octets torn(4096, '\0');  // A page size, and a vacuum mode that no whole file has without its other half.
  torn.replace(0, 18, {"SQLite format 3\0\x10", 18});
  torn[67] = 1;
  // The rollback journal of a file that had no page before.
  Octets undo("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\0\0\0\0\1\2\3\4\0\0\0\0\0\0\2\0\0\0\x10\0", 28);
  undo.resize(512, '\0');
  for (const bool encrypted : {true, false}) {
    INFO("encrypted: " << encrypted);
    file.holds(torn);
    std::ofstream(file.path.string() + "-journal", std::ios::binary) << undo;
    Database made(file.path, key, Access::write, {.vfs = "unix", .encrypted = encrypted});
    made.execute("CREATE TABLE t(a)");
    CHECK(made.text("PRAGMA integrity_check") == "ok");
  }
}

TEST_CASE("what is no journal is told apart from a wrong key", "[protocol][journal][X6]") {
  File file;
  SECTION("nothing there to look at") { file.refused(Access::look, "cannot be opened"); }
  SECTION("an empty file is nobody's yet") {
    file.holds("");
    file.refused(Access::look, "is empty: it is not a journal");
    CHECK_NOTHROW(file.opened());
  }
  SECTION("a short file") {
    file.holds(Octets(511, 'x'));
    file.refused(Access::look, "too short");
    file.refused(Access::write, "too short");
  }
  SECTION("a text") {
    file.holds(Octets(512, 'x'));
    file.refused(Access::write, "the key is not this file's");
  }
  SECTION("a file that everybody can read") {
    file.holds("SQLite format 3" + Octets(1000, '\0'));
    file.refused(Access::write, "a plain, unencrypted SQLite file");
  }
  SECTION("a folder that is not there") {
    CHECK_THROWS_MATCHES(Database(file.folder.path() / "no" / "some.db", key, Access::write), Fault,
                         MessageMatches(ContainsSubstring("cannot make")));
  }
  SECTION("a folder") {
    std::filesystem::create_directory(file.path);
    file.refused(Access::write, "cannot be opened");
  }
}

TEST_CASE("a real disk holds encrypted pages only", "[protocol][journal][X6]") {
  File file;
  CHECK_THROWS_AS(Database(file.path, key, Access::write, {.vfs = nullptr, .encrypted = false}),
                  std::logic_error);
  CHECK_FALSE(std::filesystem::exists(file.path));
}

TEST_CASE("two files of one key share no salt, and one file keeps its own", "[protocol][journal][X6]") {
  File file, other;
  auto salt_of = [](const std::filesystem::path& path) {
    {
      Database made(path, key, Access::write);
      made.execute("CREATE TABLE one(x)");
      made.checkpoint();
    }
    Octets salt(16, '\0');
    std::ifstream(path, std::ios::binary).read(salt.data(), 16);
    return salt;
  };
  const Octets salt = salt_of(file.path);
  CHECK(salt_of(file.folder.path() / "other.db") != salt);
  CHECK(salt_of(other.path) == salt);
}

TEST_CASE("a question is answered with the first value there is, and with nothing where there is none",
          "[protocol][journal]") {
  File file;
  auto database = file.opened();
  CHECK(database.number("SELECT 7 UNION ALL SELECT 8") == 7);
  CHECK(database.number("SELECT 7 WHERE 0") == 0);
  CHECK(database.text("SELECT 'a' UNION ALL SELECT 'b'") == "a");
  CHECK(database.text("SELECT 'a' WHERE 0").empty());
  CHECK_THROWS_MATCHES(database.execute("SELEC 1"), Fault, MessageMatches(ContainsSubstring("syntax error")));
  CHECK_THROWS_MATCHES(Statement(database, "SELEC 1"), Fault,
                       MessageMatches(ContainsSubstring("syntax error")));
}

TEST_CASE("an empty value is a value, and none is none", "[protocol][journal]") {
  File file;
  auto database = file.opened();
  database.execute("CREATE TABLE t(a BLOB, b BLOB, c INTEGER)");
  Statement(database, "INSERT INTO t VALUES(?1, ?2, ?3)")
      .run(OctetsView{}, std::optional<Octets>(), std::optional<std::int64_t>(5));
  Statement select(database, "SELECT a, b, c FROM t");
  auto rows = select.ask();
  REQUIRE(rows.next());
  CHECK_FALSE(rows.is_null(0));
  CHECK(rows.octets(0).empty());
  CHECK(rows.is_null(1));
  CHECK(rows.octets(1).empty());
  CHECK(rows.integer(2) == 5);
  CHECK_FALSE(rows.next());
}

TEST_CASE("a value that the statement has no place for is a fault", "[protocol][journal]") {
  File file;
  auto database = file.opened();
  Statement select(database, "SELECT 1");
  CHECK_THROWS_AS(select.ask(7), Fault);
  CHECK_THROWS_AS(select.ask(Octets("seven")), Fault);
  CHECK_THROWS_AS(select.ask(std::optional<Octets>()), Fault);
  auto rows = select.ask();
  CHECK(rows.next());
}

TEST_CASE(
    "each kind of trouble is told to people in words of its own, and what is wrong with a file from the rest",
    "[protocol][journal][disk]") {
  File file;
  auto database = file.opened();
  auto told = [&](int code, const char* meaning, bool of_file = false) {
    CAPTURE(code);
    try {
      database.fail("use", code);
    } catch (const sqlcipher::NoAccess&) {
      CHECK_FALSE(of_file);
    } catch (const Fault&) {
      CHECK(of_file);
    }
    CHECK_THROWS_MATCHES(database.fail("use", code), Fault,
                         MessageMatches(ContainsSubstring(std::string(": ") + meaning)));
  };
  told(SQLITE_BUSY, "another feldsher process has this folder open");
  told(SQLITE_LOCKED, "another feldsher process has this folder open");
  told(SQLITE_NOTADB, "the key is not this file's", true);
  told(SQLITE_CORRUPT, "a page is damaged", true);
  told(SQLITE_FULL, "the disk is full");
  told(SQLITE_READONLY, "this user may not write it");
  told(SQLITE_PERM, "this user may not write it");
  told(SQLITE_AUTH, "this user may not write it");
  told(SQLITE_CANTOPEN, "it, or a file beside it, cannot be opened");
  told(SQLITE_IOERR, "the disk failed");
  told(SQLITE_NOMEM, "there is not enough memory");
  told(SQLITE_IOERR | (4 << 8), "the disk failed");  // Of which kind is in the upper octets.
  told(SQLITE_IOERR_READ, "the disk failed: a part of it cannot be read", true);
  told(SQLITE_IOERR_SHORT_READ, "the disk failed: a part of it cannot be read", true);
  told(SQLITE_IOERR_CORRUPTFS, "the disk failed: a part of it cannot be read", true);
  told(SQLITE_IOERR_FSTAT, "the disk failed: a part of it cannot be read", true);
  told(SQLITE_MISUSE, "the database failed", true);
}

TEST_CASE("who only looks changes nothing", "[protocol][journal][verify]") {
  File file;
  {
    auto database = file.opened();
    database.execute("CREATE TABLE t(a)");
  }
  auto looking = file.opened(Access::look);
  CHECK(looking.number("SELECT count(*) FROM t") == 0);
  CHECK_THROWS_AS(looking.execute("INSERT INTO t VALUES(1)"), Fault);
}

TEST_CASE("a disk that cannot do what a promise needs is refused", "[protocol][journal][X11]") {
  // This one keeps its files in memory, and has no write-ahead log.
  CHECK_THROWS_MATCHES(Database("some.db", key, Access::write, {.vfs = "memdb", .encrypted = false}), Fault,
                       MessageMatches(ContainsSubstring("to journal_mode=WAL, not \"wal\"")));
}

TEST_CASE("what a process left that was killed while it made the file is undone at the next start",
          "[protocol][journal][X11]") {
  File file;
  {
    auto database = file.opened();
    database.execute("CREATE TABLE t(x)");
  }
  // Before it is known what of the file is good, nothing in it is taken for somebody else's.
  std::ofstream(file.path.string() + "-journal", std::ios::binary) << Octets(512, '\0');
  auto database = file.opened();
  CHECK(database.number("SELECT count(*) FROM t") == 0);
}

}  // namespace feldsher::testing
