#include "receiver.hpp"

namespace feldsher::sync {

TEST_CASE("a batch of another feed, or with a gap before or in it, is not applied at all",
          "[protocol][sync]") {
  Receiver point;
  for (int i = 0; i < 4; ++i) point.log.record(point.room(point.id()));
  const v1::FeedBatch whole = point.log.batch(1);

  v1::FeedBatch other = whole;
  other.set_feed_epoch(8);
  v1::FeedBatch late = point.log.batch(2);
  v1::FeedBatch holed = whole;
  holed.mutable_items()->DeleteSubrange(1, 1);
  v1::FeedBatch from_zero = whole;
  from_zero.mutable_items(0)->set_n(0);
  from_zero.mutable_items(1)->set_n(100);
  for (const v1::FeedBatch& bad : {other, late, holed, from_zero}) {
    CHECK_FALSE(point.apply(bad).in_order);
    CHECK(point.feed.position() == 0);
    CHECK(point.feed.scope().all().empty());
  }
  CHECK(point.apply(whole).in_order);
  CHECK(point.feed.position() == 4);
}

TEST_CASE("a repeated batch is acknowledged and changes nothing; one that overlaps adds what is new",
          "[protocol][sync]") {
  Receiver point;
  for (int i = 0; i < 3; ++i) point.log.record(point.room(point.id()));
  const v1::FeedBatch first = point.log.batch(1);
  point.log.record(point.room(point.id()));
  point.apply(first);
  const auto again = point.apply(first);
  CHECK(again.in_order);
  CHECK(again.changes.empty());
  CHECK(again.transaction.empty());
  CHECK(point.apply(point.log.batch(1)).changes.size() == 1);
  CHECK(point.feed.position() == 4);
  CHECK(point.feed.scope().hash() == point.log.scope().hash());
}

TEST_CASE("a subject that leaves and comes back within one batch is there", "[protocol][sync]") {
  Receiver point;
  const Uuid room = point.id();
  point.log.record(point.room(room));
  point.apply(point.log.batch(1));
  point.log.leave({v1::ROOM, room});
  point.log.record(point.room(room, "13"));
  const auto applied = point.apply(point.log.batch(2));
  REQUIRE(applied.changes.size() == 2);
  CHECK_FALSE(applied.changes[0].record);
  CHECK(applied.changes[1].record);
  CHECK(point.feed.scope().hash() == point.log.scope().hash());
}

TEST_CASE("an item that fails its own checks is kept out, and the rest goes on", "[protocol][sync]") {
  Receiver point;
  const Uuid a = point.id(), foreign = point.id(), b = point.id();
  point.log.record(point.room(a));
  point.log.record(point.room(foreign, "1", TenantId{point.id()}));
  point.log.record(point.room(point.id()));
  point.log.record(point.room(b));
  v1::FeedBatch batch = point.log.batch(1);
  batch.mutable_items(2)->mutable_record()->set_core("not a header");
  const auto applied = point.apply(batch);
  CHECK(applied.in_order);
  CHECK(applied.quarantined.size() == 2);
  REQUIRE(applied.changes.size() == 2);
  CHECK(applied.changes[0].subject.id == a);
  CHECK(applied.changes[1].subject.id == b);
  CHECK(point.feed.position() == 4);
  CHECK_FALSE(point.feed.scope().current({v1::ROOM, foreign}));
}

TEST_CASE("a mark has the number of the item before it, and one in another place says nothing",
          "[protocol][sync]") {
  Receiver point;
  for (int i = 0; i < 2; ++i) point.log.record(point.room(point.id()));
  auto with_mark = [&](std::uint64_t first, std::uint64_t n) {
    v1::FeedBatch batch = point.log.batch(first);
    v1::FeedItem& mark = *batch.add_items();
    mark.set_kind(v1::FEED_MARK);
    mark.set_n(n);
    return batch;
  };
  CHECK_FALSE(point.apply(with_mark(1, 3)).in_order);
  CHECK_FALSE(point.apply(with_mark(1, 1)).in_order);
  const auto applied = point.apply(with_mark(1, 2));
  CHECK(applied.in_order);
  REQUIRE(applied.mark);
  CHECK(applied.mark->n() == 2);
  // Marks alone: of where we are, and of where we were.
  v1::FeedBatch alone;
  alone.set_feed_epoch(7);
  alone.add_items()->set_kind(v1::FEED_MARK);
  alone.mutable_items(0)->set_n(1);
  CHECK(point.apply(alone).in_order);
  CHECK_FALSE(point.apply(alone).mark);
  alone.mutable_items(0)->set_n(2);
  CHECK(point.apply(alone).mark);
  CHECK(point.apply(alone).transaction.empty());
  alone.mutable_items(0)->set_n(4);
  CHECK_FALSE(point.apply(alone).in_order);
  CHECK(point.feed.position() == 2);
}

TEST_CASE("a batch without items is in order and changes nothing", "[protocol][sync]") {
  Receiver point;
  v1::FeedBatch empty;
  empty.set_feed_epoch(7);
  const auto applied = point.apply(empty);
  CHECK(applied.in_order);
  CHECK(applied.transaction.empty());
  CHECK(point.feed.position() == 0);
}

TEST_CASE("a leave that names nobody is counted over and kept out", "[protocol][sync]") {
  Receiver point;
  const Uuid room = point.id();
  point.log.record(point.room(room));
  point.log.leave({v1::ROOM, room});
  v1::FeedBatch batch = point.log.batch(1);
  batch.mutable_items(1)->set_subject("short");
  const auto applied = point.apply(batch);
  CHECK(applied.in_order);
  CHECK(applied.quarantined == std::vector<std::string>{"a leave without a subject"});
  CHECK(applied.changes.size() == 1);
  CHECK(point.feed.position() == 2);
  CHECK(point.feed.scope().current({v1::ROOM, room}));
}

TEST_CASE("a feed remembers how far it has brought central's own acts, life by life, and only those",
          "[protocol][sync][N10]") {
  Receiver point;
  MemoryStore store(testing::tenant_of_tests);
  Transaction begun = point.feed.begin(7, testing::central_of_tests);
  store.commit(std::span(&begun, 1));
  for (int i = 0; i < 3; ++i) point.log.record(point.room(point.id()));
  Transaction applied = point.apply(point.log.batch(1)).transaction;
  store.commit(std::span(&applied, 1));
  const Heard third{{Epoch{1}, {3, point.last_hash()}}};
  CHECK(point.feed.heard() == third);
  PointFeed resumed;
  resumed.resume(store);
  CHECK(resumed.heard() == third);
  // An older version was at work in between: it writes numbers only. A hash of another number is none.
  Transaction older;
  Octets rows = *store.value("feed/heard");
  rows.back() = 4;
  older.values = {{"feed/heard", rows},
                  {"feed/heard-chain", *store.value("feed/heard-chain") + Octets(48, '\7')}};
  store.commit(std::span(&older, 1));
  resumed = {};
  resumed.resume(store);
  CHECK(resumed.heard() == Heard{{Epoch{1}, {4, {}}}});

  // Another node's acts, and central's readings, are not central's acts, nor kept where a room of central's
  // is; an older act does not lower what was heard.
  testing::SeededRandom random(8);
  auto entered = [&](NodeId origin, v1::Stream stream) {
    JournalWriter writer(testing::tenant_of_tests, origin, Epoch{1}, random);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.subject = {v1::ROOM, point.id()};
    draft.verb = v1::REGISTERED;
    return std::make_shared<const Record>(writer.seal(stream, {&draft, 1}, {.wall_ms = 1}).front());
  };
  point.log.state(entered(testing::point_node_of_tests, v1::ACTS));
  point.log.state(entered(testing::central_of_tests, v1::READINGS));
  point.log.state(entered(testing::central_of_tests, v1::ACTS));
  const auto last = point.apply(point.log.batch(4));
  CHECK(last.changes.size() == 1);
  CHECK(last.quarantined.size() == 2);
  CHECK(last.transaction.scope.size() == 1);
  CHECK(point.feed.heard() == third);
  point.feed.begin(8, testing::central_of_tests);
  CHECK(point.feed.heard().empty());
}

TEST_CASE("a position on the disk that is none is not believed", "[protocol][sync]") {
  MemoryStore store(testing::tenant_of_tests);
  Transaction torn;
  torn.values = {{"feed/position", Octets(15, '\1')}, {"feed/heard", Octets(15, '\1')}};
  store.commit(std::span(&torn, 1));
  PointFeed feed;
  feed.resume(store);
  CHECK(feed.epoch() == 0);
  CHECK(feed.position() == 0);
  CHECK(feed.heard().empty());
}

TEST_CASE("a feed goes on from its disk where it was", "[protocol][sync][N10]") {
  Receiver point;
  MemoryStore store(testing::tenant_of_tests);
  Transaction begun = point.feed.begin(7);
  store.commit(std::span(&begun, 1));
  for (int i = 0; i < 3; ++i) point.log.record(point.room(point.id()));
  point.log.leave(point.log.scope().all().begin()->first);
  Transaction applied = point.apply(point.log.batch(1)).transaction;
  store.commit(std::span(&applied, 1));

  PointFeed resumed;
  resumed.resume(store);
  CHECK(resumed.epoch() == 7);
  CHECK(resumed.position() == 4);
  CHECK(resumed.scope().hash() == point.feed.scope().hash());

  Transaction anew = resumed.begin(8);
  store.commit(std::span(&anew, 1));
  PointFeed again;
  again.resume(store);
  CHECK(again.epoch() == 8);
  CHECK(again.position() == 0);
  CHECK(again.scope().all().empty());
  CHECK(again.stale().size() == 2);
}

}  // namespace feldsher::sync
