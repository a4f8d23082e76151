// A point's window, and what dies, goes away or is set back before, in and after a cut.
#include "tests/unit/edge-agent/node/windowed.hpp"

namespace feldsher::testing {

TEST_CASE("nothing is cut while the standby is away, though all was safe with it",
          "[edge-agent][window][X11]") {
  Windowed net;
  net.five_days();
  net.cut_copy();
  net.trim();
  CHECK(net.acts_cut() + net.window->status().blocks_cut == 0);
  net.copy = std::make_unique<Copy>();  // Another in its place, which has nothing yet.
  net.lose_copied = [](v1::StandbyFrame& frame) { return frame.has_batch(); };
  net.follow();
  net.work(20);
  CHECK(net.acts_cut() + net.window->status().blocks_cut == 0);
  net.lose_copied = [](v1::StandbyFrame&) { return false; };
  net.follow();
  net.work(60);
  CHECK(net.acts_cut() > 0);
  net.all_agree();
}

TEST_CASE("a standby that goes while central reads for a cut stops it", "[edge-agent][window][X11]") {
  Windowed net;
  net.ticket();
  net.pass(2);
  net.ledger->hold();
  net.propose({{net.acts(), 3}});
  REQUIRE(net.ledger->waiting() > 0);
  net.cut_copy();
  net.ledger->run();
  net.settle_all();
  CHECK_FALSE(net.was_signed());
  net.connect_copy();
  net.settle_all();
  net.propose({{net.acts(), 3}});
  CHECK(net.was_signed());
}

TEST_CASE("whatever it died in, a point goes on, and has whole journals in between",
          "[edge-agent][window][X7][X11]") {
  for (int steps = 0; steps < 14; ++steps) {
    INFO("died after " << steps);
    Windowed net;
    net.rule.drop_acts = 4;
    net.rule.drop_blocks = 1;
    net.begin_window();
    net.five_days();
    net.window->trim();
    net.work(2);  // Looked, signed and cut; now it drops.
    net.point->ledger->hold();
    for (int i = 0; i < steps; ++i) {
      net.window->tick();
      net.point->ledger->step();
    }
    net.point->ledger->lose();
    net.die();
    net.all_agree();
    net.trim();
    CHECK(net.window->status().phase == std::string("idle"));
    std::size_t kept = 0;
    net.point->store.kept([&](Record&&) { ++kept; });
    CHECK(kept == net.window->status().acts_kept);
    net.all_agree();
  }
}

TEST_CASE("a disk from before the cut gets back what it lost, and is cut again",
          "[edge-agent][window][X11]") {
  Windowed net;
  net.five_days();
  const MemoryStore backup = net.point->store;
  net.trim();
  const std::uint64_t cut = net.acts_cut();
  REQUIRE(cut > 0);
  net.ticket();
  net.pass(2);
  net.window.reset();
  net.cut(*net.point);
  net.pass(60);  // It was away before another came with its older disk.
  net.point->node.reset();
  net.point->store = backup;
  net.die();
  net.pass(40);
  if (!net.point->live()) net.connect(*net.point);
  net.pass(5);
  net.all_agree();
  CHECK(net.acts_cut() == 0);
  net.trim();
  CHECK(net.acts_cut() >= cut);
  net.all_agree();
}

TEST_CASE("a disk from after the cut gets back what it lost, its suffix only", "[edge-agent][window][X11]") {
  Windowed net;
  net.five_days();
  net.trim();
  const MemoryStore backup = net.point->store;
  for (int i = 0; i < 3; ++i) net.ticket();
  net.pass(2);
  net.window.reset();
  net.cut(*net.point);
  net.pass(60);
  net.point->node.reset();
  net.point->store = backup;
  net.sent.clear();
  net.die();
  net.all_agree();
  CHECK(net.point->node->state().tickets.rows().size() == 21);
  std::uint64_t restored = 0;
  for (const v1::Frame& frame : net.sent)
    if (frame.has_restore()) restored += static_cast<std::uint64_t>(frame.restore().records_size());
  CHECK(restored > 0);
  CHECK(restored < net.acts_cut());
}

namespace {

/// When the oldest act was written that central lacks and this disk still has.
std::int64_t oldest_ms(Windowed& net) {
  const sync::Life::Way& acts = net.point->node->link().lives().present().acts;
  const auto left = net.point->disk->read(acts.tip.journal, acts.cut + 1, {});
  REQUIRE_FALSE(left.empty());
  CHECK(left.front().header.at().wall_ms() < net.clock.now().wall_ms - WindowRule::day_ms);
  return left.front().header.at().wall_ms();
}

}  // namespace

TEST_CASE("a central restored from before the cut says what it lacks, and so does the point; nobody waits",
          "[edge-agent][window][X11]") {
  Windowed net;
  const MemoryStore old_central = net.store;
  net.five_days();
  net.trim();
  REQUIRE(net.acts_cut() > 0);
  const MemoryStore standby = net.copy->store;
  auto take_over = [&](const MemoryStore& from) {
    net.cut_copy();
    net.store = from;
    const Transaction transaction = central::CentralNode::take_over(net.store, "test");
    net.store.commit(std::span(&transaction, 1));
    net.begin_central();
    net.connect(*net.point);
    net.pass(10);
  };
  take_over(old_central);
  CHECK(net.point->live());
  std::size_t there = 0;
  for (const auto& [id, row] : net.central->state().incidents.rows())
    there += row.state.kind() == v1::INCIDENT_FORGOTTEN &&
             row.state.detail().find("it has cut them up to") != std::string::npos;
  CHECK(there > 0);
  std::size_t here = 0;
  for (const auto& [id, row] : net.point->node->state().incidents.rows())
    here += row.state.kind() == v1::INCIDENT_FORGOTTEN;
  CHECK(here > 0);
  CHECK_FALSE(net.ticket().empty());  // People are served, and the feed goes on.
  net.clinic->room("14");
  net.pass(2);
  CHECK(net.point->node->state().rooms.rows().size() >= 1);
  CHECK(net.point->view().acts_unsynced() > 0);
  const auto& lives = net.point->node->link().lives();
  CHECK(lives.out_of_reach(v1::ACTS) > 0);
  CHECK(lives.out_of_reach(v1::ACTS) < lives.unsynced(v1::ACTS));  // What follows waits, and is here.
  CHECK(lives.safe(v1::ACTS) == 0);
  CHECK(net.point->view().oldest_unsynced_ms() == oldest_ms(net));
  // The standby has what is missing: with it in central's place all is well again.
  take_over(standby);
  CHECK(net.point->view().acts_unsynced() == 0);
  CHECK(lives.out_of_reach(v1::ACTS) == 0);
  CHECK(net.same_state(*net.point));
}

}  // namespace feldsher::testing
