// A sector that cannot be read, where SQLite itself meets it: at opening, in the schema, in the log.
#include "bad_sector.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>

#include "journals.hpp"
#include "protocol/journal/sqlcipher.hpp"

namespace feldsher::testing {
namespace {

using sqlcipher::Access;
using sqlcipher::Database;

Octets content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

enum class Lies { in_the_file, in_the_log };

/// What a process leaves that was killed, after a checkpoint or before it.
struct Left {
  explicit Left(Lies what) {
    Database running(folder.path() / "running.db", key, Access::write);
    running.execute("CREATE TABLE t(a); INSERT INTO t VALUES(randomblob(290000))");
    if (what == Lies::in_the_file) running.checkpoint();
    for (const char* part : {"", "-wal"})
      std::filesystem::copy(running.path().string() + part, path.string() + part);
  }
  std::filesystem::path log() const { return path.string() + "-wal"; }
  /// Every page is read for that.
  static std::int64_t sum(Database& database) {
    return database.number("SELECT sum(length(hex(a))) / 2 FROM t");
  }

  const DatabaseKey key{{1, 2, 3}};
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "left.db";
};

constexpr std::int64_t all_of_it = 290'000;

/// That is damage of the file, as soon as it is met. A file that cannot be opened stays, octet for octet, and
/// its log with it.
void expect_damage(const Left& left, const std::filesystem::path& part, off_t at, int reads) {
  const Octets file = content(left.path), log = content(left.log());
  CAPTURE(part.filename().string(), at, reads);
  {
    const BadSector bad(part, at, reads);
    bool opened = false, damage = false;
    try {
      Database database(left.path, left.key, Access::write);
      opened = true;
      Left::sum(database);
    } catch (const sqlcipher::NoAccess& fault) {
      FAIL_CHECK(fault.what());
    } catch (const Fault& fault) {
      damage = true;
    }
    CHECK(damage == (bad.met() > 0));
    if (reads == 0) CHECK(damage);
    if (opened) return;
  }
  CHECK(content(left.path) == file);
  CHECK(content(left.log()) == log);
}

}  // namespace

TEST_CASE("a sector of a file that cannot be read is damage of the file, whoever in SQLite reads it",
          "[protocol][journal][disk][X11]") {
  // The first 100 octets are read before anything else, and the schema's page by another way than a table's.
  for (const off_t at : {off_t{0}, off_t{90}, off_t{2000}, off_t{6000}, off_t{40'000}})
    for (int reads = 0; reads < 4; ++reads) {
      const Left left(Lies::in_the_file);
      expect_damage(left, left.path, at, reads);
    }
}

TEST_CASE("a sector of a log that cannot be read is damage, and a log is not lost by it",
          "[protocol][journal][disk][X11]") {
  for (const off_t at : {off_t{0}, off_t{5000}, off_t{100'000}})
    for (int reads = 0; reads < 4; ++reads) {
      const Left left(Lies::in_the_log);
      expect_damage(left, left.log(), at, reads);
      CHECK_FALSE(std::filesystem::exists(left.path.string() + "-renewed"));
      Database database(left.path, left.key, Access::write);
      CHECK(Left::sum(database) == all_of_it);
    }
}

}  // namespace feldsher::testing
