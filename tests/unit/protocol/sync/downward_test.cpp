#include "one_point.hpp"

namespace feldsher::testing {

TEST_CASE("a point learns what is made at central, also what was made while its line was down",
          "[protocol][sync][N10]") {
  OnePoint net;
  CHECK(net.point.node->state().services.rows().size() == 1);
  net.cut(net.point);
  net.clinic->service("Nurse", "B");
  net.settle();
  CHECK(net.point.node->state().services.rows().size() == 1);
  net.reconnect(net.point);
  CHECK(net.point.node->state().services.rows().size() == 2);
  CHECK(net.same_state(net.point));
}

TEST_CASE("the feed goes on after a new line, with the same numbers and nothing twice", "[protocol][sync]") {
  OnePoint net;
  const std::uint64_t epoch = net.point.node->link().feed().epoch(),
                      position = net.point.node->link().feed().position();
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.sent_of(v1::Frame::kFeed) == 0);
  CHECK(net.point.node->link().feed().epoch() == epoch);
  net.clinic->room("12");
  net.settle();
  CHECK(net.point.node->link().feed().position() == position + 1);
}

TEST_CASE("the feed goes on after central has started again, and after the point has",
          "[protocol][sync][N10]") {
  OnePoint net;
  const std::uint64_t epoch = net.point.node->link().feed().epoch(),
                      position = net.point.node->link().feed().position();
  net.restart_central();
  CHECK(net.central->feed_of(net.point.identity.node).epoch() == epoch);
  CHECK(net.central->feed_of(net.point.identity.node).last() == position);
  net.restart(net.point);
  CHECK(net.point.node->link().feed().position() == position);
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.sent_of(v1::Frame::kFeed) == 0);
  net.clinic->room("12");
  net.settle();
  CHECK(net.point.node->state().rooms.rows().size() == 1);
  CHECK(net.same_state(net.point));
}

TEST_CASE("a feed is acknowledged only when it is on the point's disk", "[protocol][sync]") {
  OnePoint net;
  net.point.ledger->hold();
  net.sent.clear();
  net.clinic->room("12");
  net.settle();
  CHECK(net.sent_of(v1::Frame::kFeedAcknowledgement) == 0);
  net.point.ledger->lose();
  net.restart(net.point);
  CHECK(net.point.node->state().rooms.rows().empty());
  net.reconnect(net.point);
  CHECK(net.point.node->state().rooms.rows().size() == 1);
  CHECK(net.sent_of(v1::Frame::kFeedAcknowledgement) == 1);
}

TEST_CASE("a point never holds what central can forget", "[protocol][sync]") {
  OnePoint net;
  net.ledger->hold();
  net.clinic->room("12");
  net.settle();
  CHECK(net.point.node->state().rooms.rows().empty());
  net.ledger->run();
  net.settle();
  CHECK(net.point.node->state().rooms.rows().size() == 1);
}

TEST_CASE("lost items of the feed and lost acknowledgements are made good", "[protocol][sync]") {
  for (const auto lost : {v1::Frame::kFeed, v1::Frame::kFeedAcknowledgement}) {
    OnePoint net;
    net.lose_next(lost);
    net.clinic->room("12");
    net.clinic->room("13");
    net.settle();
    net.pass_seconds(until_resent_s);
    CHECK(net.point.node->state().rooms.rows().size() == 2);
    CHECK(net.central->points().front().feed_acknowledged ==
          net.central->feed_of(net.point.identity.node).last());
  }
}

TEST_CASE("a point that is too far behind begins a new feed with states, and keeps its own acts",
          "[protocol][sync]") {
  OnePoint net;
  net.ticket();
  const std::uint64_t epoch = net.point.node->link().feed().epoch();
  net.cut(net.point);
  const Uuid closed = net.clinic->room("0");
  for (std::size_t i = 0; i < sync::FeedLog::items_kept + 50; ++i)
    net.clinic->absent_rule(2, 3, static_cast<std::uint32_t>(i % 20));
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.point.node->link().feed().epoch() != epoch);
  CHECK(net.point.node->state().rooms.find(closed));
  CHECK(net.point.node->state().tickets.rows().size() == 1);
  CHECK(net.same_state(net.point));
  net.pass_seconds(until_marked_s);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
}

TEST_CASE("a point that falls too far behind while it is connected is dropped, and comes back",
          "[protocol][sync]") {
  OnePoint net;
  net.lose = [](v1::Frame& frame) { return frame.has_feed(); };
  for (std::size_t i = 0; i < sync::FeedLog::items_kept + 50; ++i)
    net.clinic->absent_rule(2, 3, static_cast<std::uint32_t>(i % 20));
  for (int i = 0; i < 4 * until_resent_s && net.point.up; ++i) net.pass_seconds(1);
  CHECK_FALSE(net.point.live());
  net.lose = [](v1::Frame&) { return false; };
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.same_state(net.point));
}

TEST_CASE("what leaves the scope is gone from the point, and from its disk", "[protocol][sync][X5]") {
  OnePoint net;
  const Uuid ada = net.clinic->doctor("Ada");
  net.settle();
  REQUIRE(net.point.node->state().practitioners.find(ada));
  v1::Practitioner elsewhere;
  elsewhere.add_points(net.clinic->id().to_octets());
  net.clinic->publish(v1::PRACTITIONER, ada, v1::CHANGED, elsewhere);
  net.settle();
  CHECK_FALSE(net.point.node->state().practitioners.find(ada));
  net.restart(net.point);
  CHECK_FALSE(net.point.node->state().practitioners.find(ada));
}

TEST_CASE("what left and came back while the line was down is there, and after a restart too",
          "[protocol][sync]") {
  OnePoint net;
  const Uuid ada = net.clinic->doctor("Ada");
  net.settle();
  v1::Practitioner here = net.point.node->state().practitioners.find(ada)->state, elsewhere = here;
  elsewhere.clear_points();
  net.cut(net.point);
  net.clinic->publish(v1::PRACTITIONER, ada, v1::CHANGED, elsewhere);
  net.clinic->publish(v1::PRACTITIONER, ada, v1::CHANGED, here);
  net.reconnect(net.point);
  CHECK(net.point.node->state().practitioners.find(ada));
  net.restart(net.point);
  CHECK(net.point.node->state().practitioners.find(ada));
}

TEST_CASE("equal states are an incident for nobody, and different ones are one incident",
          "[protocol][sync][X11]") {
  OnePoint net;
  net.ticket();
  net.pass_seconds(30);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);

  // A room that central says it told of, and did not.
  net.lose = [&](v1::Frame& frame) {
    if (!frame.has_feed()) return false;
    for (auto& item : *frame.mutable_feed()->mutable_items())
      if (item.has_record()) item.mutable_record()->set_core("changed on its way");
    return false;
  };
  net.clinic->room("12");
  net.settle();
  net.lose = [](v1::Frame&) { return false; };
  for (int i = 0; i < 5; ++i) {
    net.ticket();
    net.pass_seconds(until_marked_s);
  }
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
}

TEST_CASE("a mark that central did not sign says nothing about the state", "[protocol][sync][X7]") {
  OnePoint net;
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_feed())
      for (auto& item : *frame.mutable_feed()->mutable_items())
        if (item.kind() == v1::FEED_MARK) item.mutable_state_hash()->back() ^= 1;
    return false;
  };
  net.ticket();
  net.pass_seconds(until_marked_s);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
}

}  // namespace feldsher::testing
