// What a data folder says of a box key that is another folder's, or is not there.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "journals.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

}  // namespace

TEST_CASE("the box key of another folder opens nothing, and the message says which is needed",
          "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  for (const char* name : {"a", "b"}) DataFolder::open_or_create(outer.path() / name, random);
  std::filesystem::copy_file(outer.path() / "b" / "box.key", outer.path() / "a" / "box.key",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_THROWS_MATCHES(DataFolder::open(outer.path() / "a"), Fault,
                       MessageMatches(ContainsSubstring("the key of this box does not open")));
}

TEST_CASE("a box key that is missing is said to be that, and no new one takes its place",
          "[protocol][journal][X6]") {
  TemporaryFolder outer;
  WritingNode node;
  const auto path = outer.path() / "a";
  // A first start makes both keys; one that was cut off before there was a journal changes nothing.
  for (const bool is_written : {false, true}) {
    const auto folder = DataFolder::open_or_create(path, node.random);
    if (is_written) commit(*folder.open_store(node.tenant), node.write({"hello"}));
    REQUIRE(std::filesystem::exists(path / "box.key"));
    REQUIRE(std::filesystem::exists(path / "journal.key"));
    std::filesystem::rename(path / "box.key", outer.path() / "saved");
    auto says = [&](auto&& opening) {
      CHECK_THROWS_MATCHES(
          opening(), Fault,
          MessageMatches(ContainsSubstring((path / "box.key").string()) && ContainsSubstring("is missing") &&
                         ContainsSubstring("Put it back from where it was saved") &&
                         !ContainsSubstring("does not open")));
    };
    says([&] { DataFolder::open(path); });
    says([&] { DataFolder::open_or_create(path, node.random); });
    CHECK_FALSE(std::filesystem::exists(path / "box.key"));
    std::filesystem::rename(outer.path() / "saved", path / "box.key");
    CHECK(DataFolder::open_or_create(path, node.random).key().to_hex() == folder.key().to_hex());
  }
}

}  // namespace feldsher::testing
