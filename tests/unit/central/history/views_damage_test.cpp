// Views that are damaged come again from the journal, wherever the damage lies.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <fstream>

#include "central/store/views.hpp"
#include "central/store/views_file.hpp"
#include "tests/unit/central/commands/core_world.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"
#include "tests/unit/protocol/journal/bad_sector.hpp"

namespace feldsher::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

/// A central that was stopped, and its views.
struct Stopped {
  Stopped() {
    core.start();
    core.load(clinic_text());
    core.store.replay(0, [&](std::uint64_t, Record&& record) { records.push_back(std::move(record)); });
    central::ViewsFile file(place.file, place.key, place.central);
    file.project(records);
    file.checkpoint();
  }
  /// Garbage in every page but the two that opening reads.
  void damage() const {
    constexpr std::streamoff page = 4096;
    std::fstream file(place.file, std::ios::binary | std::ios::in | std::ios::out);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(place.file));
    REQUIRE(size > 4 * page);
    for (std::streamoff at = 2 * page; at < size; at += page) file.seekp(at + 100).write("garbage", 7);
  }
  std::uint64_t position() { return central::ViewsFile(place.file, place.key, place.central).position(); }

  Folder folder;
  CoreWorld core;
  std::vector<Record> records;
  central::Views::Place place{
      .file = folder.path() / "views.db", .key = DatabaseKey::make(core.random), .central = core.node.id()};
};

/// Central's start, as far as the views are concerned.
struct Start {
  explicit Start(const Stopped& central) : views(central.place, loop.get_executor(), told()) {
    views.expect(central.records.size());
    found_at = views.position();
    for (std::uint64_t intake = 1; const Record& record : central.records) views.project(intake++, record);
  }
  std::function<void(const std::string&)> told() {
    return [this](const std::string& what) { fault = what; };
  }
  /// How many patients they find; nothing when they end instead.
  std::optional<std::size_t> found() {
    std::optional<std::size_t> count;
    views.patients("", false, 100, [&](const auto& patients) { count = patients.size(); });
    const auto work = boost::asio::make_work_guard(loop);
    while (!count && fault.empty() && loop.run_one_for(std::chrono::seconds(20)) > 0) {
    }
    return count;
  }

  boost::asio::io_context loop{1};
  std::string fault;
  central::Views views;
  std::uint64_t found_at = 0;
};

}  // namespace

TEST_CASE("damage that a question meets ends the run once, and the next start makes the views anew",
          "[central][history][disk][X11]") {
  Stopped central;
  central.damage();
  {
    Start first(central);
    CHECK(first.found_at == central.records.size());
    CHECK_FALSE(first.found());
    CHECK_THAT(first.fault, StartsWith("views.db was damaged") && ContainsSubstring("a page is damaged"));
  }
  Start next(central);
  CHECK(next.found_at == 0);
  CHECK(next.found() == 2);
  CHECK(next.fault.empty());
  CHECK(next.views.position() == central.records.size());
}

TEST_CASE("damage that a record meets ends the run once, too", "[central][history][disk][X11]") {
  Stopped central;
  const Record more = central.records.back();
  central.damage();
  {
    Start first(central);
    first.views.project(central.records.size() + 1, more);
    CHECK_FALSE(first.found());
    CHECK_THAT(first.fault, StartsWith("views.db was damaged"));
  }
  CHECK(Start(central).found() == 2);
}

TEST_CASE("damaged views that have seen more than the journal holds begin again",
          "[central][history][disk][X11]") {
  Stopped central;
  central.damage();
  central.records.resize(3);
  Start start(central);
  CHECK(start.found_at == 0);
  CHECK(start.found());
  CHECK(start.views.position() == 3);
}

TEST_CASE("views with a sector that cannot be read are made anew", "[central][history][disk][X11]") {
  Stopped central;
  SECTION("at the beginning of the file") {
    const testing::BadSector bad(central.place.file, 90);
    CHECK(central.position() == 0);
    CHECK(bad.met() > 0);
  }
  SECTION("in the schema") {
    const testing::BadSector bad(central.place.file, 2000, 1);
    CHECK(central.position() == 0);
    CHECK(bad.met() > 0);
  }
  SECTION("in the log") {
    const auto alive = central.folder.path() / "alive" / "views.db";
    std::filesystem::create_directory(alive.parent_path());
    {
      central::ViewsFile running(alive, central.place.key, central.place.central);
      running.project(central.records);
      for (const char* tail : {"", "-wal"})
        std::filesystem::copy_file(alive.string() + tail, central.place.file.string() + tail,
                                   std::filesystem::copy_options::overwrite_existing);
    }
    const testing::BadSector bad(central.place.file.string() + "-wal", 5000);
    CHECK(central.position() == 0);
    CHECK(bad.met() > 0);
  }
}

}  // namespace feldsher::test
