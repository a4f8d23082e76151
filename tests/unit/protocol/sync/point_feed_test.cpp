#include "protocol/sync/point_feed.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/journal/memory_store.hpp"
#include "protocol/sync/feed_log.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::sync {
namespace {

struct Receiver {
  Receiver() { feed.begin(7); }
  std::shared_ptr<const Record> room(const Uuid& id, const std::string& label = "12",
                                     TenantId tenant = testing::tenant_of_tests) {
    v1::Room state;
    state.set_label(label);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {v1::ROOM, id};
    draft.verb = v1::REGISTERED;
    draft.message = state.SerializeAsString();
    testing::FeedPen other(tenant, testing::central_of_tests);
    return std::make_shared<const Record>(tenant == testing::tenant_of_tests ? pen.write(draft)
                                                                             : other.write(draft));
  }
  Uuid id() { return random.uuid_v7(testing::monday_8_ms); }
  PointFeed::Applied apply(const v1::FeedBatch& batch) { return feed.apply(batch, testing::tenant_of_tests); }
  testing::SeededRandom random{5};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  FeedLog log{7};
  PointFeed feed;
};

}  // namespace

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
  PointFeed empty;
  empty.resume(store);
  CHECK(empty.position() == 0);
  CHECK(empty.scope().all().empty());
}

}  // namespace feldsher::sync
