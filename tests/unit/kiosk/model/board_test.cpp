#include <catch2/catch_test_macros.hpp>

#include "desk_double.hpp"
#include "kiosk/model/board.hpp"

namespace feldsher::kiosk {
namespace {

v1::BoardSnapshot called(std::uint64_t version, std::vector<std::pair<std::string, std::uint32_t>> tickets) {
  v1::BoardSnapshot board;
  board.set_agent_boot(1);
  board.set_version(version);
  for (const auto& [label, call] : tickets) {
    auto* one = board.add_called();
    one->set_label(label);
    one->set_room_label("12");
    one->set_call(call);
  }
  return board;
}

TEST_CASE("each call of each ticket is announced once", "[kiosk][Q1]") {
  Bench<Board> bench;
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(1, {}));
  bench.on(called(2, {{"A014", 1}}));
  REQUIRE(bench.model.announcing());
  CHECK(bench.model.announcing()->label == "A014");
  bench.pass(seconds(9));
  CHECK_FALSE(bench.model.announcing());
  bench.on(called(3, {{"A014", 1}}));
  CHECK_FALSE(bench.model.announcing());
  bench.on(called(4, {{"A014", 2}}));
  CHECK(bench.model.announcing());
  CHECK(bench.model.announced() == 2);
}

TEST_CASE("two calls at once are announced one after the other, the earlier first", "[kiosk][Q1]") {
  Bench<Board> bench;
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(1, {}));
  bench.on(called(2, {{"B002", 1}, {"A001", 1}}));
  CHECK(bench.model.announcing()->label == "A001");
  bench.pass(seconds(9));
  CHECK(bench.model.announcing()->label == "B002");
}

TEST_CASE("what was called before the board started is shown, not announced", "[kiosk][Q1]") {
  Bench<Board> bench;
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(1, {{"A014", 3}}));
  CHECK_FALSE(bench.model.announcing());
  CHECK(bench.model.snapshot().called_size() == 1);
}

TEST_CASE("a skipped ticket that is called again is a new call", "[kiosk][Q1]") {
  Bench<Board> bench;
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(1, {{"A014", 1}}));
  auto skipped = called(2, {});
  skipped.add_waiting()->set_label("A014");
  bench.on(skipped).on(called(3, {{"A014", 1}}));
  CHECK_FALSE(bench.model.announcing());
  bench.on(called(4, {{"A014", 2}}));
  CHECK(bench.model.announcing());
}

TEST_CASE("a silent desk stops announcements until it is heard again", "[kiosk][K5]") {
  Bench<Board> bench;
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(1, {}));
  bench.alive = false;
  bench.pass(seconds(14));
  CHECK_FALSE(bench.model.silent(bench.now));
  bench.pass(seconds(2));
  CHECK(bench.model.silent(bench.now));
  bench.on(called(2, {{"A014", 1}}));
  CHECK_FALSE(bench.model.announcing());
  bench.on(bench.desk.pulse());
  CHECK_FALSE(bench.model.silent(bench.now));
  CHECK_FALSE(bench.model.announcing());
  bench.on(called(3, {{"A014", 1}, {"A015", 1}}));
  REQUIRE(bench.model.announcing());
  CHECK(bench.model.announcing()->label == "A015");
  CHECK(bench.model.announced() == 1);
}

TEST_CASE("a board speaks each of its languages in turn, and changes none amid an announcement",
          "[kiosk][Q1][O6]") {
  Settings settings;
  settings.language = "ru";
  settings.languages = {"uk", "ru", "en"};
  Bench<Board> bench(settings);
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(1, {}));
  const auto hears = [&](std::size_t turns) {
    std::vector<std::string> spoken;
    for (std::size_t i = 0; i < turns; ++i) {
      spoken.push_back(bench.model.language());
      bench.pass(seconds(20));
    }
    return spoken;
  };
  CHECK(hears(4) == std::vector<std::string>{"ru", "en", "uk", "ru"});
  CHECK(bench.model.language() == "en");
  bench.pass(seconds(15)).on(called(2, {{"A014", 1}}));
  REQUIRE(bench.model.announcing());
  bench.pass(seconds(7));
  CHECK(bench.model.language() == "en");
  bench.pass(seconds(2));
  CHECK_FALSE(bench.model.announcing());
  CHECK(bench.model.language() == "uk");
}

TEST_CASE("a board of one language speaks that one", "[kiosk][O6]") {
  Settings settings;
  settings.language = "uk";
  settings.languages = {"uk"};
  Bench<Board> bench(settings);
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(1, {})).pass(seconds(70));
  CHECK(bench.model.language() == "uk");
}

TEST_CASE("an older snapshot that comes late changes nothing", "[kiosk][K5]") {
  Bench<Board> bench;
  bench.on(Connection{true}).on(bench.desk.pulse()).on(called(5, {{"A014", 1}})).on(called(4, {}));
  CHECK(bench.model.snapshot().called_size() == 1);
  auto reborn = called(1, {});
  reborn.set_agent_boot(2);
  bench.on(reborn);
  CHECK(bench.model.snapshot().called_size() == 0);
}

}  // namespace
}  // namespace feldsher::kiosk
