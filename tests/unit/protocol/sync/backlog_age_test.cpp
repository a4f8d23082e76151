// How old the oldest record is that central has not stored: of acts and of readings alike.
#include "one_point.hpp"

namespace feldsher::testing {

TEST_CASE("readings that wait while there are no acts have an age, also after a start",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.cut(net.point);
  net.pass_seconds(60);
  const std::int64_t written = net.point.node->now().wall_ms;
  net.reading(net.point);
  net.pass_seconds(3600);
  net.reading(net.point);
  CHECK(net.point.view().acts_unsynced() == 0);
  CHECK(net.point.view().readings_unsynced() == 2);
  CHECK(net.point.view().oldest_unsynced_ms() == written);
  net.restart(net.point);
  CHECK(net.point.view().readings_unsynced() == 2);
  CHECK(net.point.view().oldest_unsynced_ms() == written);
  net.ticket();  // What is younger does not make it younger.
  CHECK(net.point.view().acts_unsynced() > 0);
  CHECK(net.point.view().oldest_unsynced_ms() == written);
  net.reconnect(net.point);
  CHECK(net.point.view().readings_unsynced() == 0);
  CHECK(net.point.view().oldest_unsynced_ms() == 0);
}

TEST_CASE("when the readings are stored the acts that still wait have the age, and the other way round",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.cut(net.point);
  net.pass_seconds(60);
  const std::int64_t first = net.point.node->now().wall_ms;
  net.reading(net.point);
  net.pass_seconds(60);
  const std::int64_t second = net.point.node->now().wall_ms;
  net.ticket();
  net.lose = [](v1::Frame& frame) { return frame.has_batch() && frame.batch().stream() == v1::READINGS; };
  net.reconnect(net.point);
  CHECK(net.point.view().acts_unsynced() == 0);
  CHECK(net.point.view().oldest_unsynced_ms() == first);
  net.cut(net.point);
  net.pass_seconds(60);
  const std::int64_t third = net.point.node->now().wall_ms;
  net.ticket();
  net.lose = [](v1::Frame& frame) { return frame.has_batch() && frame.batch().stream() == v1::ACTS; };
  net.reconnect(net.point);
  CHECK(net.point.view().readings_unsynced() == 0);
  CHECK(net.point.view().oldest_unsynced_ms() == third);
  CHECK(second < third);
}

TEST_CASE("what a restored central has forgotten waits again, and its age is told", "[protocol][sync][N10]") {
  OnePoint net;
  const MemoryStore backup = net.store;
  const std::int64_t written = net.point.node->now().wall_ms;
  net.ticket();
  net.pass_seconds(60);
  CHECK(net.point.view().oldest_unsynced_ms() == 0);
  net.store = backup;
  net.restart_central();
  net.lose = [](v1::Frame& frame) {
    if (frame.has_hello()) frame.mutable_hello()->clear_heard();
    return frame.has_batch();
  };
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  CHECK(net.point.view().acts_unsynced() > 0);
  CHECK(net.point.view().oldest_unsynced_ms() == written);
}

}  // namespace feldsher::testing
