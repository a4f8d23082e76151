// A rebuild that dies, or whose parts are lost or changed, and sides that do not know of it.
#include "tests/unit/edge-agent/node/rebuilt_point.hpp"

namespace feldsher::testing {

TEST_CASE("whatever a rebuild dies in, the next hello mends it", "[edge-agent][window][N10][X7]") {
  for (int steps = 0; steps < 12; ++steps) {
    INFO("died after " << steps);
    RebuiltPoint net;
    net.lose_disk();
    net.point->ledger->hold();
    net.connect(*net.point);
    for (int i = 0; i < steps; ++i) {
      net.settle_all();
      net.point->ledger->step();
    }
    net.point->ledger->lose();
    net.die();
    net.come_back();
    net.is_rebuilt();
  }
}

TEST_CASE("central dies while it works out what was kept, and the box asks again",
          "[edge-agent][window][X7]") {
  for (int steps = 0; steps < 8; ++steps) {
    INFO("died after " << steps);
    RebuiltPoint net;
    net.lose_disk();
    net.ledger->hold();
    net.connect(*net.point);
    for (int i = 0; i < steps; ++i) {
      net.settle_all();
      net.ledger->step();
    }
    net.ledger->lose();
    net.begin_central();
    net.follow();
    net.come_back();
    net.is_rebuilt();
  }
}

TEST_CASE("a part that is lost, comes twice or overtakes another does no harm", "[edge-agent][window][X7]") {
  RebuiltPoint net;
  net.lose_disk();
  SECTION("lost") {
    net.lose = [lost = false](v1::Frame& frame) mutable {
      return frame.has_rebuild() && !std::exchange(lost, true);
    };
    net.come_back(20);
  }
  SECTION("twice, and the second time when all is done") {
    std::optional<v1::Frame> part;
    net.lose = [&](v1::Frame& frame) {
      if (frame.has_rebuild()) part = frame;
      return false;
    };
    net.come_back();
    REQUIRE(part);
    net.lose = [](v1::Frame&) { return false; };
    net.point->node->link().receive(*part, net.point->node->now());
  }
  net.come_back();
  net.is_rebuilt();
}

namespace {

/// Rooms that are kept for ever, of some hundreds of KiB.
void write_much(Windowed& at) {
  for (int n = 0; n < 8; ++n) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(at.point->identity.node.to_octets());
    draft.subject = {v1::ROOM_STATE, at.point->random.uuid_v7(monday_8_ms)};
    draft.verb = v1::CHANGED;
    v1::RoomState state;
    state.GetReflection()->MutableUnknownFields(&state)->AddLengthDelimited(1000, Octets(100'000, 'x'));
    draft.message = state.SerializeAsString();
    at.point->node->write(v1::ACTS, {draft}, {}, [] {});
  }
  at.settle_all();
}

}  // namespace

TEST_CASE("parts of a large hand-back may come in any order, and a room of each is there",
          "[edge-agent][window][N10]") {
  RebuiltPoint net(write_much);
  net.lose_disk();
  std::optional<v1::Frame> late;
  net.lose = [&](v1::Frame& frame) {
    if (!frame.has_rebuild() || late) return false;
    late = frame;
    return true;
  };
  net.come_back(1);
  CHECK_FALSE(net.point->live());
  CHECK(net.point->store.cuts().empty());
  REQUIRE(late);
  CHECK(late->rebuild().parts() >= 3);
  net.lose = [](v1::Frame&) { return false; };
  net.point->node->link().receive(*late, net.point->node->now());
  net.come_back();
  net.is_rebuilt();
}

TEST_CASE("one part is on its way at a time, and so is what follows the parts",
          "[edge-agent][window][N10][X7]") {
  RebuiltPoint net(write_much);
  net.lose_disk();
  int on_the_way = 0, most = 0, parts = 0;
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_rebuild() || frame.has_restore()) most = std::max(most, ++on_the_way);
    if (frame.has_rebuild()) ++parts;
    if (frame.heartbeat().answer()) on_the_way = 0;
    return false;
  };
  net.come_back();
  CHECK(parts >= 8);
  CHECK(most == 1);
  net.is_rebuilt();
}

TEST_CASE("a slow answer does not end the line: both sides hear each other until all is handed back",
          "[edge-agent][window][N10][X7]") {
  RebuiltPoint net(write_much);
  net.lose_disk();
  bool waits = true;
  net.lose = [&](v1::Frame& frame) { return frame.heartbeat().answer() && std::exchange(waits, false); };
  for (int part = 0; part < 8; ++part) {
    net.come_back(11);  // The answer to one part is lost: central asks again.
    CHECK(net.point->up);
    waits = true;
  }
  net.lose = [](v1::Frame&) { return false; };
  net.come_back();
  net.is_rebuilt();
}

TEST_CASE("a line that twice ends amid the parts is followed by one that hands back all, record by record",
          "[edge-agent][window][N10][X7]") {
  RebuiltPoint net(write_much);
  net.lose_disk();
  net.lose = [](v1::Frame& frame) {
    return frame.has_rebuild() && frame.rebuild().part() == frame.rebuild().parts();
  };
  for (int waits_s : {20, 40}) {  // It waits twice as long for the second.
    net.sent.clear();
    net.come_back(waits_s);
    CHECK(net.kept_handed_back() > 0);
    CHECK_FALSE(net.point->live());
  }
  net.sent.clear();
  net.come_back();
  CHECK(net.kept_handed_back() == 0);
  CHECK(net.restored() >= net.acts_written);
  net.all_agree();
}

TEST_CASE("what is not what both signed is refused and reported, and all is handed back record by record",
          "[edge-agent][window][X7]") {
  const std::vector<std::function<void(v1::Rebuild&)>> changes{
      [](v1::Rebuild& of) { of.mutable_kept(1)->mutable_body()->back() ^= 1; },
      [](v1::Rebuild& of) { of.mutable_kept(1)->mutable_prev()->back() ^= 1; },
      [](v1::Rebuild& of) { of.mutable_kept()->RemoveLast(); },
      [](v1::Rebuild& of) { *of.add_kept() = of.kept(0); },
      [](v1::Rebuild& of) { of.mutable_kept(0)->set_core("no record"); },
      [](v1::Rebuild& of) { of.mutable_kept()->SwapElements(0, 1); },
      [](v1::Rebuild& of) { of.mutable_trees(0)->mutable_edge()->back() ^= 1; },
      [](v1::Rebuild& of) { of.mutable_trees()->RemoveLast(); },
      [](v1::Rebuild& of) { of.mutable_trees(0)->set_epoch(7); },
      [](v1::Rebuild& of) { of.mutable_checkpoint()->mutable_countersignature()->back() ^= 1; },
      [](v1::Rebuild& of) { of.mutable_checkpoint()->mutable_checkpoint()->append("x"); },
      [](v1::Rebuild& of) { of.clear_checkpoint(); },
      [](v1::Rebuild& of) { of.add_readings()->set_device("short"); },
      [](v1::Rebuild& of) {
        of.add_readings()->set_device(Octets(16, 'd')), of.mutable_readings(0)->add_first(1);
      },
  };
  for (std::size_t n = 0; n < changes.size(); ++n) {
    INFO("change " << n);
    RebuiltPoint net;
    net.lose_disk();
    net.lose = [&](v1::Frame& frame) {
      if (frame.has_rebuild()) changes[n](*frame.mutable_rebuild());
      return false;
    };
    net.come_back();
    CHECK_FALSE(net.point->live());
    CHECK(net.point->store.cuts().empty());
    net.sent.clear();
    net.come_back();
    CHECK(net.point->live());
    CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
    CHECK(net.kept_handed_back() == 0);
    CHECK(net.restored() >= net.acts_written);
    CHECK(net.point->node->state().tickets.rows().size() == net.labels.size());
    CHECK(net.same_state(*net.point));
    CHECK(net.verify().empty());
  }
}

TEST_CASE("a box that cannot take it, or a central that does not know the checkpoint, does it as before",
          "[edge-agent][window][N10]") {
  RebuiltPoint net;
  SECTION("an older box") {
    net.lose = [](v1::Frame& frame) {
      if (frame.has_hello()) frame.mutable_hello()->clear_takes_checkpoint();
      return false;
    };
  }
  SECTION("a central that has lost the checkpoint") {
    Transaction forget;
    forget.values[sync::CentralLink::cut_value(net.point->identity.node)] = "";
    net.store.commit(std::span(&forget, 1));
    net.begin_central();
    net.follow();
  }
  SECTION("a central whose checkpoint is not what it holds") {
    v1::SignedCheckpoint kept;
    kept.ParseFromString(*net.store.value(sync::CentralLink::cut_value(net.point->identity.node)));
    v1::Checkpoint wrong;
    wrong.ParseFromString(kept.checkpoint());
    wrong.set_kept(wrong.kept() + 1);
    Transaction change;
    change.values[sync::CentralLink::cut_value(net.point->identity.node)] =
        sign_checkpoint(wrong, *net.point->signer).SerializeAsString();
    net.store.commit(std::span(&change, 1));
    net.begin_central();
    net.follow();
  }
  net.lose_disk();
  net.come_back();
  CHECK(net.point->store.cuts().empty());
  CHECK(net.kept_handed_back() == 0);
  CHECK(net.restored() >= net.acts_written);
  net.all_agree();
}

}  // namespace feldsher::testing
