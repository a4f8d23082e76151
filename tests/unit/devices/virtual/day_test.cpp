#include "devices/virtual/day.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <set>

#include "devices/virtual/seeded_random.hpp"
#include "tests/unit/devices/virtual/small_agent.hpp"
#include "tests/unit/devices/virtual/small_clinic.hpp"

using namespace feldsher;
using namespace feldsher::virtual_world;

TEST_CASE("a day ends with everybody served, whatever is lost on the way", "[devices][virtual][O1]") {
  const auto seed = GENERATE(range(1u, 25u));
  const bool lossy = seed % 2 == 0;
  INFO("seed " << seed << (lossy ? ", half of all messages lost, the agent dies twice" : ""));
  const auto plan = read_day_plan(test::small_clinic, "lindens", "");
  SeededRandom random(seed), ids(seed + 1000), fate(seed + 2000);
  std::int64_t now = 50'000;
  Day day(plan, random, ids, now, 20);
  test::SmallAgent agent;
  std::map<std::string, int> events;
  std::map<std::string, std::set<std::string>> subjects;
  int steps = 0;
  for (; !day.over(); ++steps) {
    REQUIRE(steps < 10'000);
    day.tick(now += 50);
    if (lossy && (steps == 100 || steps == 250)) agent.die();
    for (const auto& outgoing : day.take_asks()) {
      if (fate.below(10) == 0) {
        day.not_sent(outgoing.id);
        continue;
      }
      v1::Ask ask;
      REQUIRE(ask.ParseFromString(outgoing.octets));
      CHECK(ask.id().size() == 16);
      if (lossy && fate.below(4) == 0) continue;
      const auto answer = agent.answer(outgoing.terminal, ask);
      if (lossy && fate.below(3) == 0) continue;
      day.answered(outgoing.terminal, answer);
      if (fate.below(5) == 0) day.answered(outgoing.terminal, answer);  // Once more: nobody waits for it.
    }
    if (!lossy || fate.below(3) > 0) day.board(agent.board());
    for (const auto& line : day.take_lines()) {
      const std::string event(line.at("event").as_string().c_str());
      ++events[event];
      if (const auto* ticket = line.if_contains("ticket")) {
        CHECK(subjects[event].insert(ticket->as_string().c_str()).second);  // Nothing is told twice.
      }
    }
  }
  CHECK(events["checked_in"] == 3);
  CHECK(agent.tickets_.size() == 3);
  CHECK(events["surveyed"] == 3);
  CHECK(agent.surveys_ == 3);
  CHECK(static_cast<std::size_t>(events["booked"]) == agent.bookings_);
  if (!lossy) {
    CHECK(events["booked"] > 5);
    CHECK(events["called"] == 3);
    CHECK(events["served"] == 3);
    CHECK(events["finished"] == 3);
    CHECK(events["refused"] == 0);
    CHECK(steps < 1000);
  }
}
