#include "protocol/journal/data_folder.hpp"

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

#include "journals.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

}  // namespace

TEST_CASE("a new data folder and its key are for their owner only", "[protocol][journal][X7]") {
  TemporaryFolder outer;
  SeededRandom random(5);
  const mode_t before = umask(0);
  auto folder = DataFolder::open_or_create(outer.path() / "deep" / "point", random);
  umask(before);
  CHECK(mode_of(folder.path()) == 0700);
  CHECK(mode_of(folder.path() / "journal.key") == 0600);
}

TEST_CASE("a data folder keeps its key, and another folder has another", "[protocol][journal][X7]") {
  TemporaryFolder outer;
  SeededRandom random(5);
  const auto key = DataFolder::open_or_create(outer.path() / "a", random).key().to_hex();
  CHECK(DataFolder::open_or_create(outer.path() / "a", random).key().to_hex() == key);
  CHECK(DataFolder::open(outer.path() / "a").key().to_hex() == key);
  CHECK(DataFolder::open_or_create(outer.path() / "b", random).key().to_hex() != key);
}

TEST_CASE("what a data folder's store wrote is there when it is opened again", "[protocol][journal]") {
  TemporaryFolder outer;
  WritingNode node;
  {
    auto store = DataFolder::open_or_create(outer.path() / "a", node.random).open_store(node.tenant);
    commit(*store, node.write({"hello"}));
  }
  auto store = DataFolder::open(outer.path() / "a").open_store(node.tenant);
  CHECK(store->read(node.journal(), 1, {}).size() == 1);
}

TEST_CASE("a key that others can read is refused with what to do", "[protocol][journal][X7]") {
  TemporaryFolder outer;
  SeededRandom random(5);
  auto folder = DataFolder::open_or_create(outer.path() / "a", random);
  REQUIRE(chmod((folder.path() / "journal.key").c_str(), 0640) == 0);
  CHECK_THROWS_MATCHES(DataFolder::open_or_create(outer.path() / "a", random), Fault,
                       MessageMatches(ContainsSubstring("600")));
}

TEST_CASE("a journal whose key is missing does not get a new one", "[protocol][journal][X7]") {
  TemporaryFolder outer;
  WritingNode node;
  {
    auto folder = DataFolder::open_or_create(outer.path() / "a", node.random);
    commit(*folder.open_store(node.tenant), node.write({"hello"}));
  }
  std::filesystem::remove(outer.path() / "a" / "journal.key");
  CHECK_THROWS_MATCHES(DataFolder::open_or_create(outer.path() / "a", node.random), Fault,
                       MessageMatches(ContainsSubstring("Put the key back")));
  CHECK_FALSE(std::filesystem::exists(outer.path() / "a" / "journal.key"));
}

TEST_CASE("a key file that holds no key is refused", "[protocol][journal]") {
  TemporaryFolder outer;
  SeededRandom random(5);
  DataFolder::open_or_create(outer.path() / "a", random);
  const auto path = outer.path() / "a" / "journal.key";
  for (const char* text : {"", "secret", "zz", "00112233"}) {
    std::ofstream(path, std::ios::trunc) << text;
    CHECK_THROWS_MATCHES(DataFolder::open(outer.path() / "a"), Fault,
                         MessageMatches(ContainsSubstring("holds no key")));
  }
}

TEST_CASE("a folder that is not there is said to be that", "[protocol][journal]") {
  TemporaryFolder outer;
  CHECK_THROWS_MATCHES(DataFolder::open(outer.path() / "nowhere"), Fault,
                       MessageMatches(ContainsSubstring("no such folder")));
}

}  // namespace feldsher::testing
