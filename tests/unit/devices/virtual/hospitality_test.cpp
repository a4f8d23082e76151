#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <map>

#include "devices/virtual/day.hpp"
#include "devices/virtual/seeded_random.hpp"
#include "tests/unit/devices/virtual/small_agent.hpp"
#include "tests/unit/devices/virtual/small_clinic.hpp"

using namespace feldsher;
using namespace feldsher::virtual_world;

namespace {

/// A day and its agent on a good line, and a person who comes to one of the terminals.
class SmallPoint {
 public:
  explicit SmallPoint(const Hospitality& hospitality, std::int64_t seconds = 20)
      : plan_(read_day_plan(test::small_clinic, "lindens", "")),
        day_(plan_, random_, ids_, now_, seconds, hospitality) {}

  void play(
      std::int64_t ms, const std::function<void()>& each = [] {}) {
    for (const auto until = now_ + ms; now_ < until; each()) {
      day_.tick(now_ += 50);
      for (const auto& outgoing : day_.take_asks()) {
        v1::Ask ask;
        REQUIRE(ask.ParseFromString(outgoing.octets));
        day_.answered(outgoing.terminal, agent_.answer(outgoing.terminal, ask));
      }
      day_.board(agent_.board());
      for (const auto& line : day_.take_lines()) ++events_[std::string(line.at("event").as_string())];
    }
  }
  /// The window asks; what it hears, the day hears too.
  v1::Answer window_asks(const std::string& terminal, v1::Ask ask) {
    ask.set_id("the window: " + std::to_string(1000 + asked_++));
    const auto answer = agent_.answer(terminal, ask);
    day_.answered(terminal, answer);
    return answer;
  }
  Octets person_signs_in(const std::string& terminal) {
    v1::Ask ask;
    ask.mutable_sign_in();
    return window_asks(terminal, ask).signed_in().session();
  }
  v1::AskRefusal person_looks(const std::string& terminal, const Octets& session) {
    v1::Ask ask;
    ask.set_session(session);
    ask.mutable_room();
    return window_asks(terminal, ask).refusal();
  }

  std::int64_t now_ = 50'000;
  SeededRandom random_{1}, ids_{2};
  DayPlan plan_;
  Day day_;
  test::SmallAgent agent_;
  std::map<std::string, int> events_;
  int asked_ = 0;
};

constexpr std::int64_t yield_ms = 90'000, minute_ms = 60'000;

}  // namespace

TEST_CASE("whoever signs in at a terminal keeps it", "[devices][virtual]") {
  for (const std::string terminal : {"room-1", "reception-1"}) {
    INFO(terminal);
    SmallPoint point({.yield_ms = yield_ms}, 3600);
    point.play(3'000);
    const auto of_the_day = point.agent_.session_at(terminal);
    CHECK_FALSE(of_the_day.empty());
    const auto mine = point.person_signs_in(terminal);
    CHECK(mine != of_the_day);

    // Reads for ten minutes; the window looks by itself, once a minute. Meanwhile an agent dies, too.
    for (int minute = 0; minute < 10; ++minute) {
      point.play(minute_ms, [&] { REQUIRE(point.agent_.session_at(terminal) == mine); });
      REQUIRE(point.person_looks(terminal, mine) == v1::ASK_GRANTED);
    }
    point.agent_.die();
    CHECK(point.person_looks(terminal, mine) == v1::ASK_NOT_SIGNED_IN);
    point.play(minute_ms, [&] { REQUIRE(point.agent_.session_at(terminal).empty()); });
    CHECK_FALSE(point.person_signs_in(terminal).empty());
  }
}

TEST_CASE("a terminal that a person has left is the day's again", "[devices][virtual]") {
  SmallPoint point({.yield_ms = yield_ms});
  point.play(3'000);
  const auto mine = point.person_signs_in("room-1");
  point.play(yield_ms - 1'000, [&] { REQUIRE(point.agent_.session_at("room-1") == mine); });
  CHECK_FALSE(point.day_.over());
  point.play(minute_ms);
  CHECK(point.agent_.session_at("room-1") != mine);
  CHECK(point.day_.over());
  CHECK(point.events_["finished"] == 3);
}

TEST_CASE("a window that only shows who works here keeps nobody off", "[devices][virtual]") {
  SmallPoint point({.yield_ms = yield_ms});
  const auto looks = [&] {
    v1::Answer catalogue;
    catalogue.set_ask("the window: catalogue");
    catalogue.mutable_catalogue();
    point.day_.answered("room-1", catalogue);
    CHECK(point.person_looks("room-1", "") == v1::ASK_NOT_SIGNED_IN);
  };
  looks();
  point.play(minute_ms, looks);
  CHECK(point.day_.over());
}

TEST_CASE("a day that is to yield nothing takes its terminals back", "[devices][virtual]") {
  SmallPoint point({});
  point.play(3'000);
  const auto mine = point.person_signs_in("room-1");
  point.play(5'000);
  CHECK(point.agent_.session_at("room-1") != mine);
}

TEST_CASE("people go on walking in when a day has no end", "[devices][virtual]") {
  SmallPoint point({.yield_ms = yield_ms, .walk_in_ms = 10'000});
  point.play(10 * minute_ms);
  CHECK_FALSE(point.day_.over());
  const auto come = point.events_["checked_in"];
  CHECK(come > 20);
  CHECK(point.events_["finished"] >= come - 8);

  // Somebody whom the day does not know is called like all others.
  point.agent_.tickets_["Z001"] = v1::TICKET_WAITING;
  point.play(minute_ms);
  CHECK(point.agent_.tickets_["Z001"] == v1::TICKET_FINISHED);

  // A waiting room that is not served does not fill without end.
  const auto mine = point.person_signs_in("room-1");
  for (int minute = 0; minute < 20; ++minute) {
    point.play(minute_ms);
    CHECK(point.person_looks("room-1", mine) == v1::ASK_GRANTED);
  }
  CHECK(point.agent_.board().waiting_size() <= 8);
  CHECK(point.agent_.board().waiting_size() > 3);
}
