#include "central/feed/day_rule.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/civil/days.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::central {
namespace {

using testing::monday_8;
using testing::ms_a_minute;

/// What central knows when it asks whether a day is due.
struct Calendar {
  Calendar() { clinic.found_point("Embankment", testing::point_node_of_tests); }
  Instant at(std::int64_t minutes, v1::Trust trust = v1::SYNCHRONISED) const {
    return {.wall_ms = (monday_8 + minutes) * ms_a_minute, .since_boot_ms = 1, .boot = 1, .trust = trust};
  }
  /// Writes the day that is due; empty when none is.
  std::string turn(std::int64_t minutes) {
    const auto draft = day_due(state, at(minutes));
    if (!draft) return "";
    state.apply(pen.write(*draft));
    return state.today()->day();
  }

  NetworkState state{testing::central_of_tests};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  testing::Clinic clinic{[this](const Draft& draft) { state.apply(pen.write(draft)); }};
};

}  // namespace

TEST_CASE("central says each day once, and after days away only the present one", "[central][feed][X5]") {
  Calendar net;
  CHECK(net.turn(0) == "2026-11-23");
  CHECK(net.turn(1).empty());
  CHECK(net.turn(16 * 60 - 1).empty());
  CHECK(net.turn(16 * 60) == "2026-11-24");  // Midnight in Kyiv.
  CHECK(net.turn(10 * minutes_a_day) == "2026-12-03");
  CHECK(net.state.today()->minute() == monday_8 - 8 * 60 + 10 * minutes_a_day);
}

TEST_CASE("a clock put right by little takes no day back, one that was days ahead does",
          "[central][feed][X5]") {
  Calendar net;
  CHECK(net.turn(16 * 60) == "2026-11-24");
  CHECK(net.turn(16 * 60 - 1).empty());
  CHECK(net.turn(400 * minutes_a_day) == "2027-12-28");
  CHECK(net.turn(minutes_a_day) == "2026-11-24");
}

TEST_CASE("no day is said without a point, or by a clock that nobody set", "[central][feed][X5]") {
  const NetworkState empty(testing::central_of_tests);
  Calendar net;
  CHECK_FALSE(day_due(empty, net.at(0)));
  CHECK_FALSE(day_due(net.state, net.at(0, v1::TRUST_UNSET)));
  CHECK(day_due(net.state, net.at(0, v1::FREE_RUNNING)));
}

TEST_CASE("days are counted over months and years", "[protocol][civil]") {
  CHECK(days_after("2026-11-23", 0) == "2026-11-23");
  CHECK(days_after("2026-11-23", -30) == "2026-10-24");
  CHECK(days_after("2026-12-31", 1) == "2027-01-01");
  CHECK(days_after("2028-03-01", -1) == "2028-02-29");
  CHECK(days_after("2026-02-30", 1).empty());
  CHECK(days_after("", 1).empty());
}

}  // namespace feldsher::central
