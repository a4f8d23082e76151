#include "protocol/journal/disk_watch.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

namespace feldsher {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;

/// A disk of 10 GiB that holds what the test says; the reserve is a real file, of one MiB.
struct Disk {
  Disk() { std::filesystem::create_directories(folder); }
  ~Disk() { std::filesystem::remove_all(folder); }
  DiskWatch watch() {
    return DiskWatch(
        reserve, [this] { return space; }, mib);
  }
  void free_percent(double percent) {
    space = DiskSpace{static_cast<std::uint64_t>(percent * 102.4 * mib), 10'240 * mib};
  }
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("feldsher-disk-watch-" + std::to_string(::getpid()));
  std::filesystem::path reserve = folder / "reserve";
  std::optional<DiskSpace> space = DiskSpace{5'120 * mib, 10'240 * mib};
};

TEST_CASE("the classes of a disk begin under twenty, ten and five percent",
          "[protocol][journal][disk][X11]") {
  Disk disk;
  DiskWatch watch = disk.watch();
  CHECK(watch.disk_class() == DiskClass::ample);
  for (const auto& [percent, found] :
       {std::pair{20.0, DiskClass::ample}, std::pair{19.9, DiskClass::low}, std::pair{10.0, DiskClass::low},
        std::pair{9.9, DiskClass::no_readings}, std::pair{5.0, DiskClass::no_readings},
        std::pair{4.9, DiskClass::critical}}) {
    CAPTURE(percent);
    disk.free_percent(percent);
    CHECK(watch.look() == found);
  }
}

TEST_CASE("a disk at a mark does not change class with each octet", "[protocol][journal][disk][X11]") {
  Disk disk;
  disk.free_percent(9.9);
  DiskWatch watch = disk.watch();
  CHECK(watch.disk_class() == DiskClass::no_readings);
  disk.free_percent(10.5);
  CHECK(watch.look() == DiskClass::no_readings);
  disk.free_percent(11.1);
  CHECK(watch.look() == DiskClass::low);
  disk.free_percent(21.1);
  CHECK(watch.look() == DiskClass::ample);
}

TEST_CASE("a disk that cannot be measured is as it was", "[protocol][journal][disk][X11]") {
  Disk disk;
  disk.free_percent(4);
  DiskWatch watch = disk.watch();
  disk.space.reset();
  CHECK(watch.look() == DiskClass::critical);
}

TEST_CASE("the reserve is really there, and is given up when the disk is full",
          "[protocol][journal][disk][X11]") {
  Disk disk;
  DiskWatch watch = disk.watch();
  REQUIRE(watch.holds_reserve());
  CHECK(std::filesystem::file_size(disk.reserve) == mib);
  disk.free_percent(4);
  watch.look();
  CHECK(watch.holds_reserve());  // Little room is not none.
  CHECK_FALSE(watch.release_if_full());
  disk.space->free = DiskWatch::full_octets - 1;
  CHECK(watch.look() == DiskClass::critical);
  CHECK_FALSE(watch.holds_reserve());
  CHECK_FALSE(std::filesystem::exists(disk.reserve));
}

TEST_CASE("a write that failed for want of room gives the reserve up, and any other does not",
          "[protocol][journal][disk][X11]") {
  Disk disk;
  DiskWatch watch = disk.watch();
  CHECK_FALSE(watch.release_if_full());
  disk.space->free = 0;
  CHECK(watch.release_if_full());
  CHECK_FALSE(watch.release_if_full());  // There is no second one.
}

TEST_CASE("a reserve is made again when there is room for it, and not before",
          "[protocol][journal][disk][X11]") {
  Disk disk;
  disk.space->free = 0;
  DiskWatch watch = disk.watch();
  CHECK_FALSE(watch.holds_reserve());
  disk.free_percent(5.5);
  watch.look();
  CHECK_FALSE(watch.holds_reserve());
  disk.free_percent(7);
  watch.look();
  CHECK(watch.holds_reserve());
}

TEST_CASE("a reserve outlives the process, and a start on a full disk gives it up",
          "[protocol][journal][disk][X11]") {
  Disk disk;
  { DiskWatch first = disk.watch(); }
  CHECK(disk.watch().holds_reserve());
  disk.space->free = 0;
  CHECK_FALSE(disk.watch().holds_reserve());
  CHECK_FALSE(std::filesystem::exists(disk.reserve));
}

TEST_CASE("the file system of a folder says what it has", "[protocol][journal][disk]") {
  const auto space = disk_under(std::filesystem::temp_directory_path())();
  REQUIRE(space);
  CHECK(space->total > 0);
  CHECK(space->free <= space->total);
  CHECK_FALSE(disk_under("/nowhere/at/all")());
}

TEST_CASE("who is about to need more than there is gets the reserve before",
          "[protocol][journal][disk][X11]") {
  Disk disk;
  DiskWatch watch = disk.watch();
  REQUIRE(watch.holds_reserve());
  disk.space->free = 20 * mib;
  CHECK_FALSE(watch.release_if_full());
  CHECK_FALSE(watch.release_below(20 * mib));
  CHECK(watch.release_below(DiskWatch::full_octets + 30 * mib));
  CHECK_FALSE(watch.holds_reserve());
  CHECK_FALSE(std::filesystem::exists(disk.reserve));
}

TEST_CASE("what several logs need to be written once more is counted together",
          "[protocol][journal][disk][X11]") {
  Disk disk;
  DiskWatch watch = disk.watch();
  REQUIRE(watch.holds_reserve());
  const std::filesystem::path journal = disk.folder / "journal.db", views = disk.folder / "views.db";
  disk.space->free = DiskWatch::full_octets + 3 * mib;
  watch.make_room_to_open({journal, views});  // Neither has a log.
  CHECK(watch.holds_reserve());
  for (const std::filesystem::path& database : {journal, views}) {
    std::ofstream(database.string() + "-wal") << std::string(2 * mib, ' ');
    CHECK(watch.holds_reserve());
    watch.make_room_to_open({journal, views});
  }
  CHECK_FALSE(watch.holds_reserve());
}

}  // namespace
}  // namespace feldsher
