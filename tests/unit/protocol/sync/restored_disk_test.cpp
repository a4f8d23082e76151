#include "one_point.hpp"

namespace feldsher::testing {
namespace {

/// A point whose disk was put back to how it was before its last tickets.
struct Restored : OnePoint {
  explicit Restored(int lost_acts = 3, int lost_readings = 0, bool line_between = true) {
    ticket();
    const MemoryStore backup = point.store;
    for (int i = 0; i < lost_acts; ++i) labels.push_back(ticket());
    for (int i = 0; i < lost_readings; ++i) reading(point);
    settle();
    if (line_between) reconnect(point);
    old_life = point.node->writer().epoch();
    all_acts = acts();
    cut(point);
    point.node.reset();
    point.store = backup;
    restart(point);
    REQUIRE(acts() < all_acts);
  }
  void lose_acts_of_restore() {
    lose = [lost = false](v1::Frame& frame) mutable {
      return !lost && frame.has_restore() && frame.restore().stream() == v1::ACTS && (lost = true);
    };
  }
  std::vector<std::string> labels;
  Epoch old_life;
  std::uint64_t all_acts = 0;
};

}  // namespace

TEST_CASE("a restored disk gets back what it lost, and begins a new life", "[protocol][sync]") {
  Restored net;
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.point.node->writer().epoch() != net.old_life);
  CHECK(net.point.node->state().tickets.rows().size() == 4);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
  for (const JournalTip& tip : net.point.store.tips())
    if (tip.journal.epoch == net.old_life && tip.journal.stream == v1::ACTS) CHECK(tip.seq == net.all_acts);

  const auto opened =
      net.point.store.read({net.point.identity.node, v1::ACTS, net.point.node->writer().epoch()}, 1, {});
  REQUIRE_FALSE(opened.empty());
  const auto life = opened.front().body<v1::NodeLife>();
  REQUIRE(life);
  CHECK(life->reason() == v1::OPEN_WAS_BEHIND);
  CHECK(life->parent_epoch() == net.old_life.value);
  CHECK(life->parent_seq() == net.all_acts);

  CHECK(net.ticket() == "A005");
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.same_state(net.point));
  net.pass_seconds(until_marked_s);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
}

TEST_CASE("a disk that lost only readings, or all of them, gets them back", "[protocol][sync]") {
  Restored net(0 + 1, 5);
  net.reconnect(net.point);
  CHECK(net.point.live());
  const auto blocks = net.point.store.read({net.point.identity.node, v1::READINGS, net.old_life}, 1, {});
  CHECK(blocks.size() == 5);
}

TEST_CASE("what comes back is octet for octet what was lost", "[protocol][sync][X11]") {
  Restored net;
  net.reconnect(net.point);
  const JournalId id{net.point.identity.node, v1::ACTS, net.old_life};
  const auto here = net.point.store.read(id, 1, {}), there = net.store.read(id, 1, {});
  REQUIRE(here.size() == there.size());
  CHECK(here.back().stored.hash == there.back().stored.hash);
}

TEST_CASE("a restore over a line that loses it begins again, and ends", "[protocol][sync]") {
  Restored net;
  net.lose_acts_of_restore();
  net.reconnect(net.point);
  CHECK_FALSE(net.point.live());
  net.pass_seconds(until_resent_s);  // It comes to a halt, and the line is dropped.
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.point.node->state().tickets.rows().size() == 4);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 0);
}

TEST_CASE("while records are handed back nobody is answered, and after that the same ask is",
          "[protocol][sync]") {
  Restored net;
  net.lose_acts_of_restore();
  net.reconnect(net.point);
  v1::Ask ask;
  ask.set_id(net.point.random.octets(16));
  ask.mutable_walk_in()->set_service(net.gp.to_octets());
  CHECK(net.ask(net.point, "checkin-1", ask)->refusal() == v1::ASK_BUSY);
  net.pass_seconds(until_resent_s);
  net.reconnect(net.point);
  CHECK(net.ask(net.point, "checkin-1", ask)->checked_in().ticket_label() == "A005");
}

TEST_CASE("a point that goes on in the middle of a restore makes no fork: it does so in a new life",
          "[protocol][sync][N10]") {
  Restored net;
  net.lose_acts_of_restore();
  net.reconnect(net.point);
  net.cut(net.point);
  CHECK_FALSE(net.ticket().empty());  // A patient cannot wait for central.
  CHECK(net.point.node->writer().epoch() != net.old_life);
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 0);
  CHECK(net.incidents(v1::INCIDENT_BRANCH) == 1);
  std::uint64_t old_acts = 0;
  for (const JournalTip& tip : net.store.tips())
    if (tip.journal == JournalId{net.point.identity.node, v1::ACTS, net.old_life}) old_acts = tip.seq;
  CHECK(old_acts == net.all_acts);
}

TEST_CASE("what people did on a restored disk before central was heard is kept beside what the disk had lost",
          "[protocol][sync][N10]") {
  Restored net;
  CHECK(net.ticket() == "A002");  // It was given before: this disk does not know.
  CHECK(net.ticket() == "A003");
  CHECK(net.point.node->writer().epoch() != net.old_life);
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_BRANCH) == 1);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 0);
  CHECK(net.central->state().tickets.rows().size() == 6);
  CHECK(net.point.node->state().tickets.rows().size() == 6);
  CHECK(net.same_state(net.point));
  CHECK(net.ticket() == "A005");
  net.pass_seconds(until_marked_s);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);

  net.cut(net.point);
  net.restart(net.point);
  CHECK(net.same_state(net.point));
  CHECK(net.point.node->state().tickets.rows().size() == 7);
}

TEST_CASE("a life that begins while the hello of the one before is on its way is named in the next hello",
          "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  net.restart(net.point);
  net.connect(net.point);
  CHECK(net.ticket() == "A001");
  net.settle();
  CHECK(net.point.live());
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 0);
}

TEST_CASE("a restored disk whose clock is wrong learns the time after it got its records back",
          "[protocol][sync]") {
  Restored net;
  net.point.clock.trust(v1::FREE_RUNNING);
  net.point.clock.jump_ms(-3'600'000);
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_FORK) == 0);
  CHECK(std::abs(net.point.node->now().wall_ms - net.clock.now().wall_ms) < 2'000);
  CHECK(net.same_state(net.point));
}

TEST_CASE("the box whose life was taken over by its copy is refused, and nothing of it is lost at central",
          "[protocol][sync]") {
  OnePoint net;
  const MemoryStore backup = net.point.store;
  net.ticket();
  net.cut(net.point);
  Box& copy = net.copy_of(net.point);
  copy.node.reset();
  copy.store = backup;
  net.restart(copy);
  net.reconnect(copy);
  REQUIRE(copy.live());
  net.cut(copy);
  net.reconnect(net.point);
  CHECK(net.point.node->link().refusal() == v1::REFUSAL_CLONE);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 1);
  CHECK(net.central->state().tickets.rows().size() == 1);
}

TEST_CASE("of two boxes with the same old disk the second is a clone, though it too is behind",
          "[protocol][sync]") {
  Restored net;
  Box& copy = net.copy_of(net.point);
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  net.cut(net.point);
  net.reconnect(copy);
  CHECK(copy.node->link().refusal() == v1::REFUSAL_CLONE);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 1);
  net.reconnect(net.point);
  CHECK(net.point.live());
}

}  // namespace feldsher::testing
