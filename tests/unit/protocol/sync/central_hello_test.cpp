// Central's side of one link by itself: whom it lets in, and what it makes of what they say.
#include "one_link.hpp"

namespace feldsher::sync {
TEST_CASE("a box whose lives have ended is refused, and reported once for each that comes",
          "[protocol][sync][X6]") {
  OneLink one;
  one.ended_lives = {Epoch{9}};
  one.greet();
  CHECK(one.welcome().refusal() == v1::REFUSAL_UNKNOWN_NODE);
  CHECK(one.incidents.empty());  // Nothing of it was ever here.
  one.ended_lives.clear();
  one.greet();
  one.act();
  one.ended_lives = {Epoch{9}};
  const v1::Hello knocks = one.hello();
  for (int i = 0; i < 3; ++i) {
    one.greet(knocks);
    CHECK(one.welcome().refusal() == v1::REFUSAL_UNKNOWN_NODE);
  }
  CHECK(one.kinds == std::vector{v1::INCIDENT_ENDED});
  one.closed.clear();
  one.greet();
  one.say(one.hello());
  CHECK_FALSE(one.closed == "refused");  // It must be able to read why; the line ends at the next tick.
  one.link.tick(one.now());
  CHECK(one.closed == "refused");
  one.is_enrolled = false;
  one.ended_lives.clear();
  one.greet();
  CHECK(one.welcome().refusal() == v1::REFUSAL_UNKNOWN_NODE);
}

TEST_CASE("where central knows no ticket, a box that knows ended lives must know one that goes on",
          "[protocol][sync][X6]") {
  auto refused = [](const std::vector<std::pair<std::uint64_t, std::uint64_t>>& lives, bool with_tickets) {
    OneLink one;
    one.greet();
    one.act();
    one.send_up(one.opening(Epoch{3}, {}, 0));  // Not named by the hello: so nothing of it is taken.
    one.greet(one.hello_with({{9, 1}, {3, 0}}));
    one.send_up(one.opening(Epoch{3}, {}, 0));
    REQUIRE(one.link.life() == Epoch{3});
    one.ended_lives = {Epoch{9}};
    if (!with_tickets) one.link.pardon();
    one.greet(one.hello_with(lives));
    return one.welcome().refusal() == v1::REFUSAL_UNKNOWN_NODE;
  };
  CHECK(refused({{9, 1}, {5, 0}}, false));
  CHECK_FALSE(refused({{9, 1}, {3, 0}}, false));
  CHECK_FALSE(refused({{9, 1}, {3, 0}, {5, 0}}, false));
  CHECK_FALSE(refused({{5, 0}}, false));          // A new box, before it was handed anything back.
  CHECK_FALSE(refused({{9, 0}, {5, 0}}, false));  // Nor is one that a welcome has told of it and no more.
  CHECK_FALSE(refused({{9, 1}, {5, 0}}, true));
  CHECK(refused({{9, 0}}, true));  // Its present one.
}

TEST_CASE("a feed that begins anew is told when it is durable, and not to a line that has ended meanwhile",
          "[protocol][sync][N10]") {
  OneLink one;
  one.log = FeedLog(0);
  one.renews_at_once = false;
  one.greet();
  CHECK(one.sent.empty());
  one.run_renewed();
  CHECK(one.welcome().feed_epoch() == 1);
  one.log = FeedLog(0);
  one.sent.clear();
  one.greet();
  one.link.disconnected(one);
  one.run_renewed();
  CHECK(one.sent.empty());
}

TEST_CASE(
    "who is let in again while it is connected gets another feed at its next hello, whatever it acknowledges",
    "[protocol][sync][N10]") {
  OneLink one;
  testing::FeedPen pen(tenant_of_tests, central_of_tests);
  Draft room;
  room.actor.set_kind(v1::ACTOR_SYSTEM);
  room.subject = {v1::ROOM, one.random.uuid_v7(testing::monday_8_ms)};
  room.verb = v1::REGISTERED;
  one.log.record(std::make_shared<const Record>(pen.write(room)));
  one.log.end_transaction();
  one.greet();
  const auto acknowledge = [&] {
    v1::Frame frame;
    frame.mutable_feed_acknowledgement()->set_feed_epoch(one.log.epoch());
    frame.mutable_feed_acknowledgement()->set_n(1);
    one.link.receive(frame, one.now());
  };
  one.link.pardon();
  acknowledge();
  const std::uint64_t before = one.log.epoch();
  one.greet();
  CHECK(one.welcome().feed_epoch() != before);
  one.log.record(std::make_shared<const Record>(pen.write(room)));
  one.log.end_transaction();
  acknowledge();
  const std::uint64_t taken_up = one.log.epoch();
  one.greet();
  CHECK(one.welcome().feed_epoch() == taken_up);
}

TEST_CASE("the hello that a person has let in is taken again where its welcome was lost, and no later one",
          "[protocol][sync][N10]") {
  OneLink one;
  one.greet();
  one.act();
  one.link.pardon();
  const v1::Hello let_in = one.hello_with({{77, 0}});  // It does not know the life that is held here.
  for (int times = 0; times < 3; ++times) {
    one.sent.clear();
    one.greet(let_in);
    CHECK(one.welcome().refusal() == v1::REFUSAL_NONE);
    CHECK(one.welcome().behind());
    // Also by a central that starts in between.
    one.link.resume_tickets(one.store.value(CentralLink::tickets_value(point_node_of_tests)).value_or(""));
  }
  CHECK(one.kinds.empty());
  one.greet(one.hello_with({{77, 0}}));
  CHECK(one.kinds == std::vector{v1::INCIDENT_CLONE});
}

TEST_CASE("a welcome says how central's head key came to be what it is", "[protocol][sync][X7]") {
  OneLink one;
  one.own_handovers.resize(2);
  one.own_handovers[0].set_key("first");
  one.own_handovers[1].set_key("second");
  one.greet();
  REQUIRE(one.welcome().handovers_size() == 2);
  CHECK(one.welcome().handovers(0).key() == "first");
  CHECK(one.welcome().handovers(1).key() == "second");
}

TEST_CASE("of several lives of central's that a node has heard one that differs is enough",
          "[protocol][sync][N10]") {
  OneLink one;
  JournalWriter central(tenant_of_tests, central_of_tests, Epoch{1}, one.random);
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_SYSTEM);
  draft.subject = {v1::ROOM, one.random.uuid_v7(testing::monday_8_ms)};
  draft.verb = v1::REGISTERED;
  for (const std::uint64_t epoch : {1, 2}) {
    central.begin(Epoch{epoch});
    Transaction written;
    written.records = central.seal(v1::ACTS, {&draft, 1}, one.now());
    one.store.commit(std::span(&written, 1));
  }
  const auto with = [&](const std::vector<std::pair<std::uint64_t, bool>>& heard) {
    v1::Hello hello = one.hello();
    for (const auto& [epoch, same] : heard) {
      v1::JournalMark& mark = *hello.add_heard();
      mark.set_epoch(epoch);
      mark.set_seq(1);
      const auto there = one.store.read({central_of_tests, v1::ACTS, Epoch{epoch}}, 1, {});
      mark.set_chain(same && !there.empty() ? to_octets(there.front().stored.hash) : Octets(32, '\7'));
    }
    one.greet(hello);
    return one.link.live();
  };
  CHECK(with({{1, true}, {2, true}}));
  CHECK(with({{1, true}, {5, false}}));  // A life that is not held here at all is counted by who knows them.
  CHECK(one.incidents.empty());
  for (int i = 0; i < 2; ++i) CHECK_FALSE(with({{1, false}, {2, false}}));
  CHECK(one.kinds == std::vector{v1::INCIDENT_FORGOTTEN});
  CHECK_FALSE(with({{1, true}, {2, true}}));  // What was refused once stays refused …
  one.link.pardon();                          // … until a person says otherwise.
  CHECK(with({{1, true}, {2, false}}));
  CHECK(with({{1, false}, {2, true}}));
  CHECK(one.kinds.size() == 2);
}

TEST_CASE("a node whose acts moved and whose feed has nothing in it gets no mark; nothing is dropped twice",
          "[protocol][sync]") {
  OneLink one;
  one.greet();
  one.acts_hash = sha256("moved");
  one.sent.clear();
  one.ms += 60'000;
  one.link.tick(one.now());
  CHECK(one.sent.empty());
  one.link.drop("it is over");
  CHECK(one.closed == "it is over");
  one.closed.clear();
  one.link.drop("it is over");
  CHECK(one.closed.empty());
  one.link.tick(one.now());
  CHECK(one.sent.empty());
}

TEST_CASE("nothing but a hello is answered before the node has said who it is", "[protocol][sync][X6]") {
  OneLink one;
  one.greet();
  one.act();
  one.act();
  one.link.disconnected(one);
  one.link.connected(one, one.now());
  one.sent.clear();
  one.act();
  one.link.safe(one.acts(), 2);
  v1::Frame frame;
  frame.mutable_checkpoint()->set_checkpoint("anything");
  one.link.receive(frame, one.now());
  frame.mutable_feed_acknowledgement()->set_n(1);
  one.link.receive(frame, one.now());
  CHECK(one.sent.empty());
  CHECK(one.incidents.empty());
  CHECK(one.taken == 2);
  CHECK(one.link.connected());
}

TEST_CASE("a node that has cut more than is held here is reported, once for each stream",
          "[protocol][sync][N10]") {
  OneLink net;
  net.greet();
  for (int i = 0; i < 7; ++i) net.act();
  for (int i = 0; i < 2; ++i) net.block();
  v1::Hello hello = net.hello();
  auto cut = [&](std::uint64_t epoch, v1::Stream stream, std::uint64_t seq) {
    v1::JournalMark& mark = *hello.add_cut();
    mark.set_epoch(epoch);
    mark.set_stream(stream);
    mark.set_seq(seq);
  };
  cut(net.node.epoch().value, v1::ACTS, 7);
  cut(net.node.epoch().value, v1::READINGS, 2);
  net.greet(hello);
  CHECK(net.incidents.empty());
  hello = net.hello();
  cut(net.node.epoch().value, v1::ACTS, 8);
  cut(77, v1::READINGS, 1);
  cut(78, v1::READINGS, 1);
  net.greet(hello);
  CHECK(net.kinds == std::vector{v1::INCIDENT_FORGOTTEN, v1::INCIDENT_FORGOTTEN});
  CHECK(net.link.live());
}

}  // namespace feldsher::sync
