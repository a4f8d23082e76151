#include "devices/virtual/config.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "protocol/record/result.hpp"
#include "tests/unit/protocol/bus/broker.hpp"

using namespace feldsher;
using namespace feldsher::virtual_world;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {
const std::string wearables = "broker = \"tcp://127.0.0.1:1\"\nledger = \"l.jsonl\"\n";
}

TEST_CASE("the printed configuration is read, and beside itself", "[devices][virtual]") {
  test::ThrowawayFolder folder;
  const auto one = read_wearables_config(folder.write("w.toml", wearables_manual()));
  CHECK(one.interval_ms == 1000);
  CHECK(one.ledger == folder.file("wearables.jsonl"));
  const auto day = read_day_config(folder.write("d.toml", day_manual()));
  CHECK(day.point == "embankment");
  CHECK(day.terminals == folder.file("terminals"));
  CHECK(day.walk_in_seconds == 0);
  CHECK(day.yield_seconds == 0);
}

TEST_CASE("a key misspelt is an error with its line", "[devices][virtual][O6]") {
  test::ThrowawayFolder folder;
  const auto says = [&](const std::string& more, const std::string& what) {
    CHECK_THROWS_MATCHES(read_wearables_config(folder.write("w.toml", wearables + more)), Fault,
                         MessageMatches(ContainsSubstring(what)));
  };
  says("intervall_ms = 5\n", "w.toml:3: unknown key \"intervall_ms\"");
  says("interval_ms = \"5\"\n", "w.toml:3: \"interval_ms\" must be a whole number from 1 on");
  says("interval_ms = 0\n", "w.toml:3:");
  says("devices = [\"x\"]\n", "must be a list of UUIDs");
  says("seed = \n", "w.toml:3:");
  CHECK_THROWS_MATCHES(
      read_wearables_config(folder.write("w.toml", "broker = \"ssl://x:1\"\nledger = \"l\"\n")), Fault,
      MessageMatches(ContainsSubstring("\"ca\" is missing")));
  CHECK_THROWS_AS(read_day_config(folder.file("nowhere.toml")), Fault);
}
