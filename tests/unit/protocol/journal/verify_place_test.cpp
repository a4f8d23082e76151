// Where the auditor's program looks: at a folder at rest, or at a private copy of one that is in use.
#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "node_folder.hpp"
#include "protocol/journal/journal_snapshot.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

}  // namespace

TEST_CASE("verify changes nothing, not even what a killed program left", "[protocol][journal][verify]") {
  NodeFolder folder;
  // The files as kill -9 leaves them: copied while open, the log not yet in the file.
  auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
  commit(*store, folder.node.write({"in the log only"}));
  const auto left = folder.outer.path() / "left";
  std::filesystem::copy(folder.path, left);
  auto content = [&](const char* name) {
    std::ifstream file(left / name, std::ios::binary);
    return Octets{std::istreambuf_iterator<char>(file), {}};
  };
  const Octets db = content("journal.db"), log = content("journal.db-wal");
  REQUIRE(log.size() > 4096);
  std::ostringstream text;
  CHECK(verify_journals({.folder = left}, false, text) == Verdict::good);
  CHECK_THAT(text.str(), ContainsSubstring("good: 16 records"));
  CHECK(content("journal.db") == db);
  CHECK(content("journal.db-wal") == log);
}

TEST_CASE("the journal of a running program is refused, and looked at as a private copy when asked",
          "[protocol][journal][verify]") {
  NodeFolder folder;
  auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
  commit(*store, folder.node.write({"not yet in the file"}));
  std::ostringstream out;
  CHECK_THROWS_MATCHES(verify_journals({.folder = folder.path}, false, out), Fault,
                       MessageMatches(ContainsSubstring("--live")));
  auto [verdict, report] = folder.verify(true);
  CHECK(verdict == Verdict::good);
  CHECK(report.at("records_checked").to_number<int>() == 16);
  commit(*store, folder.node.write({"and it goes on"}));

  std::filesystem::path private_copy;
  {
    JournalSnapshot snapshot(folder.path / "journal.db");
    private_copy = snapshot.journal().parent_path();
    struct stat about {};
    REQUIRE(stat(private_copy.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
  }
  CHECK_FALSE(std::filesystem::exists(private_copy));
}

TEST_CASE("a folder without a journal or key is refused with what is missing",
          "[protocol][journal][verify]") {
  TemporaryFolder empty;
  std::ostringstream out;
  CHECK_THROWS_MATCHES(verify_journals({.folder = empty.path()}, false, out), Fault,
                       MessageMatches(ContainsSubstring("journal.key")));
  CHECK_THROWS_MATCHES(verify_journals({.folder = empty.path() / "no"}, false, out), Fault,
                       MessageMatches(ContainsSubstring("no such folder")));
  SplitMix random(1);
  DataFolder::open_or_create(empty.path() / "new", random);
  CHECK_THROWS_MATCHES(verify_journals({.folder = empty.path() / "new"}, false, out), Fault,
                       MessageMatches(ContainsSubstring("there is no journal")));
}

TEST_CASE("a fault that is not another process is told as it is", "[protocol][journal][verify]") {
  NodeFolder folder;
  folder.tamper("PRAGMA application_id=1");
  std::ostringstream out;
  CHECK_THROWS_MATCHES(
      verify_journals({.folder = folder.path}, false, out), Fault,
      MessageMatches(ContainsSubstring("but not a journal") && !ContainsSubstring("--live")));
}

TEST_CASE("a private copy of what is not there, or with no room for it, is a fault",
          "[protocol][journal][verify]") {
  NodeFolder folder;
  CHECK_THROWS_MATCHES(JournalSnapshot(folder.path / "other.db"), Fault,
                       MessageMatches(ContainsSubstring("cannot look at")));
  const auto pretended = folder.outer.path() / "pretended.db";
  std::filesystem::create_directory(pretended);
  std::filesystem::last_write_time(pretended,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK_THROWS_MATCHES(JournalSnapshot(pretended), Fault, MessageMatches(ContainsSubstring("cannot copy")));
  // A log that cannot be copied is another thing than none.
  const auto resting = folder.path / "journal.db";
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::remove(resting.string() + "-wal");
  std::filesystem::last_write_time(resting, long_ago);
  CHECK(std::filesystem::file_size(JournalSnapshot(resting).journal()) ==
        std::filesystem::file_size(resting));
  std::filesystem::create_directory(resting.string() + "-wal");
  CHECK_THROWS_MATCHES(JournalSnapshot(resting), Fault,
                       MessageMatches(ContainsSubstring("cannot copy") && ContainsSubstring("-wal")));
  const char* set = std::getenv("TMPDIR");
  const std::string before = set ? set : "";
  const auto nowhere = folder.outer.path() / "temporary";
  std::filesystem::create_directory(nowhere);
  setenv("TMPDIR", nowhere.c_str(), 1);
  std::filesystem::remove(nowhere);
  CHECK_THROWS_AS(JournalSnapshot(folder.path / "journal.db"), std::exception);
  // A folder that is there, and takes nothing.
  setenv("TMPDIR", "/proc", 1);
  CHECK_THROWS_MATCHES(JournalSnapshot(folder.path / "journal.db"), Fault,
                       MessageMatches(ContainsSubstring("cannot make a private folder")));
  set ? setenv("TMPDIR", before.c_str(), 1) : unsetenv("TMPDIR");
}

}  // namespace feldsher::testing
