#include "one_point.hpp"

namespace feldsher::testing {

TEST_CASE("a quiet line says that it is still there, and stays", "[protocol][sync]") {
  OnePoint net;
  net.sent.clear();
  net.pass_seconds(120);
  CHECK(net.point.live());
  CHECK(net.central->points().front().connected);
  CHECK(net.sent_of(v1::Frame::kHeartbeat) >= 20);  // Asked and answered.
}

TEST_CASE("a line on which nothing is heard for long is dead, on both sides", "[protocol][sync]") {
  OnePoint net;
  net.lose = [](v1::Frame&) { return true; };
  net.pass_seconds(silence_s - 2);
  CHECK(net.point.live());
  net.pass_seconds(5);
  CHECK_FALSE(net.point.live());
  CHECK_FALSE(net.central->points().front().connected);
  CHECK_FALSE(net.point.view().connected());
}

TEST_CASE("an answer to a heartbeat is not answered again", "[protocol][sync]") {
  OnePoint net;
  net.sent.clear();
  v1::Frame answer;
  answer.mutable_heartbeat()->set_answer(true);
  net.central->receive(net.point.identity.node, answer);
  net.point.node->link().receive(answer, net.point.node->now());
  CHECK(net.sent.empty());
}

TEST_CASE("a frame that this version does not know is let fall", "[protocol][sync]") {
  OnePoint net;
  net.sent.clear();
  net.central->receive(net.point.identity.node, v1::Frame{});
  net.point.node->link().receive(v1::Frame{}, net.point.node->now());
  CHECK(net.point.live());
  CHECK(net.sent.empty());
}

TEST_CASE("stamps from far in the future push no synchronised clock", "[protocol][sync][N10]") {
  OnePoint net;
  net.point.clock.jump_ms(48LL * 3'600'000);
  net.point.clock.trust(v1::FREE_RUNNING);
  net.ticket();
  CHECK(net.incidents(v1::INCIDENT_CLOCK) == 1);
  net.clinic->room("12");
  CHECK(net.central->state().rooms.rows().begin()->second.at_ms < net.clock.now().wall_ms + 60'000);
  net.ticket();
  CHECK(net.incidents(v1::INCIDENT_CLOCK) == 1);  // Told once.
}

TEST_CASE("a second line of the same node takes the place of the first", "[protocol][sync]") {
  OnePoint net;
  net.ticket();
  ++net.point.line;  // The old line is dead, and nobody has noticed.
  net.point.node->link().disconnected();
  net.point.up.reset();
  auto old_end = std::move(net.point.down);
  net.reconnect(net.point);
  CHECK(net.point.live());
  net.ticket();
  CHECK(net.held(net.point) == net.acts());
}

}  // namespace feldsher::testing
