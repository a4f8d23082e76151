// Views whose file cannot be used are not views that are damaged.
#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>

#include "central/store/views_file.hpp"
#include "tests/unit/central/history/point_journal.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::test {
namespace {

/// No file of this process grows beyond so many octets, as on a disk that is full.
class NoRoom {
 public:
  explicit NoRoom(rlim_t octets) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = octets;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~NoRoom() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, SIG_DFL);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

 private:
  rlimit before_{};
};

/// What a central leaves that was killed: views with all that they hold in their log.
struct Killed {
  Killed() {
    core.start();
    core.load(clinic_text());
    std::vector<Record> records;
    core.store.replay(0, [&](std::uint64_t, Record&& record) { records.push_back(std::move(record)); });
    const auto alive = folder.path() / "alive" / "views.db";
    std::filesystem::create_directories(alive.parent_path());
    central::ViewsFile running(alive, key, core.node.id());
    running.project(records);
    position = running.position();
    for (const char* tail : {"", "-wal"})
      std::filesystem::copy_file(alive.string() + tail, views.string() + tail);
  }
  std::uint64_t open() { return central::ViewsFile(views, key, core.node.id()).position(); }

  Folder folder;
  CoreWorld core;
  DatabaseKey key = DatabaseKey::make(core.random);
  std::filesystem::path views = folder.path() / "views.db";
  std::uint64_t position = 0;
};

}  // namespace

TEST_CASE("views that a full disk does not let open are said to be that, and stay",
          "[central][history][disk][X11]") {
  Killed central;
  REQUIRE(central.position > 0);
  const auto log = std::filesystem::file_size(central.views.string() + "-wal");
  REQUIRE(log > 64 * 1024);
  {
    const NoRoom full(log / 2);
    CHECK_THROWS_AS(central.open(), sqlcipher::NoAccess);
  }
  CHECK(std::filesystem::file_size(central.views.string() + "-wal") == log);
  CHECK_FALSE(std::filesystem::exists(central.views.string() + "-renewed"));  // It takes room.
  CHECK(central.open() == central.position);
}

}  // namespace feldsher::test
