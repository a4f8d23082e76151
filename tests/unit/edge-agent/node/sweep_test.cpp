// The daily drop of what is past: in portions, between which people are served and a process may die.
#include "point_world.hpp"

namespace feldsher::testing {
namespace {

constexpr std::int64_t a_day = 24 * 60;
constexpr std::size_t visitors = 300;  // Each a visit and a ticket: more than one transaction drops.

struct BusyDay : PointWorld {
  BusyDay() {
    lose = [](v1::Frame& frame) {
      // A standby that is always there.
      if (frame.has_acknowledgement())
        *frame.mutable_acknowledgement()->mutable_safe() = frame.acknowledgement().stored();
      return false;
    };
    for (std::size_t i = 0; i < visitors; ++i) {
      const auto in = ask(point, "checkin-1", walk_in());
      REQUIRE(in->has_checked_in());
      v1::Ask serve, finish;
      for (v1::Ask* each : {&serve, &finish}) each->set_session(adas);
      serve.mutable_serve()->set_ticket(in->checked_in().ticket());
      finish.mutable_finish()->set_ticket(in->checked_in().ticket());
      for (const v1::Ask& each : {call_next(), serve, finish})
        REQUIRE(ask(point, "room-1", each)->refusal() == v1::ASK_GRANTED);
    }
    pass_seconds(12);
    for (VirtualClock* each : {&clock, &point.clock}) each->pass_minutes(31 * a_day);
  }
  std::size_t bodies() {
    std::size_t found = 0;
    point.store.replay(0, [&](std::uint64_t, Record&& record) {
      found += record.stored.body && (record.subject.type == v1::VISIT || record.subject.type == v1::TICKET);
    });
    return found;
  }
  bool done() { return point.store.value("scope/swept").value_or("") == "2026-12-24"; }
};

}  // namespace

TEST_CASE("what is past goes in portions, at one tick after the other", "[edge][node][X5]") {
  BusyDay net;
  const std::size_t before = net.bodies();
  net.point.node->tick();
  const std::size_t after_one = net.bodies();
  CHECK(after_one < before);
  CHECK(after_one > 0);
  CHECK_FALSE(net.done());
  net.point.node->tick();
  CHECK(net.bodies() == 0);
  CHECK(net.done());
  CHECK(net.point.node->state().tickets.rows().empty());
  const std::uint64_t acts = net.point.node->writer().tip(v1::ACTS).seq;
  net.restart(net.point);
  CHECK(net.point.node->state().tickets.rows().empty());
  CHECK(net.point.node->writer().tip(v1::ACTS).seq == acts);
}

TEST_CASE("the next portion waits until the one before is on the disk", "[edge][node][X5]") {
  BusyDay net;
  net.point.ledger->hold();
  net.point.node->tick();
  const std::size_t waiting = net.point.ledger->waiting();
  for (int i = 0; i < 3; ++i) net.point.node->tick();
  CHECK(net.point.ledger->waiting() == waiting);
  net.point.ledger->run();
  net.point.node->tick();
  net.settle();
  CHECK(net.done());
}

TEST_CASE("a process that dies between two portions goes on where it was", "[edge][node][X5]") {
  BusyDay net;
  net.point.node->tick();
  const std::size_t left = net.bodies();
  REQUIRE(left > 0);
  net.restart(net.point);
  CHECK(net.point.node->state().tickets.rows().size() < visitors);
  net.pass_seconds(1);
  CHECK(net.bodies() == left);  // Not just after a start.
  net.pass_seconds(601);
  CHECK(net.bodies() == 0);
  CHECK(net.done());
  net.connect(net.point);
  net.settle();
  net.pass_seconds(12);
  CHECK(net.same_state(net.point));
}

}  // namespace feldsher::testing
