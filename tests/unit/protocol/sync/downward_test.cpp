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

TEST_CASE("a point knows when it last heard the feed, and a welcome is as good as an item",
          "[protocol][sync]") {
  OnePoint net;
  const std::int64_t welcomed = net.point.node->link().last_feed_ms();
  CHECK(welcomed == net.point.node->now().wall_ms);
  net.point.clock.pass_ms(5'000);
  net.point.node->link().receive(v1::Frame{}, net.point.node->now());
  CHECK(net.point.node->link().last_feed_ms() == welcomed);
  net.clinic->room("12");
  net.settle();
  CHECK(net.point.node->link().last_feed_ms() == welcomed + 5'000);
  net.point.clock.pass_ms(5'000);
  net.reconnect(net.point);
  CHECK(net.point.node->link().last_feed_ms() == welcomed + 10'000);
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
          "[protocol][sync][N10]") {
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

TEST_CASE("states of the node's own acts are compared where central has all of them, and in its present life",
          "[protocol][sync][N10]") {
  auto incidents_of = [](const std::function<void(v1::FeedItem&)>& lie) {
    OnePoint net;
    net.ticket();
    v1::Frame frame;
    frame.mutable_feed()->set_feed_epoch(net.point.node->link().feed().epoch());
    v1::FeedItem& mark = *frame.mutable_feed()->add_items();
    mark.set_n(net.point.node->link().feed().position());
    mark.set_kind(v1::FEED_MARK);
    mark.set_state_hash(to_octets(net.point.node->link().feed().scope().hash()));
    mark.set_up_state_hash(to_octets(sha256("other acts")));
    mark.mutable_up()->set_stream(v1::ACTS);
    mark.mutable_up()->set_epoch(net.point.node->writer().epoch().value);
    mark.mutable_up()->set_seq(net.acts());
    lie(mark);
    mark.set_mark_signature(net.central_signer.sign(
        sync::mark_place(tenant_of_tests, net.point.identity.node, frame.feed().feed_epoch(), mark)));
    net.point.node->link().receive(frame, net.point.node->now());
    net.settle();
    net.ticket();
    net.pass_seconds(until_marked_s);
    return net.incidents(v1::INCIDENT_HASH);
  };
  CHECK(incidents_of([](v1::FeedItem& mark) { mark.mutable_up()->set_epoch(mark.up().epoch() + 1); }) == 0);
  CHECK(incidents_of([](v1::FeedItem& mark) { mark.mutable_up()->set_seq(mark.up().seq() - 1); }) == 0);
  CHECK(incidents_of([](v1::FeedItem&) {}) == 1);
  CHECK(incidents_of([](v1::FeedItem& mark) { mark.set_state_hash(to_octets(sha256("other"))); }) == 1);
}

TEST_CASE("stamps of the feed from far in the future push no synchronised clock, and are told",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.clock.jump_ms(48LL * 3'600'000);
  net.clinic->room("12");
  net.settle();
  CHECK(net.point.node->state().rooms.rows().size() == 1);
  net.ticket();
  net.pass_seconds(60);
  CHECK(net.incidents(v1::INCIDENT_CLOCK) > 0);
  CHECK(net.point.node->writer().clock().wall_ms() < monday_8_ms + 3'600'000);
}

TEST_CASE("a feed that begins anew while the line is up drops the line, and the point follows the new one",
          "[protocol][sync][H11]") {
  OnePoint net;
  const std::uint64_t epoch = net.point.node->link().feed().epoch();
  v1::Erasure order;
  order.set_status(v1::ERASURE_ORDERED);
  net.clinic->publish(v1::ERASURE, net.clinic->id(), v1::ERASED, order);
  net.settle();
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.point.node->link().feed().epoch() != epoch);
  CHECK(net.same_state(net.point));
}

TEST_CASE("a new feed that the line cuts off takes nothing away; its first mark drops what it did not bring",
          "[protocol][sync][N10][X5]") {
  OnePoint net;
  const Uuid ada = net.clinic->doctor("Ada");
  for (int i = 0; i < 20; ++i) net.clinic->room(std::to_string(i));
  net.settle();
  net.pass_seconds(until_marked_s);
  auto feed = [&]() -> const sync::PointFeed& { return net.point.node->link().feed(); };
  const std::uint64_t epoch = feed().epoch();
  auto has_all = [&] {
    const auto& state = net.point.node->state();
    return state.rooms.rows().size() == 20 && state.practitioners.find(ada) && state.services.find(net.gp);
  };
  auto on_disk = [&] {
    std::size_t count = 0;
    net.point.store.scope([&](Record&&) { ++count; });
    return count;
  };
  v1::Erasure order;
  order.set_status(v1::ERASURE_ORDERED);
  net.clinic->publish(v1::ERASURE, net.clinic->id(), v1::ERASED, order);
  net.settle();
  v1::Practitioner elsewhere;
  elsewhere.add_points(net.clinic->id().to_octets());
  net.clinic->publish(v1::PRACTITIONER, ada, v1::CHANGED, elsewhere);

  net.lose = [first = true](v1::Frame& frame) mutable {
    if (!frame.has_feed()) return false;
    auto& items = *frame.mutable_feed()->mutable_items();
    if (items.size() > 5) items.DeleteSubrange(5, items.size() - 5);
    return !std::exchange(first, false);
  };
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  CHECK(feed().epoch() != epoch);
  CHECK(feed().position() == 5);
  CHECK(feed().scope().all().size() == 5);
  net.cut(net.point);
  CHECK(has_all());
  net.restart(net.point);
  CHECK(has_all());
  CHECK(feed().position() == 0);

  net.lose = [](v1::Frame&) { return false; };
  net.reconnect(net.point);
  CHECK(net.same_state(net.point));
  CHECK(has_all());
  net.pass_seconds(until_marked_s);
  CHECK_FALSE(net.point.node->state().practitioners.find(ada));
  CHECK(net.point.node->state().rooms.rows().size() == 20);
  CHECK(feed().stale().empty());
  CHECK(on_disk() == feed().scope().all().size());
  CHECK(net.same_state(net.point));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
  const std::uint64_t position = feed().position();
  net.restart(net.point);
  CHECK(feed().position() == position);
  CHECK(net.same_state(net.point));
  CHECK_FALSE(net.point.node->state().practitioners.find(ada));
}

TEST_CASE("a mark that central did not sign drops nothing of the old feed", "[protocol][sync][X7]") {
  OnePoint net;
  const Uuid ada = net.clinic->doctor("Ada");
  net.settle();
  v1::Erasure order;
  order.set_status(v1::ERASURE_ORDERED);
  net.clinic->publish(v1::ERASURE, net.clinic->id(), v1::ERASED, order);
  v1::Practitioner elsewhere;
  elsewhere.add_points(net.clinic->id().to_octets());
  net.clinic->publish(v1::PRACTITIONER, ada, v1::CHANGED, elsewhere);
  net.settle();
  net.lose = [](v1::Frame& frame) {
    if (frame.has_feed())
      for (auto& item : *frame.mutable_feed()->mutable_items())
        if (item.kind() == v1::FEED_MARK) item.mutable_mark_signature()->back() ^= 1;
    return false;
  };
  net.reconnect(net.point);
  net.pass_seconds(until_marked_s);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
  CHECK(net.point.node->state().practitioners.find(ada));
  net.lose = [](v1::Frame&) { return false; };
  net.reconnect(net.point);
  net.pass_seconds(until_marked_s);
  CHECK_FALSE(net.point.node->state().practitioners.find(ada));
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

TEST_CASE("a point that was away for a year gets states, as many as its scope has, and no history",
          "[protocol][sync][N10]") {
  std::vector<std::size_t> items;
  for (const int changes : {2'000, 12'000}) {
    OnePoint net;
    for (int i = 0; i < 30; ++i) net.clinic->room(std::to_string(i));
    net.settle();
    net.cut(net.point);
    for (int i = 0; i < changes; ++i) {
      net.clinic->absent_rule(static_cast<std::uint32_t>(1 + i % 7), 5, 5);
      net.settle();
    }
    for (VirtualClock* each : {&net.clock, &net.point.clock}) each->pass_ms(std::int64_t{365} * 86'400'000);
    net.sent.clear();
    net.reconnect(net.point);
    std::size_t count = 0;
    for (const v1::Frame& frame : net.sent)
      if (frame.has_feed())
        for (const v1::FeedItem& item : frame.feed().items()) count += item.kind() != v1::FEED_MARK;
    items.push_back(count);
    CHECK(net.same_state(net.point));
    CHECK(net.point.node->link().feed().scope().all().size() == count);
    net.pass_seconds(until_marked_s);
    CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
  }
  CHECK(items[0] == items[1]);
}

TEST_CASE("a new point after years of changes starts from states", "[protocol][sync][N10]") {
  OnePoint net;
  for (int i = 0; i < 3'000; ++i) net.clinic->absent_rule(static_cast<std::uint32_t>(1 + i % 7), 5, 5);
  net.settle();
  net.cut(net.point);
  net.point.store = MemoryStore(tenant_of_tests);  // A box that knows nothing, in the place of the old one.
  net.restart(net.point);
  net.sent.clear();
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  std::size_t count = 0;
  for (const v1::Frame& frame : net.sent)
    if (frame.has_feed())
      for (const v1::FeedItem& item : frame.feed().items()) count += item.kind() != v1::FEED_MARK;
  CHECK(count == net.point.node->link().feed().scope().all().size());
  CHECK(net.same_state(net.point));
}

}  // namespace feldsher::testing
