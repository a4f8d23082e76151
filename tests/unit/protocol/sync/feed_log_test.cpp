#include "protocol/sync/feed_log.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/clinic.hpp"

namespace feldsher::sync {
namespace {

struct Feed {
  std::shared_ptr<const Record> room(const Uuid& id, const std::string& label = "12") {
    v1::Room state;
    state.set_label(label);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {v1::ROOM, id};
    draft.verb = v1::REGISTERED;
    draft.message = state.SerializeAsString();
    return std::make_shared<const Record>(pen.write(draft));
  }
  Uuid id() { return random.uuid_v7(testing::monday_8_ms); }
  testing::SeededRandom random{5};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  FeedLog log{1};
};

}  // namespace

TEST_CASE("items are numbered without a gap, and the scope is what entered and did not leave",
          "[protocol][sync]") {
  Feed feed;
  const Uuid a = feed.id(), b = feed.id();
  feed.log.record(feed.room(a));
  feed.log.record(feed.room(b));
  feed.log.leave({v1::ROOM, a});
  feed.log.leave({v1::ROOM, a});
  feed.log.end_transaction();
  CHECK(feed.log.last() == 3);
  CHECK_FALSE(feed.log.in_scope({v1::ROOM, a}));
  CHECK(feed.log.in_scope({v1::ROOM, b}));
  const v1::FeedBatch batch = feed.log.batch(1);
  for (int i = 0; i < batch.items_size(); ++i) CHECK(batch.items(i).n() == static_cast<std::uint64_t>(i) + 1);
}

TEST_CASE("a batch never cuts a transaction, however small it should be", "[protocol][sync]") {
  Feed feed;
  for (int transaction = 0; transaction < 3; ++transaction) {
    for (int i = 0; i < 5; ++i) feed.log.record(feed.room(feed.id()));
    feed.log.end_transaction();
  }
  CHECK(feed.log.batch(1, 1).items_size() == 5);
  CHECK(feed.log.batch(6, 1).items_size() == 5);
  CHECK(feed.log.batch(1).items_size() == 15);
  CHECK(feed.log.batch(16).items_size() == 0);
}

TEST_CASE("an item says what it is: a record with its predecessor, or who left", "[protocol][sync]") {
  Feed feed;
  feed.log.end_transaction();  // Of nothing: harmless.
  const Uuid one = feed.id();
  const auto room = feed.room(one);
  feed.log.state(room);
  feed.log.record(room);
  feed.log.leave({v1::ROOM, one});
  feed.log.leave({v1::ROOM, feed.id()});  // It was never there.
  const v1::FeedBatch batch = feed.log.batch(1);
  REQUIRE(batch.items_size() == 3);
  CHECK(batch.feed_epoch() == 1);
  CHECK(batch.items(0).kind() == v1::FEED_STATE);
  CHECK(batch.items(1).kind() == v1::FEED_RECORD);
  CHECK(batch.items(1).record().core() == room->stored.core);
  CHECK(batch.items(1).record().prev() == view_of(room->stored.prev));
  CHECK(batch.items(2).kind() == v1::FEED_LEAVE);
  CHECK(batch.items(2).subject() == one.to_octets());
  CHECK(batch.items(2).subject_type() == v1::ROOM);
  CHECK_FALSE(batch.items(2).has_record());
}

TEST_CASE("who is not too far behind goes on, and who is ahead does not", "[protocol][sync]") {
  Feed feed;
  const Uuid one = feed.id();
  for (std::size_t i = 0; i < FeedLog::items_kept + 10; ++i) {
    feed.log.record(feed.room(one));
    feed.log.end_transaction();
  }
  CHECK_FALSE(feed.log.can_resume(0));
  CHECK_FALSE(feed.log.can_resume(8));
  CHECK(feed.log.can_resume(9));
  CHECK(feed.log.can_resume(feed.log.last()));
  CHECK_FALSE(feed.log.can_resume(feed.log.last() + 1));
  CHECK(feed.log.batch(10, 1).items(0).n() == 10);
}

TEST_CASE("a feed of very many states can still be sent from its beginning", "[protocol][sync][N6]") {
  Feed feed;
  for (std::size_t i = 0; i < FeedLog::items_kept + 1'000; ++i) feed.log.state(feed.room(feed.id()));
  CHECK(feed.log.can_resume(0));
}

TEST_CASE("to go on is worth it when that is shorter than a state of each subject", "[protocol][sync]") {
  Feed feed;
  const Uuid one = feed.id();
  for (std::size_t i = 0; i < 1'500; ++i) feed.log.state(feed.room(feed.id()));
  CHECK(feed.log.worth_resuming(0));
  while (feed.log.last() < 10'000) feed.log.record(feed.room(one));
  const std::size_t far = feed.log.scope().all().size() + FeedLog::always_resumed;
  CHECK(feed.log.can_resume(0));
  CHECK_FALSE(feed.log.worth_resuming(0));
  CHECK_FALSE(feed.log.worth_resuming(10'000 - far - 1));
  CHECK(feed.log.worth_resuming(10'000 - far));
  CHECK_FALSE(feed.log.worth_resuming(10'001));
}

}  // namespace feldsher::sync
