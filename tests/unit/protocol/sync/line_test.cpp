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

TEST_CASE("a line that comes back after hours is given time to say something", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  net.pass_seconds(3'600);
  net.lose = [](v1::Frame& frame) { return frame.has_welcome(); };
  net.connect(net.point);
  net.pass_seconds(silence_s - 2);
  CHECK(net.point.node->link().phase() == sync::PointLink::Phase::greeting);
  CHECK(net.central->points().front().connected);
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

TEST_CASE("a line that lost all of one kind for minutes, and answered, is in step soon after it heals",
          "[protocol][sync][N10]") {
  for (const auto lost : {v1::Frame::kBatch, v1::Frame::kFeed}) {
    OnePoint net;
    net.lose = [lost](v1::Frame& frame) { return frame.message_case() == lost; };
    if (lost == v1::Frame::kBatch)
      net.ticket();
    else
      net.clinic->room("12");
    net.pass_seconds(600);
    CHECK(net.point.live());
    CHECK_FALSE(net.same_state(net.point));
    net.lose = [](v1::Frame&) { return false; };
    net.pass_seconds(until_resent_s);
    CHECK(net.same_state(net.point));
  }
}

TEST_CASE("while nothing answers, what is on its way is sent again ever more seldom", "[protocol][sync]") {
  OnePoint net;
  net.lose = [](v1::Frame& frame) {
    return frame.message_case() == v1::Frame::kBatch || frame.heartbeat().answer();
  };
  net.ticket();
  // Central is heard, so that the line is not dead.
  for (int minute = 0; minute < 10; ++minute) {
    net.pass_seconds(60);
    net.clinic->room(std::to_string(minute));
    net.settle();
  }
  CHECK(net.point.live());
  CHECK(net.sent_of(v1::Frame::kBatch) <= 8);
}

}  // namespace feldsher::testing
