#include "central/serve/folder_disk.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <vector>

#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::central {
namespace {

constexpr std::uint64_t mib_of_disk = 1024 * 1024;

/// A central's folder on a disk of 10 GiB that holds what the test says.
struct SmallDisk {
  FolderDisk disk() {
    return FolderDisk(loop, folder, [this] { return std::optional(space); });
  }
  void free_mib(std::uint64_t free) { space.free = free * mib_of_disk; }

  test::Folder place;
  CentralFolder folder = CentralFolder::plan(place.path(), {});
  boost::asio::io_context loop;
  DiskSpace space{9'000 * mib_of_disk, 10'240 * mib_of_disk};
};

}  // namespace

TEST_CASE("central hears of its disk at the start when it is not ample, and at each change",
          "[central][serve][disk][X11]") {
  SmallDisk small;
  small.free_mib(900);
  FolderDisk disk = small.disk();
  std::vector<DiskClass> told;
  disk.on_change = [&](DiskClass found) { told.push_back(found); };
  disk.begin();
  CHECK(told == std::vector{DiskClass::no_readings});
  disk.look();
  CHECK(told.size() == 1);
  small.free_mib(400);
  disk.look();
  small.free_mib(9'000);
  disk.look();
  disk.look();
  CHECK(told == std::vector{DiskClass::no_readings, DiskClass::critical, DiskClass::ample});
  CHECK(disk.space().free == 9'000 * mib_of_disk);
  disk.stop();
  CHECK(small.loop.run() == 1);  // The look that was to come, and no other after it.
}

TEST_CASE("a start on a full disk has the room of the reserve for both of central's logs",
          "[central][serve][disk][X11]") {
  SmallDisk small;
  { REQUIRE(small.disk().holds_reserve()); }
  small.space.free = DiskWatch::full_octets + 3 * mib_of_disk;
  CHECK(small.disk().holds_reserve());
  for (const auto& database : {small.folder.journal(), small.folder.views()})
    std::ofstream(database.string() + "-wal") << std::string(2 * mib_of_disk, ' ');
  CHECK_FALSE(small.disk().holds_reserve());
  CHECK_FALSE(std::filesystem::exists(small.folder.reserve()));
}

TEST_CASE("a failed write gives the reserve up when it failed for want of room",
          "[central][serve][disk][X11]") {
  SmallDisk small;
  FolderDisk disk = small.disk();
  disk.write_failed();
  CHECK(disk.holds_reserve());
  small.free_mib(0);
  disk.write_failed();
  CHECK_FALSE(disk.holds_reserve());
}

}  // namespace feldsher::central
