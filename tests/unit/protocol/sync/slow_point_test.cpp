// What is handed back to a point over a line on which one record takes longer than the point waits at first.
#include "one_point.hpp"

namespace feldsher::testing {
namespace {

/// A point whose disk was put back to how it was before its last acts and readings, on a line that is as
/// quick as any upward and takes its time with each part downward; what follows a part waits.
struct SlowPoint : OnePoint {
  SlowPoint() {
    const MemoryStore backup = point.store;
    for (int i = 0; i < 3; ++i) ticket();
    for (int i = 0; i < 3; ++i) reading(point);
    settle();
    cut(point);
    point.node.reset();
    point.store = backup;
    restart(point);
    lose = [this](v1::Frame& frame) {
      if (frame.has_restore()) crossing = frame;
      return frame.has_restore() || (crossing && frame.has_heartbeat() && !points_turn);
    };
  }
  bool restoring() { return point.node->link().phase() == sync::PointLink::Phase::restoring; }
  void pass_second() {
    clock.pass_ms(1000);
    central->tick();
    point.clock.pass_ms(1000);
    points_turn = true;
    point.node->tick();
    points_turn = false;
    settle();
  }
  /// How many lines it takes until the point is back, of at most ten, when each part takes so long.
  int lines(int seconds) {
    for (int count = 1; count <= 10; ++count) {
      crossing.reset();
      reconnect(point);
      while (restoring()) {
        for (int second = 0; second < seconds && restoring(); ++second) pass_second();
        if (!restoring()) break;
        REQUIRE(crossing);
        ++parts;
        const v1::Frame part = *std::exchange(crossing, std::nullopt);
        point.node->link().receive(part, point.node->now());
        settle();
        // Central's question behind the part, which says that it is there.
        for (int second = 0; second < 10 && restoring() && !crossing; ++second) pass_second();
      }
      if (point.live()) return count;
    }
    return 11;
  }

  std::optional<v1::Frame> crossing;
  bool points_turn = false;
  int parts = 0;
};

}  // namespace

TEST_CASE("a restore that came to a halt is waited for twice as long on the next line",
          "[protocol][sync][N10]") {
  SlowPoint net;
  CHECK(net.lines(10) == 1);
  SlowPoint slower;
  CHECK(slower.lines(16) == 2);
  CHECK(slower.parts == 2);  // Acts, and readings: the second does not find it impatient again.
  CHECK(slower.same_state(slower.point));
}

TEST_CASE("neither side takes the other for gone while a record crosses for minutes",
          "[protocol][sync][N10]") {
  SlowPoint net;
  CHECK(net.lines(200) == 5);
  CHECK(net.parts == 2);
  CHECK(net.same_state(net.point));
}

TEST_CASE("a part that is lost ends the line soon, although central answers meanwhile",
          "[protocol][sync][N10]") {
  SlowPoint net;
  net.lose = [](v1::Frame& frame) { return frame.has_restore(); };
  net.reconnect(net.point);
  REQUIRE(net.restoring());
  net.pass_seconds(until_resent_s);
  CHECK_FALSE(net.restoring());
}

TEST_CASE("patience with a restore has an end, however often one came to a halt", "[protocol][sync]") {
  SlowPoint net;
  CHECK(net.lines(1'000) > 10);
  net.reconnect(net.point);
  for (int second = 0; second < 481; ++second) net.pass_second();
  CHECK_FALSE(net.restoring());
}

}  // namespace feldsher::testing
