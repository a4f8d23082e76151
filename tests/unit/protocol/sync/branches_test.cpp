// Lives of one node that went on beside each other: their order, and what holds of their acts.
#include "one_point.hpp"

namespace feldsher::testing {
namespace {

/// A point with a shift whose delay somebody says: an act about one subject, again and again.
struct Delayed : OnePoint {
  Delayed()
      : shift(clinic->shift(clinic->doctor("Ada"), clinic->room("12"))),
        registrar(clinic->registrar("Vera")) {
    settle();
  }
  void delay(Box& at, std::uint32_t minutes) {
    v1::Ask ask;
    ask.set_session(sign_in(at, "reception", registrar));
    ask.mutable_adjust_shift()->set_shift(shift.to_octets());
    ask.mutable_adjust_shift()->set_delay_minutes(minutes);
    auto answer = this->ask(at, "reception", ask);
    REQUIRE(answer);
    REQUIRE(answer->refusal() == v1::ASK_GRANTED);
  }
  void delay(std::uint32_t minutes) { delay(point, minutes); }
  /// What both ends say of it; they must agree.
  std::uint32_t known() {
    auto at = [](const auto& states) { return states.rows().begin()->second.state.delay_minutes(); };
    CHECK(at(point.node->state().shift_states) == at(central->state().shift_states));
    return at(point.node->state().shift_states);
  }
  /// The box's disk is `disk` now, and its agent starts from it.
  void put_disk(Box& box, const MemoryStore& disk) {
    cut(box);
    box.node.reset();
    box.store = disk;
    restart(box);
  }
  void accept_the_disk() {
    v1::Actor manager;
    manager.set_kind(v1::ACTOR_STAFF);
    central->accept_older_disk(point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  }
  void nothing_differs() {
    CHECK(same_state(point));
    pass_seconds(until_marked_s);
    for (auto kind : {v1::INCIDENT_HASH, v1::INCIDENT_FORK, v1::INCIDENT_QUARANTINE})
      CHECK(incidents(kind) == 0);
  }

  Uuid shift, registrar;
};

}  // namespace

TEST_CASE("of a subject in both branches the younger life says how it is, at both ends and after a restart",
          "[protocol][sync][N10]") {
  Delayed net;
  net.delay(5);
  const MemoryStore backup = net.point.store;
  net.delay(10);
  net.put_disk(net.point, backup);
  net.delay(20);
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  CHECK(net.known() == 20);
  CHECK(net.same_state(net.point));
  net.restart(net.point);
  CHECK(net.known() == 20);
  CHECK(net.same_state(net.point));
}

TEST_CASE("what was written without a line goes to central life by life, each whole",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.cut(net.point);
  for (int run = 0; run < 3; ++run) {
    net.ticket();
    net.reading(net.point);
    net.restart(net.point);
  }
  CHECK(net.point.view().acts_unsynced() > 3);
  net.reconnect(net.point);
  CHECK(net.central->state().tickets.rows().size() == 3);
  CHECK(net.point.view().acts_unsynced() == 0);
  CHECK(net.point.view().readings_unsynced() == 0);
  CHECK(net.point.view().oldest_unsynced_ms() == 0);
  CHECK(net.same_state(net.point));
  for (auto kind : {v1::INCIDENT_BRANCH, v1::INCIDENT_FORK, v1::INCIDENT_CLONE, v1::INCIDENT_QUARANTINE})
    CHECK(net.incidents(kind) == 0);
  net.restart(net.point);
  CHECK(net.point.view().acts_unsynced() == 0);  // Also before central is heard again.
}

TEST_CASE("a disk from before the youngest life is refused until a person says that it is the right one",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.ticket();
  const MemoryStore old_disk = net.point.store;
  net.ticket();
  net.cut(net.point);
  net.restart(net.point);
  net.ticket();  // In a life of its own.
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  net.cut(net.point);
  net.point.node.reset();
  net.point.store = old_disk;
  net.restart(net.point);
  net.reconnect(net.point);
  CHECK(net.point.node->link().refusal() == v1::REFUSAL_CLONE);

  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  net.restart_central();  // What a person said is durable.
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.point.node->state().tickets.rows().size() == 3);
  CHECK(net.same_state(net.point));
  CHECK(net.ticket() == "A004");
  CHECK(net.held(net.point) == net.acts());
  net.restart(net.point);
  net.reconnect(net.point);
  CHECK(net.point.live());
}

TEST_CASE(
    "an older disk that people have used and that a person accepted gets the life back that it never knew",
    "[protocol][sync][N10]") {
  OnePoint net;
  net.ticket();
  const MemoryStore old_disk = net.point.store;
  net.cut(net.point);
  net.restart(net.point);
  net.ticket();  // In a life of its own, which the older disk does not know.
  net.reconnect(net.point);
  const Epoch lost = net.point.node->writer().epoch();
  net.cut(net.point);
  net.point.node.reset();
  net.point.store = old_disk;
  net.restart(net.point);
  net.ticket();
  const Epoch mine = net.point.node->writer().epoch();
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  CHECK(net.point.node->writer().epoch() == mine);  // It is ours alone: it goes on.
  CHECK(net.point.node->state().tickets.rows().size() == 3);
  CHECK(net.point.node->link().lives().find(lost) != nullptr);
  CHECK(net.point.node->link().lives().present().epoch == mine);
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.same_state(net.point));
  CHECK(net.incidents(v1::INCIDENT_FORK) == 0);
}

TEST_CASE("an agent that starts again before a life that it never knew is back goes on from what it has",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.ticket();
  const MemoryStore old_disk = net.point.store;
  const Epoch known = net.point.node->writer().epoch();
  const std::uint64_t known_acts = net.acts();
  net.cut(net.point);
  net.restart(net.point);
  net.ticket();  // In a life of its own, which the older disk does not know.
  net.reconnect(net.point);
  net.cut(net.point);
  net.point.node.reset();
  net.point.store = old_disk;
  net.restart(net.point);
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  net.lose = [](v1::Frame& frame) { return frame.has_restore(); };
  net.reconnect(net.point);
  REQUIRE(net.point.node->link().phase() == sync::PointLink::Phase::restoring);
  net.cut(net.point);
  net.restart(net.point);
  const std::size_t branches = net.incidents(v1::INCIDENT_BRANCH);
  net.ticket();
  net.lose = [](v1::Frame&) { return false; };
  std::optional<v1::NodeLife> opened;
  net.point.store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.header.verb() == v1::OPENED && record.key.epoch == net.point.node->writer().epoch())
      opened = record.body<v1::NodeLife>();
  });
  REQUIRE(opened);
  CHECK(opened->parent_epoch() == known.value);
  CHECK(opened->parent_seq() == known_acts);
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_BRANCH) == branches);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.same_state(net.point));
}

TEST_CASE("two starts without a line on an older disk: both ends have the lives in one order",
          "[protocol][sync][N10]") {
  for (const bool goes_on : {true, false}) {
    Delayed net;
    net.delay(5);
    const MemoryStore backup = net.point.store;
    net.restart(net.point);
    net.delay(10);  // In a life of its own, which the older disk does not know.
    net.reconnect(net.point);
    REQUIRE(net.point.live());
    net.put_disk(net.point, backup);
    net.delay(20);
    net.restart(net.point);
    if (goes_on) net.ticket();
    net.reconnect(net.point);
    CHECK(net.point.node->link().refusal() == v1::REFUSAL_CLONE);
    net.accept_the_disk();
    net.reconnect(net.point);
    REQUIRE(net.point.live());
    CHECK(net.known() == 20);
    net.nothing_differs();
    net.restart(net.point);
    net.reconnect(net.point);
    CHECK(net.known() == 20);
    net.nothing_differs();
  }
}

TEST_CASE("acts of an older life that come after those of a younger one change nothing, at both ends",
          "[protocol][sync][N10]") {
  Delayed net;
  net.delay(5);
  net.cut(net.point);
  Box& copy = net.copy_of(net.point);
  net.delay(10);  // It waits at the box, while the copy takes its place.
  net.pass_seconds(silence_s);
  net.delay(copy, 20);
  net.reconnect(copy);
  REQUIRE(copy.live());
  net.cut(copy);
  net.pass_seconds(silence_s);
  net.reconnect(net.point);
  CHECK(net.point.node->link().refusal() == v1::REFUSAL_CLONE);
  net.accept_the_disk();
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  CHECK(net.known() == 20);
  CHECK(net.central->state().acts_of(net.point.identity.node) > 0);
  net.nothing_differs();
  net.restart_central();
  net.reconnect(net.point);
  CHECK(net.known() == 20);
  net.nothing_differs();
}

TEST_CASE("lives that central has lost come back to it in their order, whatever is lost on the way",
          "[protocol][sync][N10]") {
  Delayed net;
  for (std::uint32_t minutes : {5, 10, 15}) {
    net.delay(minutes);
    net.restart(net.point);
  }
  net.delay(20);
  net.lose_next(v1::Frame::kBatch);  // The first life that it lacks.
  net.reconnect(net.point);
  net.pass_seconds(until_resent_s);
  REQUIRE(net.point.live());
  std::vector<Epoch> here;
  for (const sync::Life& life : net.point.node->link().lives().all()) here.push_back(life.epoch);
  CHECK(net.central->state().lives_of(net.point.identity.node) == here);
  CHECK(net.known() == 20);
  net.nothing_differs();
}

}  // namespace feldsher::testing
