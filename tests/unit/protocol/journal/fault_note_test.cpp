#include "protocol/journal/fault_note.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher {
namespace {

TEST_CASE("why a run could not write is known to the next one, until it was told",
          "[protocol][journal][disk][X11]") {
  const test::Folder place;
  const auto file = place.path() / "disk-fault";
  {
    const FaultNote first(file);
    CHECK(first.earlier().empty());
    CHECK(first.leave("the disk is full\nreally"));
    CHECK(first.earlier().empty());
  }
  CHECK(FaultNote(file).earlier() == "the disk is full really");
  const FaultNote second(file);
  CHECK(second.earlier() == "the disk is full really");  // Not told yet: it stays.
  CHECK(second.clear());
  CHECK(FaultNote(file).earlier().empty());
}

TEST_CASE("the room of a note is there before it is needed, and a long reason does not outgrow it",
          "[protocol][journal][disk][X11]") {
  const test::Folder place;
  const auto file = place.path() / "disk-fault";
  const FaultNote note(file);
  CHECK(std::filesystem::file_size(file) == FaultNote::octets);
  CHECK(std::filesystem::status(file).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(note.leave(std::string(2000, 'x')));
  CHECK(std::filesystem::file_size(file) == FaultNote::octets);
  CHECK(FaultNote(file).earlier() == std::string(FaultNote::octets - 1, 'x'));
}

TEST_CASE("a note that cannot be kept is no reason to stop", "[protocol][journal][disk][X11]") {
  const FaultNote nowhere("/nowhere/at/all/disk-fault");
  CHECK(nowhere.earlier().empty());
  CHECK_FALSE(nowhere.leave("the disk is full"));
  // Cut short, or of another kind: what can be read is told.
  const test::Folder place;
  std::ofstream(place.path() / "short") << "the disk";
  CHECK(FaultNote(place.path() / "short").earlier() == "the disk");
  CHECK(FaultNote(place.path() / "short").earlier() == "the disk");
  CHECK(FaultNote(place.path()).earlier().empty());
}

}  // namespace
}  // namespace feldsher
