// The file itself: who may open it, and what it shows to somebody without the key.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

#include "journals.hpp"
#include "protocol/journal/sqlcipher_journal.hpp"
#include "protocol/journal/sqlcipher_store.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

const DatabaseKey key{{1, 2, 3}}, other_key{{1, 2, 4}};

Octets content_of(const std::filesystem::path& path) {
  Octets octets(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(octets.data(), static_cast<std::streamsize>(octets.size()));
  return octets;
}

void write_over(const std::filesystem::path& path, std::streamoff at, const Octets& octets) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(at);
  file << octets;
}

/// A journal of `count` records, closed.
struct ClosedJournal {
  explicit ClosedJournal(int count = 3) {
    SqlcipherStore store(path, node.tenant, key);
    for (int i = 0; i < count; ++i) commit(store, node.write({"Наталья Kowalenko " + std::to_string(i)}));
  }
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "journal.db";
  WritingNode node;
};

}  // namespace

TEST_CASE("a journal is opened by its key only", "[protocol][journal][X6]") {
  ClosedJournal closed;
  CHECK_THROWS_MATCHES(SqlcipherStore(closed.path, closed.node.tenant, other_key), Fault,
                       MessageMatches(ContainsSubstring("the key is not this file's")));
  CHECK_THROWS_MATCHES(SqlcipherJournal(closed.path, other_key), Fault,
                       MessageMatches(ContainsSubstring("the key is not this file's")));
  CHECK_NOTHROW(SqlcipherStore(closed.path, closed.node.tenant, key));
}

TEST_CASE("a file that is not a journal is refused and left alone", "[protocol][journal]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "journal.db";
  WritingNode node;
  Octets content;
  SECTION("a letter") { content = "Dear colleague,"; }
  SECTION("a long letter") { content = Octets(10'000, 'x'); }
  SECTION("a plain SQLite file") { content = Octets("SQLite format 3\0", 16) + Octets(4080, '\0'); }
  std::ofstream(path, std::ios::binary) << content;
  CHECK_THROWS_AS(SqlcipherStore(path, node.tenant, key), Fault);
  CHECK(content_of(path) == content);
}

TEST_CASE("an encrypted database of another program is refused", "[protocol][journal]") {
  TemporaryFolder folder;
  WritingNode node;
  {
    sqlcipher::Database(folder.path() / "journal.db", key, sqlcipher::Access::write)
        .execute("CREATE TABLE t(x)");
  }
  CHECK_THROWS_MATCHES(SqlcipherStore(folder.path() / "journal.db", node.tenant, key), Fault,
                       MessageMatches(ContainsSubstring("not a journal")));
}

TEST_CASE("a journal of another tenant is refused", "[protocol][journal][N4]") {
  ClosedJournal closed;
  CHECK_THROWS_MATCHES(
      SqlcipherStore(closed.path, TenantId{*Uuid::from_text("0190c0de-0000-7000-8000-00000000beef")}, key),
      Fault, MessageMatches(ContainsSubstring("tenant")));
}

TEST_CASE("a journal of a newer version is refused with what to do", "[protocol][journal]") {
  ClosedJournal closed;
  { sqlcipher::Database(closed.path, key, sqlcipher::Access::write).execute("PRAGMA user_version=4"); }
  CHECK_THROWS_MATCHES(SqlcipherStore(closed.path, closed.node.tenant, key), Fault,
                       MessageMatches(ContainsSubstring("update this program")));
}

TEST_CASE("a journal that is open is refused to a second opener, in this process and in another",
          "[protocol][journal]") {
  ClosedJournal closed;
  SqlcipherStore store(closed.path, closed.node.tenant, key);
  CHECK_THROWS_MATCHES(SqlcipherStore(closed.path, closed.node.tenant, key), Fault,
                       MessageMatches(ContainsSubstring("another feldsher process has this folder open")));
  // The refusal above must not have dropped our lock: locks of POSIX end when any descriptor is closed.
  pid_t child = fork();
  if (child == 0) {
    int code = 1;
    try {
      SqlcipherStore second(closed.path, closed.node.tenant, key);
    } catch (const Fault& fault) {
      code = std::string(fault.what()).find("another feldsher process") != std::string::npos ? 0 : 2;
    }
    _exit(code);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("nothing of a record can be read in the files without the key", "[protocol][journal][X6]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "journal.db";
  WritingNode node;
  const std::string name = "Наталья Kowalenko";
  auto count = [&](const std::filesystem::path& file, const Octets& what) {
    Octets content = content_of(file);
    REQUIRE(content.size() > 4096);
    return content.find(what) != Octets::npos;
  };
  {
    SqlcipherStore store(path, node.tenant, key);
    Transaction transaction = node.write({name});
    transaction.values = {{"greeting", name}};
    commit(store, std::move(transaction));
    CHECK_FALSE(count(path.string() + "-wal", name));
    CHECK_FALSE(count(path.string() + "-wal", "CREATE TABLE"));
    store.checkpoint();
    CHECK(std::filesystem::file_size(path.string() + "-wal") == 0);
    CHECK_FALSE(count(path, name));
    CHECK_FALSE(std::filesystem::exists(path.string() + "-shm"));  // Its index stays in memory.
  }
  CHECK_FALSE(count(path, name));
  CHECK_FALSE(count(path, "SQLite format 3"));
  CHECK_FALSE(count(path, "CREATE TABLE"));
}

TEST_CASE("a journal is for its owner only", "[protocol][journal][X6]") {
  const mode_t before = umask(0);
  TemporaryFolder folder;
  WritingNode node;
  SqlcipherStore store(folder.path() / "journal.db", node.tenant, key);
  commit(store, node.write({"a"}));
  umask(before);
  for (const char* name : {"journal.db", "journal.db-wal"}) {
    struct stat about {};
    REQUIRE(stat((folder.path() / name).c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a page changed by somebody without the key is reported as that", "[protocol][journal][X7]") {
  ClosedJournal closed(400);
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(closed.path));
  REQUIRE(size > 20 * 4096);
  // The middle third of the file: whatever page is first read there does not fit its HMAC.
  for (std::streamoff at = size / 3; at < size * 2 / 3; at += 4096)
    write_over(closed.path, at / 4096 * 4096 + 100, "x");
  auto read_all = [&] {
    SqlcipherStore store(closed.path, closed.node.tenant, key);
    store.replay(0, [](std::uint64_t, Record&&) {});
  };
  CHECK_THROWS_MATCHES(read_all(), Fault,
                       MessageMatches(ContainsSubstring("a page is damaged, or was changed")));
}

TEST_CASE("a tail that was cut with the key in hand is noticed at opening", "[protocol][journal][X7]") {
  ClosedJournal closed(5);
  {
    sqlcipher::Database(closed.path, key, sqlcipher::Access::write).execute("DELETE FROM record WHERE seq=5");
  }
  CHECK_THROWS_MATCHES(SqlcipherStore(closed.path, closed.node.tenant, key), Fault,
                       MessageMatches(ContainsSubstring("record 5")));
}

TEST_CASE("a record changed with the key in hand is not read as if it were good", "[protocol][journal][X7]") {
  ClosedJournal closed(5);
  {
    sqlcipher::Database database(closed.path, key, sqlcipher::Access::write);
    database.execute("UPDATE record SET body = CAST(substr(body, 1, 16) || x'41' AS BLOB) WHERE seq=3");
  }
  SqlcipherStore store(closed.path, closed.node.tenant, key);
  CHECK(store.read(closed.node.journal(), 4, {}).size() == 2);
  CHECK_THROWS_MATCHES(store.read(closed.node.journal(), 1, {}), Fault,
                       MessageMatches(ContainsSubstring("record 3")));
}

TEST_CASE("a body that is gone leaves its digest, and the chain goes on", "[protocol][journal][X7]") {
  TemporaryFolder folder;
  WritingNode node;
  SqlcipherStore store(folder.path() / "journal.db", node.tenant, key);
  Transaction transaction = node.write({"erased", "kept"});
  transaction.records[0].stored.body.reset();
  commit(store, transaction);
  auto read = store.read(node.journal(), 1, {});
  REQUIRE(read.size() == 2);
  CHECK_FALSE(read[0].stored.body.has_value());
  CHECK(read[0].stored.body_digest == transaction.records[0].stored.body_digest);
  CHECK(read[1].stored.prev == read[0].stored.hash);
}

TEST_CASE("erased octets are nowhere in the files, however often and in whatever order bodies are erased",
          "[protocol][journal][H11]") {
  TemporaryFolder folder;
  WritingNode node;
  const auto path = folder.path() / "journal.db";
  // Plain pages, so that they can be searched: what a holder of the key would find.
  SqlcipherStore store(path, node.tenant, key, {.vfs = "unix", .encrypted = false});
  auto name_of = [](std::uint64_t n) { return "Kowalenko-" + std::to_string(1000 + n) + "-"; };
  constexpr std::uint64_t people = 60;
  for (std::uint64_t round = 0; round < 4; ++round)
    for (std::uint64_t n = 0; n < people; ++n) {
      // From a few octets to some pages.
      std::string body = name_of(n);
      for (std::uint64_t more = node.random.u64() % 8 == 0 ? 900 : node.random.u64() % 90; more > 0; --more)
        body += name_of(n);
      commit(store, node.write({body}));
    }
  auto held = [&](std::uint64_t n) {
    Octets all = content_of(path);
    if (std::filesystem::exists(path.string() + "-wal")) all += content_of(path.string() + "-wal");
    return all.find(name_of(n)) != Octets::npos;
  };
  for (std::uint64_t n = 0; n < people; ++n) REQUIRE(held(n));
  for (std::uint64_t i = 0; i < people / 2; ++i) {
    const std::uint64_t n = i * 37 % people;
    Transaction erase = node.write({"an order"});
    erase.erased.push_back([name = name_of(n)](const Record& record) {
      return record.stored.message().find(name) != OctetsView::npos;
    });
    commit(store, erase);
    CHECK_FALSE(held(n));
  }
  for (std::uint64_t i = people / 2; i < people; ++i) CHECK(held(i * 37 % people));
}

}  // namespace feldsher::testing
