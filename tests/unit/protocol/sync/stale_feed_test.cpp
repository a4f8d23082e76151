// A new feed in the place of an old one: what stays until it is whole, and through restarts.
#include "receiver.hpp"

namespace feldsher::sync {

TEST_CASE("a new feed takes the old one's place when it is whole, through restarts, and nothing goes back",
          "[protocol][sync][N10]") {
  Receiver point;
  MemoryStore store(testing::tenant_of_tests);
  auto commit = [&](Transaction transaction) { store.commit(std::span(&transaction, 1)); };
  auto labels = [&] {
    std::map<Uuid, std::string> labels;
    store.scope([&](Record&& record) { labels[record.subject.id] = record.body<v1::Room>()->label(); });
    return labels;
  };
  const Uuid stays = point.id(), goes = point.id(), comes = point.id();
  commit(point.feed.begin(7));
  point.log.record(point.room(stays, "old"));
  point.log.record(point.room(goes, "old"));
  commit(point.apply(point.log.batch(1)).transaction);
  Transaction nothing;
  CHECK(point.feed.drop_stale(nothing).empty());
  CHECK(nothing.empty());

  FeedLog anew{8};
  commit(point.feed.begin(8));
  CHECK(point.feed.scope().hash() == anew.scope().hash());
  CHECK(labels() == std::map<Uuid, std::string>{{stays, "old"}, {goes, "old"}});
  anew.state(point.room(stays, "first"));
  anew.state(point.room(stays, "second"));
  commit(point.apply(anew.batch(1)).transaction);
  CHECK(point.feed.stale() == std::set<SubjectKey>{{v1::ROOM, goes}});
  CHECK(labels() == std::map<Uuid, std::string>{{stays, "second"}, {goes, "old"}});

  for (int start = 0; start < 2; ++start) {
    PointFeed resumed;
    resumed.resume(store);
    CHECK(resumed.position() == 0);
    CHECK(resumed.stale().size() == 2);
    const auto again = resumed.apply(anew.batch(1), testing::tenant_of_tests);
    CHECK(again.in_order);
    CHECK(again.changes.empty());
    commit(again.transaction);
    CHECK(resumed.position() == 2);
    CHECK(resumed.scope().hash() == anew.scope().hash());
    CHECK(resumed.stale() == std::set<SubjectKey>{{v1::ROOM, goes}});
    CHECK(labels() == std::map<Uuid, std::string>{{stays, "second"}, {goes, "old"}});
  }

  PointFeed resumed;
  resumed.resume(store);
  anew.state(point.room(comes, "new"));
  const auto rest = resumed.apply(anew.batch(1), testing::tenant_of_tests);
  REQUIRE(rest.changes.size() == 1);
  CHECK(rest.changes[0].subject.id == comes);
  commit(rest.transaction);
  Transaction whole;
  CHECK(resumed.drop_stale(whole) == std::set<SubjectKey>{{v1::ROOM, goes}});
  CHECK(resumed.stale().empty());
  commit(std::move(whole));
  CHECK(labels() == std::map<Uuid, std::string>{{stays, "second"}, {comes, "new"}});
  PointFeed last;
  last.resume(store);
  CHECK(last.position() == 3);
  CHECK(last.stale().empty());
  CHECK(last.scope().hash() == anew.scope().hash());
}

TEST_CASE(
    "what left again in a new feed is counted over by a process that starts in between, and does not come "
    "back",
    "[protocol][sync][N10]") {
  Receiver point;
  MemoryStore store(testing::tenant_of_tests);
  auto commit = [&](Transaction transaction) { store.commit(std::span(&transaction, 1)); };
  const Uuid stays = point.id(), goes = point.id();
  commit(point.feed.begin(7));
  point.log.record(point.room(stays));
  commit(point.apply(point.log.batch(1)).transaction);
  commit(point.feed.begin(8));
  FeedLog anew{8};
  anew.state(point.room(goes));
  anew.leave({v1::ROOM, goes});
  commit(point.apply(anew.batch(1)).transaction);
  PointFeed resumed;
  resumed.resume(store);
  const auto again = resumed.apply(anew.batch(1), testing::tenant_of_tests);
  CHECK(again.in_order);
  CHECK(again.changes.empty());
  CHECK(resumed.position() == 2);
  CHECK(resumed.stale() == std::set<SubjectKey>{{v1::ROOM, stays}});
  CHECK(resumed.scope().all().empty());
}

TEST_CASE("a feed that begins while the one before was not whole holds on to what both gave",
          "[protocol][sync][N10]") {
  Receiver point;
  const Uuid first = point.id(), second = point.id();
  point.log.record(point.room(first));
  point.apply(point.log.batch(1));
  point.feed.begin(8);
  FeedLog eighth{8};
  eighth.state(point.room(second));
  point.apply(eighth.batch(1));
  point.feed.begin(9);
  CHECK(point.feed.stale() == std::set<SubjectKey>{{v1::ROOM, first}, {v1::ROOM, second}});
  FeedLog ninth{9};
  ninth.state(point.room(first));
  ninth.leave({v1::ROOM, first});
  const auto applied = point.apply(ninth.batch(1));
  CHECK(applied.changes.size() == 2);
  Transaction whole;
  CHECK(point.feed.drop_stale(whole) == std::set<SubjectKey>{{v1::ROOM, second}});
}

}  // namespace feldsher::sync
