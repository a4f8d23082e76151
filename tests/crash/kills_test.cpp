// Processes on the disk of this machine, killed with -9.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/crash/kills.hpp"

namespace feldsher::crash {

TEST_CASE("a first start that is killed with -9 at any moment is made good by the next",
          "[crash][kill][X11]") {
  const KillResult result =
      kill_for_real({.program = FELDSHER_CRASH, .kills = 12, .seed = 5, .script = "first-start"});
  for (const Found& found : result.found) FAIL_CHECK(found.what);
  CHECK(result.kills() == 12);
}

TEST_CASE("processes that answer early, or write halves, are found out by kill -9", "[crash][kill][X11]") {
  const std::string bug = GENERATE(as<std::string>(), "early-answer", "half-transactions");
  INFO(bug);
  const KillResult result = kill_for_real(
      {.program = FELDSHER_CRASH, .kills = 200, .seed = 3, .script = "acts", .bug = bug, .failures = 1});
  REQUIRE(result.found.size() == 1);
  CHECK(result.found[0].command.find("--break " + bug) != std::string::npos);
}

}  // namespace feldsher::crash
