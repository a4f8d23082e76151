#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/network.hpp"

namespace feldsher::testing {
namespace {

constexpr int day_s = 24 * 60 * 60;

/// A point that knows a patient of today and one of next month.
struct Days : Network {
  Days() : point(add_point("Embankment")) {
    const Uuid gp = clinic->service("General practitioner"), ada = clinic->doctor("Ada");
    const Uuid room = clinic->room("12");
    olena = clinic->patient("Олена");
    ivan = clinic->patient("Іван", "+380501112233", "1960-01-02");
    clinic->appointment(olena, clinic->shift(ada, room), gp, 60);
    const std::int64_t later = 40 * day_s / 60;
    clinic->appointment(ivan, clinic->shift(ada, room, later, later + 480), gp, later + 60);
    come_back();
  }
  void come_back() {
    connect(point);
    settle();
    pass_seconds(12);
    REQUIRE(point.live());
  }
  void pass_days(int days) {
    for (VirtualClock* each : {&clock, &point.clock}) each->pass_ms(days * day_s * 1000LL);
    central->tick();
    point.node->tick();
    settle();
    come_back();
  }
  std::size_t days_said() {
    std::size_t count = 0;
    store.replay(0, [&](std::uint64_t, Record&& record) { count += record.subject.type == v1::DAY; });
    return count;
  }
  bool knows(const Uuid& patient) { return point.node->state().patients.find(patient); }
  sync::FeedLog& feed() { return central->feed_of(point.identity.node); }

  Box& point;
  Uuid olena, ivan;
};

}  // namespace

TEST_CASE("as days pass people leave a point and others come, and both sides agree", "[central][node][X5]") {
  Days net;
  CHECK(net.knows(net.olena));
  CHECK_FALSE(net.knows(net.ivan));
  net.pass_days(8);
  CHECK_FALSE(net.knows(net.olena));
  net.pass_days(2);
  CHECK(net.knows(net.ivan));
  CHECK(net.same_state(net.point));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
  CHECK(net.central->state().patients.find(net.olena));
}

TEST_CASE("a restarted central goes on with the same feed, whatever days have passed",
          "[central][node][X5][N10]") {
  Days net;
  net.pass_days(9);
  const std::uint64_t epoch = net.feed().epoch(), last = net.feed().last();
  const Digest scope = net.feed().scope().hash();
  const std::uint64_t intake = net.central->intake();
  net.restart_central();
  CHECK(net.feed().epoch() == epoch);
  CHECK(net.feed().last() == last);
  CHECK(net.feed().scope().hash() == scope);
  net.come_back();
  CHECK(net.central->intake() == intake);  // This day was said already.
  CHECK(net.point.node->link().feed().epoch() == epoch);
  CHECK(net.same_state(net.point));
}

TEST_CASE("a central that was away for weeks says the present day only", "[central][node][X5]") {
  Days net;
  REQUIRE(net.days_said() == 1);
  net.restart_central();
  net.pass_days(20);
  CHECK(net.days_said() == 2);
  CHECK_FALSE(net.knows(net.olena));
  CHECK(net.knows(net.ivan));
}

}  // namespace feldsher::testing
