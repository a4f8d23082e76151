// Central's side of one link by itself: what it says to a node when its disk and its standby are slow.
#include "one_link.hpp"

namespace feldsher::sync {
namespace {

using Acknowledged = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

}  // namespace

TEST_CASE("what the standby has is told once, and only when our own disk has it", "[protocol][sync][X11]") {
  OneLink one;
  one.greet();
  REQUIRE(one.link.live());
  one.act();
  CHECK(one.acknowledged() == Acknowledged{{1, 0}});
  one.link.safe(one.acts(), 1);
  CHECK(one.acknowledged() == Acknowledged{{1, 1}});
  one.link.safe(one.acts(), 1);
  one.link.safe(one.acts(), 0);
  CHECK(one.acknowledged().empty());
  one.ledger.hold();
  one.act();
  one.link.safe(one.acts(), 2);  // The standby was faster than our own disk.
  CHECK(one.acknowledged().empty());
  one.ledger.run();
  CHECK(one.acknowledged() == Acknowledged{{2, 2}});
}

TEST_CASE("what the standby before had is safe no more when another follows", "[protocol][sync][X11]") {
  OneLink one;
  one.greet();
  one.act();
  one.act();
  one.link.safe(one.acts(), 2);
  one.acknowledged();
  one.link.safe_anew();
  CHECK(one.acknowledged() == Acknowledged{{2, 0}});  // The node is told at once …
  one.link.safe_anew();
  CHECK(one.acknowledged().empty());  // … and once.
  one.link.safe(one.acts(), 1);
  CHECK(one.acknowledged() == Acknowledged{{2, 1}});
  one.link.safe(one.acts(), 2);
  CHECK(one.acknowledged() == Acknowledged{{2, 2}});
}

TEST_CASE("nobody is there to be told that what was safe is so no more, or has said who it is",
          "[protocol][sync][X11]") {
  OneLink one;
  one.greet();
  one.act();
  one.link.safe(one.acts(), 1);
  one.link.disconnected(one);
  one.acknowledged();
  one.link.safe_anew();
  one.link.safe(one.acts(), 1);
  one.link.connected(one, one.now());
  one.link.safe_anew();
  CHECK(one.sent.empty());
  one.link.safe({point_node_of_tests, v1::READINGS, Epoch{9}},
                5);  // The standby is faster than our own disk.
  one.greet();
  CHECK(one.link.live());
}

TEST_CASE("what became safe while the line was down is told after the welcome", "[protocol][sync][X11]") {
  OneLink one;
  one.greet();
  one.act();
  one.link.disconnected(one);
  one.acknowledged();
  one.link.safe(one.acts(), 1);
  CHECK(one.sent.empty());
  one.link.connected(one, one.now());
  one.link.safe(one.acts(), 1);
  CHECK(one.sent.empty());  // Not before the node has said who it is.
  one.greet();
  REQUIRE(one.link.live());
  CHECK(one.sent.front().has_welcome());
  CHECK(one.acknowledged() == Acknowledged{{1, 1}});
}

TEST_CASE("a node of which nothing is here has no life, and a feed without items has no mark",
          "[protocol][sync]") {
  OneLink one;
  CHECK(one.link.life() == Epoch{});
  CHECK_FALSE(one.link.connected());
  one.greet();
  REQUIRE(one.link.live());
  one.sent.clear();
  one.ms += 60'000;
  one.link.tick(one.now());
  CHECK(one.sent.empty());
  CHECK(one.closed.empty());
  one.act();
  CHECK(one.link.life() == Epoch{9});
  CHECK(one.incidents.empty());
}

TEST_CASE("a node is silent when nothing was heard for as long as patience lasts, and not before",
          "[protocol][sync]") {
  OneLink one;
  one.greet();
  const std::uint64_t heard = one.ms;
  auto tick_after = [&](std::uint64_t quiet) {
    one.ms = heard + quiet - 1;
    one.link.tick(one.now());
    return one.closed;
  };
  CHECK(tick_after(Patience{}.silence_ms - 1).empty());
  CHECK(one.link.connected());
  CHECK(tick_after(Patience{}.silence_ms) == "the node is silent");
  CHECK_FALSE(one.link.connected());
  CHECK(one.link.last_heard_ms() == testing::monday_8_ms);
}

TEST_CASE("states are compared as often as patience says, and only when something changed",
          "[protocol][sync]") {
  OneLink one;
  testing::FeedPen pen(tenant_of_tests, central_of_tests);
  auto room = [&] {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.subject = {v1::ROOM, one.random.uuid_v7(testing::monday_8_ms)};
    draft.verb = v1::REGISTERED;
    one.log.record(std::make_shared<const Record>(pen.write(draft)));
    one.log.end_transaction();
  };
  auto marks_after = [&](std::uint64_t ms) {
    one.ms += ms;
    v1::Frame applied;
    applied.mutable_feed_acknowledgement()->set_feed_epoch(7);
    applied.mutable_feed_acknowledgement()->set_n(one.log.last());
    one.link.receive(applied, one.now());
    one.link.tick(one.now());
    std::vector<v1::FeedItem> marks;
    for (const v1::Frame& frame : std::exchange(one.sent, {}))
      for (const v1::FeedItem& item : frame.feed().items())
        if (item.kind() == v1::FEED_MARK) marks.push_back(item);
    return marks;
  };
  room();
  one.greet();
  const auto first = marks_after(Patience{}.mark_ms);
  REQUIRE(first.size() == 1);
  CHECK(first[0].n() == 1);
  CHECK(first[0].state_hash() == view_of(one.log.scope().hash()));
  CHECK(first[0].up_state_hash() == view_of(zero_digest));
  CHECK(one.check.verify(one.signer.public_key(),
                         mark_place(tenant_of_tests, point_node_of_tests, 7, first[0]),
                         first[0].mark_signature()));
  CHECK(marks_after(Patience{}.mark_ms).empty());
  room();
  one.link.feed_grew(one.now());
  CHECK(marks_after(Patience{}.mark_ms).size() == 1);
  room();
  one.link.feed_grew(one.now());
  CHECK(marks_after(Patience{}.mark_ms / 2).empty());
  CHECK(marks_after(Patience{}.mark_ms / 2).size() == 1);
}

TEST_CASE("a life that is taken up twice is one, and one whose beginning was erased signs nothing",
          "[protocol][sync][N10]") {
  OneLink one;
  one.greet();
  one.act();
  const Record opened = one.store.read(one.acts(), 1, {}).front();
  OneLink again;
  again.link.resume_life(opened);
  again.link.resume_life(opened);
  CHECK(again.link.life() == Epoch{9});
  OneLink erased;
  Record bodiless = opened;
  bodiless.stored.body.reset();
  erased.link.resume_life(bodiless);
  CHECK(erased.link.life() == Epoch{9});
}

TEST_CASE("a line that ends while the disk is at work is not answered, and its records are kept",
          "[protocol][sync][N10]") {
  OneLink one;
  one.greet();
  one.ledger.hold();
  one.act();
  one.link.disconnected(one);
  one.sent.clear();
  one.ledger.run();
  CHECK(one.sent.empty());
  CHECK(one.taken == 1);
  one.greet();
  REQUIRE(one.link.live());
  one.act();
  CHECK(one.taken == 2);
}

TEST_CASE("where acts are on their way to the disk an answer about states says no place of its own acts",
          "[protocol][sync][N10]") {
  OneLink one;
  one.greet();
  one.act();
  const auto answered_at = [&one] {
    v1::Frame question;
    question.mutable_state_question()->set_own(true);
    one.link.receive(question, one.now());
    REQUIRE(one.sent.back().has_state_answer());
    return one.sent.back().state_answer().up().seq();
  };
  CHECK(answered_at() == 1);
  one.ledger.hold();
  one.act();
  CHECK(answered_at() == 0);
  one.ledger.run();
  CHECK(answered_at() == 2);
}

}  // namespace feldsher::sync
