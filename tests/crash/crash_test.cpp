// The disk that loses, and that a hunt on it finds what is wrong.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "protocol/record/result.hpp"
#include "tests/crash/hunt.hpp"
#include "tests/crash/planted.hpp"
#include "tests/crash/play.hpp"
#include "tests/crash/sector_disk.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::crash {
namespace {

using testing::SplitMix;

/// A disk with one file, named durably.
struct OneFile {
  OneFile() {
    disk.apply({.kind = DiskCall::Kind::make, .name = "file", .file = 0, .offset = 0, .octets = {}});
    disk.apply({.kind = DiskCall::Kind::sync_folder, .name = {}, .file = 0, .offset = 0, .octets = {}});
  }
  void write(std::uint64_t offset, const Octets& octets) {
    disk.apply({.kind = DiskCall::Kind::write, .name = {}, .file = 0, .offset = offset, .octets = octets});
  }
  void sync() {
    disk.apply({.kind = DiskCall::Kind::sync, .name = {}, .file = 0, .offset = 0, .octets = {}});
  }
  /// What the file may be after a power cut, over many seeds.
  std::map<Octets, int> after_cuts() const {
    std::map<Octets, int> found;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      SectorDisk cut = disk;
      SplitMix random(seed);
      cut.cut_power(random);
      ++found[cut.octets(0)];
    }
    return found;
  }
  SectorDisk disk;
};

Octets sectors(const std::string& letters) {
  Octets octets;
  for (char letter : letters) octets += Octets(sector, letter);
  return octets;
}

}  // namespace

TEST_CASE("what was synced survives every power cut", "[crash][X11]") {
  OneFile file;
  file.write(0, sectors("abc"));
  file.sync();
  CHECK(file.after_cuts() == std::map<Octets, int>{{sectors("abc"), 400}});
}

TEST_CASE("of what was not synced any set of sectors survives, and a file may keep its old size",
          "[crash][X11]") {
  OneFile file;
  file.write(0, sectors("ab"));
  file.sync();
  file.write(0, sectors("AB"));
  file.write(2 * sector, sectors("C"));
  const auto found = file.after_cuts();
  for (const char* possible : {"ab", "ABC", "Ab", "aB", "AB", "abC", "AbC", "aBC"})
    CHECK(found.contains(sectors(possible)));
  int torn = 0;
  for (const auto& [octets, count] : found)
    for (std::size_t at = 0; at + sector <= octets.size(); at += sector)
      torn += octets.find_first_not_of(octets[at], at) < at + sector ? count : 0;
  CHECK(torn > 20);
  CHECK(torn < 300);
}

TEST_CASE("a new name is lost with its folder's page, and an old one comes back", "[crash][X11]") {
  OneFile file;
  file.disk.apply({.kind = DiskCall::Kind::remove, .name = "file", .file = 0, .offset = 0, .octets = {}});
  file.disk.apply({.kind = DiskCall::Kind::make, .name = "other", .file = 0, .offset = 0, .octets = {}});
  int back = 0, lost = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SectorDisk cut = file.disk;
    SplitMix random(seed);
    cut.cut_power(random);
    back += cut.find("file").has_value();
    lost += !cut.find("other").has_value();
  }
  CHECK(back > 10);
  CHECK(back < 90);
  CHECK(lost > 10);
  CHECK(lost < 90);
}

TEST_CASE("after a failed fsync its pages are seen until they are evicted, and never kept", "[crash][X11]") {
  OneFile file;
  file.write(0, sectors("a"));
  file.sync();
  file.write(0, sectors("A"));
  file.disk.forget_unsynced(0);
  file.sync();  // Says that all is well.
  CHECK(file.disk.octets(0) == sectors("A"));
  CHECK(file.after_cuts() == std::map<Octets, int>{{sectors("a"), 400}});
  SplitMix random(1);
  for (int i = 0; i < 64; ++i) file.disk.evict(random);
  CHECK(file.disk.octets(0) == sectors("a"));
}

TEST_CASE("a rename that was not synced leaves the one file or the other under the name", "[crash][X11]") {
  OneFile file;
  file.write(0, sectors("a"));
  file.sync();
  file.disk.apply({.kind = DiskCall::Kind::make, .name = "fresh", .file = 0, .offset = 0, .octets = {}});
  file.disk.apply(
      {.kind = DiskCall::Kind::write, .name = {}, .file = 1, .offset = 0, .octets = sectors("b")});
  file.disk.apply({.kind = DiskCall::Kind::sync, .name = {}, .file = 1, .offset = 0, .octets = {}});
  file.disk.apply({.kind = DiskCall::Kind::sync_folder, .name = {}, .file = 0, .offset = 0, .octets = {}});
  file.disk.apply(
      {.kind = DiskCall::Kind::rename, .name = "fresh", .file = 0, .offset = 0, .octets = {}, .to = "file"});
  CHECK(file.disk.octets(*file.disk.find("file")) == sectors("b"));
  CHECK_FALSE(file.disk.find("fresh"));
  std::map<Octets, int> found;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SectorDisk cut = file.disk;
    SplitMix random(seed);
    cut.cut_power(random);
    ++found[cut.octets(*cut.find("file"))];
  }
  CHECK(found[sectors("a")] > 10);
  CHECK(found[sectors("b")] > 10);
  CHECK(found.size() == 2);
}

TEST_CASE("whatever cannot be read, a start that goes on has renewed the log that it found", "[crash][X11]") {
  const Script script = make_script("acts", 1);
  DiskVfs& vfs = DiskVfs::get();
  SectorDisk disk;
  const Mount first(disk, 1);
  const OpenedStore killed = open_store(script, {.path = first.journal()});
  killed.journal->commit(script.steps[0].group);
  std::uint64_t read = 0, told = 0;
  do {
    SectorDisk left = disk;
    const Mount mount(left, ++read);
    bool renewed = false, refused = false;
    vfs.before_call = [&](const DiskCall& call) { renewed |= call.kind == DiskCall::Kind::rename; };
    vfs.plan({.first = read, .reads = true});
    try {
      open_store(script, {.path = mount.journal()});
    } catch (const Fault&) {
      refused = true;
    }
    vfs.before_call = nullptr;
    INFO("read " << read);
    CHECK((renewed || refused));
    told += refused;
  } while (vfs.failed() > 0);
  vfs.plan({});
  CHECK(told > 10);
}

TEST_CASE("a hunt over two scripts finds nothing in the product", "[crash][X11]") {
  const auto script = GENERATE(as<std::string>(), "first-start", "idle-checkpoints");
  const HuntResult result = hunt({.points = 1, .seed = 7, .script = script});
  CHECK(result.found.empty());
  REQUIRE(result.counts.size() == 1);
  CHECK(result.counts[0].crashes > result.counts[0].writes);
  CHECK(result.counts[0].told > 0);
  CHECK(result.counts[0].reads > 20);
}

TEST_CASE("every planted bug is found, and its command shows it again", "[crash][X11]") {
  const std::string bug = GENERATE(from_range(planted_bugs()));
  INFO(bug);
  const HuntOptions options{.points = 1, .seed = 3, .bug = bug, .failures = 1};
  const HuntResult result = hunt(options);
  REQUIRE(result.found.size() == 1);
  CHECK(result.found[0].command.find("--break " + bug) != std::string::npos);
}

TEST_CASE("a point of a hunt goes the same way each time", "[crash][X11]") {
  const HuntOptions options{
      .points = 1, .seed = 3, .script = "acts", .bug = "synchronous-off", .failures = 1};
  const HuntResult first = hunt(options);
  REQUIRE(first.found.size() == 1);
  HuntOptions again = options;
  again.point = std::stoull(first.found[0].command.substr(first.found[0].command.find("--point ") + 8));
  const HuntResult second = hunt(again);
  REQUIRE(second.found.size() == 1);
  CHECK(second.found[0].what == first.found[0].what);
  CHECK(second.points() == 1);
}

}  // namespace feldsher::crash
