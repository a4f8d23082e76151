#include "point_world.hpp"

namespace feldsher::testing {
namespace {

v1::Ask set_clock(const Octets& session, std::int64_t wall_ms) {
  v1::Ask ask;
  ask.set_session(session);
  ask.mutable_set_clock()->set_wall_ms(wall_ms);
  return ask;
}

/// How the point's clock became known, by the one record that says so.
v1::ClockSource learned(Box& box) {
  std::vector<v1::ClockSource> sources;
  box.store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.header.verb() == v1::LEARNED) sources.push_back(record.body<v1::ClockLearned>()->source());
  });
  REQUIRE(sources.size() == 1);
  return sources.front();
}

}  // namespace

TEST_CASE("only a person who is signed in sets the clock, and only while nobody has", "[edge][node][N8]") {
  PointWorld net;
  CHECK(net.ask(net.point, "reception", set_clock(net.ritas, monday_8_ms))->refusal() == v1::ASK_NOT_ALLOWED);
  net.restart(net.point, v1::TRUST_UNSET);
  CHECK(net.ask(net.point, "reception", set_clock("", monday_8_ms))->refusal() == v1::ASK_NOT_SIGNED_IN);
  CHECK(net.point.view().clock_unset());
  net.sign_in_all();
  CHECK(net.ask(net.point, "reception", set_clock(net.ritas, monday_8_ms + 7'200'000))->refusal() ==
        v1::ASK_GRANTED);
  CHECK_FALSE(net.point.view().clock_unset());
  CHECK(net.point.view().wall_ms() == monday_8_ms + 7'200'000);
  CHECK(net.ask(net.point, "reception", set_clock(net.ritas, monday_8_ms))->refusal() == v1::ASK_NOT_ALLOWED);
}

TEST_CASE("a box that boots in 1970 without a line goes on after its last record, and checks in",
          "[edge][node][N8]") {
  PointWorld net;
  const std::string before = net.ask(net.point, "checkin-1", net.walk_in())->checked_in().ticket_label();
  const std::int64_t last = net.point.node->now().wall_ms;
  net.restart(net.point, v1::TRUST_UNSET);
  CHECK(net.point.view().clock_unset());
  CHECK(net.point.node->now().wall_ms >= last);
  CHECK(net.ask(net.point, "checkin-1", net.by_phone())->checked_in().civil() == "09:00");
  net.point.clock.pass_minutes(1);
  CHECK(net.ask(net.point, "checkin-1", net.walk_in())->checked_in().ticket_label() == "A003");
  REQUIRE(net.board().waiting_size() == 3);
  CHECK(net.board().waiting(0).label() == "A002");  // The appointment; then who came first.
  CHECK(net.board().waiting(1).label() == before);
}

TEST_CASE("a box that boots in 1970 marks nobody absent", "[edge][node][N8]") {
  PointWorld net;
  net.clinic->absent_rule(1, 0, 0);
  net.settle();
  net.ask(net.point, "checkin-1", net.walk_in());
  net.restart(net.point, v1::TRUST_UNSET);
  net.sign_in_all();
  REQUIRE(net.ask(net.point, "room-1", net.call_next())->refusal() == v1::ASK_GRANTED);
  net.pass_seconds(600);
  CHECK(net.board().called_size() == 1);
  // Central brings the time, and the rule may act again.
  net.connect(net.point);
  net.settle();
  net.pass_seconds(2);
  CHECK(net.board().called_size() == 0);
}

TEST_CASE("a clock that only runs is not known before somebody says the time", "[edge][node][N8]") {
  PointWorld net;
  CHECK(net.point.node->knows_time());  // A time server keeps it.
  net.restart(net.point, v1::FREE_RUNNING);
  CHECK_FALSE(net.point.node->knows_time());
  net.connect(net.point);
  net.settle();
  CHECK(net.point.node->knows_time());
  net.restart(net.point, v1::TRUST_UNSET);
  CHECK_FALSE(net.point.node->knows_time());
  net.sign_in_all();
  net.ask(net.point, "reception", set_clock(net.ritas, monday_8_ms + 7'200'000));
  CHECK(net.point.node->knows_time());
}

TEST_CASE("a new box that boots in 1970 keeps its queue when central brings the day", "[edge][node][N8]") {
  Network net;
  Box& point = net.add_point("Embankment");
  const Uuid gp = net.clinic->service("General practitioner");
  net.connect(point);
  net.settle();
  net.cut(point);
  point.store = MemoryStore(tenant_of_tests);  // The disk was replaced: only the catalogue is put back.
  point.identity.node = NodeId{net.clinic->id()};
  v1::Point moved = net.clinic->point_state;
  moved.set_node(point.identity.node.to_octets());
  net.clinic->publish(v1::POINT, net.clinic->point.uuid, v1::CHANGED, moved);
  net.restart(point, v1::TRUST_UNSET);
  net.connect(point);
  net.lose = [](v1::Frame& frame) {
    if (frame.has_welcome())
      frame.mutable_welcome()->set_wall_ms(0);  // Central does not trust its clock either.
    return false;
  };
  net.settle();
  v1::Ask ask;
  ask.mutable_walk_in()->set_service(gp.to_octets());
  const auto in = net.ask(point, "checkin-1", ask);
  REQUIRE(in->refusal() == v1::ASK_GRANTED);
  net.cut(point);
  net.lose = [](v1::Frame&) { return false; };
  net.connect(point);
  net.settle();
  CHECK_FALSE(point.view().clock_unset());
  net.pass_seconds(1);
  REQUIRE(point.node->board().waiting_size() == 1);
  CHECK(point.node->board().waiting(0).label() == "A001");
  CHECK(net.ask(point, "checkin-1", ask)->checked_in().ticket_label() == "A002");
  const v1::Ticket& ticket = point.node->state().tickets.find(in->checked_in().ticket())->state;
  CHECK(ticket.day() == "2026-11-23");
  CHECK(net.same_state(point));
}

TEST_CASE("what a person says of the day moves the queue with it", "[edge][node][N8]") {
  PointWorld net;
  net.ask(net.point, "checkin-1", net.walk_in());
  net.restart(net.point, v1::TRUST_UNSET);
  net.sign_in_all();
  const std::string waits = net.ask(net.point, "checkin-1", net.walk_in())->checked_in().ticket_label();
  REQUIRE(net.ask(net.point, "reception", set_clock(net.ritas, monday_8_ms + 24 * 3'600'000))->refusal() ==
          v1::ASK_GRANTED);
  const v1::BoardSnapshot board = net.board();
  REQUIRE(board.waiting_size() == 1);  // And yesterday's leftover stays with yesterday.
  CHECK(board.waiting(0).label() == waits);
}

TEST_CASE("central's time is taken by a clock that drifts, and not by one that is synchronised",
          "[edge][node][N10]") {
  PointWorld net;
  net.cut(net.point);
  net.point.clock.jump_ms(600'000);
  net.connect(net.point);
  net.settle();
  CHECK(net.point.node->now().wall_ms == net.point.clock.now().wall_ms);
  net.cut(net.point);
  net.point.clock.trust(v1::FREE_RUNNING);
  net.connect(net.point);
  net.settle();
  CHECK(net.point.node->now().wall_ms == net.clock.now().wall_ms);
}

TEST_CASE("nobody sets the clock before the last record, or before the software was made",
          "[edge][node][N8]") {
  PointWorld net;
  net.ask(net.point, "checkin-1", net.walk_in());
  net.restart(net.point, v1::TRUST_UNSET);
  net.sign_in_all();
  const auto say = [&](std::int64_t wall_ms) {
    return net.ask(net.point, "reception", set_clock(net.ritas, wall_ms))->refusal();
  };
  CHECK(say(monday_8_ms - 60'000) == v1::ASK_BEFORE_FLOOR);
  net.point.node->desk().set_clock_floor(monday_8_ms + 3'600'000);
  CHECK(say(monday_8_ms + 3'600'000 - 1) == v1::ASK_BEFORE_FLOOR);
  CHECK(net.point.view().clock_unset());
  CHECK(say(monday_8_ms + 3'600'000) == v1::ASK_GRANTED);
}

TEST_CASE("a time within the minute of the last record is not before it", "[edge][node][N8]") {
  PointWorld net;
  net.point.clock.pass_ms(30'000);
  net.ask(net.point, "checkin-1", net.walk_in());
  net.restart(net.point, v1::TRUST_UNSET);
  net.sign_in_all();
  CHECK(net.ask(net.point, "reception", set_clock(net.ritas, monday_8_ms))->refusal() == v1::ASK_GRANTED);
}

TEST_CASE("an unset clock that stood right all the same is recorded as learned", "[edge][node][N8]") {
  PointWorld net;
  net.restart(net.point, v1::TRUST_UNSET);  // It goes on from its last record, which was a moment ago.
  net.connect(net.point);
  net.settle();
  CHECK_FALSE(net.point.view().clock_unset());
  CHECK(learned(net.point) == v1::CLOCK_SOURCE_CENTRAL);
}

TEST_CASE("a machine that finds the time by itself is recorded, and what went on from its old clock ends",
          "[edge][node][N8]") {
  PointWorld net;
  net.restart(net.point, v1::TRUST_UNSET);
  net.pass_seconds(5);
  const std::int64_t true_ms = net.point.node->now().wall_ms + 3'600'000;
  net.point.clock.jump_ms(true_ms - net.point.clock.now().wall_ms);
  net.point.clock.trust(v1::FREE_RUNNING);
  net.point.node->tick();
  net.settle();
  CHECK(net.point.node->now().wall_ms == true_ms);
  CHECK_FALSE(net.point.view().clock_unset());
  CHECK(learned(net.point) == v1::CLOCK_SOURCE_MACHINE);
  // What set it may have known no more than when the box went off.
  CHECK_FALSE(net.point.node->knows_time());
}

TEST_CASE("what was learned of the clock is forgotten when the machine is synchronised", "[edge][node][N8]") {
  PointWorld net;
  net.restart(net.point, v1::TRUST_UNSET);
  net.connect(net.point);
  net.settle();
  CHECK(net.point.node->now().wall_ms == net.clock.now().wall_ms);
  net.point.clock.jump_ms(net.clock.now().wall_ms - net.point.clock.now().wall_ms);
  net.point.clock.trust(v1::SYNCHRONISED);
  CHECK(net.point.node->now().wall_ms == net.clock.now().wall_ms);
}

}  // namespace feldsher::testing
