// A point's window: what is cut, by whose leave, what stays, and what happens when something ends in between.
#include "edge-agent/agent/window.hpp"
#include "protocol/journal/verify.hpp"
#include "tests/unit/central/standby/copied_network.hpp"

namespace feldsher::testing {
namespace {

using edge::Window;
using edge::WindowRule;

/// A point with a window of three days, and a standby at central.
struct Windowed : CopiedNetwork {
  explicit Windowed(bool with_standby = true) {
    if (with_standby) follow();
    begin_window();
  }
  void begin_window() {
    window.reset();
    window = std::make_unique<Window>(*point->node, *point->ledger, *point->signer, rule);
    window->resume(point->store);
  }
  void reading() {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(point->identity.node.to_octets());
    draft.subject = {v1::READING_BLOCK, point->random.uuid_v7(monday_8_ms)};
    draft.verb = v1::SEALED;
    draft.message = point->random.octets(400);
    point->node->write(v1::READINGS, {draft}, {}, [] {});
    settle_all();
  }
  void a_day_passes() {
    cut(*point);
    if (copy) cut_copy();
    for (VirtualClock* each : {&clock, &point->clock}) each->pass_ms(WindowRule::day_ms);
    if (copy) copy->clock.pass_ms(WindowRule::day_ms);
    if (copy) connect_copy();
    connect(*point);
    settle_all();
    pass(2);
  }
  /// Work, rest, and nothing but the last day is young.
  void five_days() {
    for (int day = 0; day < 5; ++day) {
      for (int i = 0; i < 3; ++i) labels.push_back(ticket());
      reading();
      a_day_passes();
    }
    for (int i = 0; i < 3; ++i) labels.push_back(ticket());
    reading();
    pass(2);
  }
  void work(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      window->tick();
      settle_all();
      pass(1);
    }
  }
  void trim(int seconds = 40) {
    window->trim();
    work(seconds);
  }
  /// The process dies without a word, and starts from its disk.
  void die() {
    window.reset();
    restart(*point);
    begin_window();
    connect(*point);
    settle_all();
    pass(2);
  }
  std::uint64_t acts_cut() const { return window->status().acts_cut; }
  std::size_t held_here() {
    std::size_t count = 0;
    point->store.replay(0, [&](std::uint64_t, Record&&) { ++count; });
    return count;
  }
  /// Proposes, beside the window, to cut the journals at `cuts`; `chain`: what is said of the last of them.
  void propose(const std::vector<std::pair<JournalId, std::uint64_t>>& cuts,
               std::optional<Digest> chain = {}) {
    std::vector<JournalTip> tips;
    KeptSet kept(
        [this](const RecordKey& a, const RecordKey& b) { return point->node->link().lives().later(a, b); });
    for (const auto& [journal, to] : cuts) {
      JournalTip& tip = tips.emplace_back();
      tip.journal = journal;
      while (tip.seq < to)
        for (const Record& record : point->store.read(journal, tip.seq + 1, {.records = 1, .octets = 1})) {
          if (tip.seq == to) break;
          tip.advance(record);
          kept.pass(record);
        }
    }
    if (chain) tips.back().hash = *chain;
    sent.clear();
    point->node->link().propose(sign_checkpoint(
        make_checkpoint(tenant_of_tests, point->identity.node, point->node->writer().epoch(), tips, kept),
        *point->signer));
    settle_all();
  }
  JournalId acts() const { return point->node->writer().tip(v1::ACTS).journal; }
  bool was_signed() const {
    return std::any_of(sent.begin(), sent.end(), [](const v1::Frame& frame) {
      return frame.has_checkpoint() && !frame.checkpoint().countersignature().empty();
    });
  }
  std::vector<Verifier::Finding> verify() {
    Verifier verifier(tenant_of_tests);
    verifier.demand_countersignatures(central_signer.public_key());
    for (const JournalTip& cut : point->store.cuts()) verifier.cut(cut);
    v1::SignedCheckpoint checkpoint;
    if (auto octets = point->store.value(checkpoint_value))
      if (checkpoint.ParseFromString(*octets)) verifier.expect_checkpoint(checkpoint);
    point->store.replay(0, [&](std::uint64_t, Record&& record) {
      verifier.record(record.journal(), record.key.seq, record.stored.core, record.stored.body,
                      record.stored.body_digest, record.stored.hash, record.stored.prev);
    });
    verifier.kept(check);
    for (const JournalTip& tip : point->store.tips()) verifier.tip(tip.journal, tip.seq, tip.hash);
    return verifier.findings();
  }
  void all_agree() {
    pass(15);
    CHECK(point->live());
    CHECK(same_state(*point));
    for (auto kind : {v1::INCIDENT_HASH, v1::INCIDENT_FORK, v1::INCIDENT_CLONE, v1::INCIDENT_QUARANTINE})
      CHECK(incidents(kind) == 0);
    for (const auto& finding : verify()) FAIL_CHECK(finding.seq << ": " << finding.what);
  }

  WindowRule rule{.acts_ms = 3 * WindowRule::day_ms, .readings_ms = 2 * WindowRule::day_ms};
  std::unique_ptr<Window> window;
  std::vector<std::string> labels;
};

}  // namespace

TEST_CASE("a point cuts what is older than its window, and all goes on as before",
          "[edge-agent][window][K3]") {
  Windowed net;
  net.five_days();
  const std::size_t before = net.held_here();
  const std::size_t tickets = net.point->node->state().tickets.rows().size();
  const Digest own = net.point->node->link().own_subjects().hash();
  net.trim();
  const Window::Status status = net.window->status();
  CHECK(status.phase == std::string("idle"));
  CHECK(status.acts_cut > 0);
  CHECK(status.acts_kept <= status.acts_cut);
  CHECK(status.blocks_cut == 4);
  CHECK(net.held_here() == before - 4 - (status.acts_cut - status.acts_kept));
  CHECK(status.cut_at_ms > monday_8_ms);
  // What is young is there, whole.
  for (const JournalTip& cut : net.point->store.cuts())
    if (cut.journal.stream == v1::ACTS)
      CHECK(net.point->store.read(cut.journal, cut.seq + 1, {}).front().header.at().wall_ms() >=
            net.clock.now().wall_ms - net.rule.acts_ms - 60'000);
  net.all_agree();
  net.die();
  CHECK(net.point->node->state().tickets.rows().size() == tickets);
  CHECK(net.acts_cut() == status.acts_cut);
  CHECK(net.held_here() <= before);
  net.all_agree();
  CHECK(net.ticket() == "A004");
  CHECK(net.central->state().tickets.rows().size() == tickets + 1);
  // And the cut moves on.
  for (int day = 0; day < 3; ++day) net.a_day_passes();
  net.trim();
  CHECK(net.acts_cut() > status.acts_cut);
  CHECK(own != net.point->node->link().own_subjects().hash());
  net.all_agree();
}

TEST_CASE("what is on one disk only is never cut", "[edge-agent][window][N8]") {
  Windowed net(false);
  net.five_days();
  net.trim();
  CHECK(net.acts_cut() == 0);
  CHECK(net.window->status().blocks_cut == 0);
  net.follow();
  net.pass(2);
  net.trim();
  CHECK(net.acts_cut() > 0);
  net.all_agree();
}

TEST_CASE("nothing that is young is cut", "[edge-agent][window]") {
  Windowed net;
  net.ticket();
  net.reading();
  net.pass(2);
  net.trim();
  CHECK(net.acts_cut() + net.window->status().blocks_cut == 0);
  CHECK(net.window->status().phase == std::string("idle"));
  CHECK(net.point->store.value(checkpoint_value) == std::nullopt);
}

TEST_CASE("it happens by itself once a day", "[edge-agent][window]") {
  Windowed net;
  net.work(30);
  CHECK(std::none_of(net.sent.begin(), net.sent.end(),
                     [](const v1::Frame& frame) { return frame.has_checkpoint(); }));
  net.five_days();
  net.work(30);
  CHECK(net.acts_cut() > 0);
}

TEST_CASE("a proposal or an answer that is lost is sent again", "[edge-agent][window]") {
  Windowed net;
  net.five_days();
  net.lose = [lost = 0](v1::Frame& frame) mutable { return frame.has_checkpoint() && lost++ < 2; };
  net.trim(20);
  CHECK(net.acts_cut() == 0);
  net.work(60);
  CHECK(net.acts_cut() > 0);
  net.all_agree();
}

TEST_CASE("central signs nothing that it does not come to itself", "[edge-agent][window][K3]") {
  Windowed net;
  net.five_days();
  net.lose = [&](v1::Frame& frame) {
    v1::Checkpoint checkpoint;
    if (!frame.has_checkpoint() || !checkpoint.ParseFromString(frame.checkpoint().checkpoint())) return false;
    checkpoint.set_kept(checkpoint.kept() - 1);
    *frame.mutable_checkpoint() = sign_checkpoint(checkpoint, *net.point->signer);
    return false;
  };
  net.trim();
  CHECK(net.acts_cut() == 0);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  net.lose = [](v1::Frame&) { return false; };
  net.trim();
  CHECK(net.acts_cut() > 0);
}

TEST_CASE("a checkpoint that its node has not signed ends the line", "[edge-agent][window][K3]") {
  Windowed net;
  net.five_days();
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_checkpoint()) frame.mutable_checkpoint()->mutable_signature()->append("x");
    return false;
  };
  net.trim();
  CHECK(net.acts_cut() == 0);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
}

TEST_CASE("a cut within a transaction is refused, whatever it says of it, and harms nobody",
          "[edge-agent][window][K3][X6]") {
  Windowed net;
  net.ticket();  // Its life; a visit and a ticket, in one.
  net.ticket();
  net.pass(2);
  REQUIRE(net.point->store.read(net.acts(), 2, {}).front().header.more() != 0);
  bool says_truth = false;
  SECTION("it says that nothing is there") {}
  SECTION("it says what is there") { says_truth = true; }
  net.propose({{net.acts(), 2}}, says_truth ? std::nullopt : std::optional(zero_digest));
  CHECK_FALSE(net.was_signed());
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  net.propose({{net.acts(), 3}});
  CHECK(net.was_signed());
  CHECK(net.point->live());
}

TEST_CASE("a checkpoint that cuts a journal twice ends the line", "[edge-agent][window][K3][X6]") {
  Windowed net;
  net.ticket();
  net.ticket();
  net.pass(2);
  net.propose({{net.acts(), 3}, {net.acts(), 1}});
  CHECK_FALSE(net.was_signed());
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
  CHECK_FALSE(net.point->live());
}

TEST_CASE("a checkpoint that was refused falls when it comes again, and nothing is read for it",
          "[edge-agent][window][K3]") {
  Windowed net;
  net.ticket();
  net.pass(2);
  net.propose({{net.acts(), 3}}, sha256("another"));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  net.ledger->hold();
  net.propose({{net.acts(), 3}}, sha256("another"));
  CHECK(net.ledger->waiting() == 0);
  net.ledger->run();
  net.settle_all();
  CHECK_FALSE(net.was_signed());
  net.propose({{net.acts(), 3}});
  CHECK(net.was_signed());
}

TEST_CASE("what was read for a checkpoint is of no account for one that leaves a life out",
          "[edge-agent][window][K3]") {
  Windowed net;
  net.ticket();
  const JournalId older = net.acts();
  net.window.reset();
  net.cut(*net.point);
  net.restart(*net.point);
  net.ticket();  // In a life of its own.
  const JournalId younger = net.acts();
  REQUIRE(older != younger);
  net.connect(*net.point);
  net.settle_all();
  net.pass(2);
  net.propose({{older, 3}, {younger, net.point->node->writer().tip(v1::ACTS).seq}});
  CHECK(net.was_signed());
  net.propose({{older, 3}});
  CHECK(net.was_signed());
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
}

TEST_CASE("nothing is cut while the standby is away, though all was safe with it",
          "[edge-agent][window][N8]") {
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

TEST_CASE("a standby that goes while central reads for a cut stops it", "[edge-agent][window][N8]") {
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

TEST_CASE("an answer that central has not signed is none", "[edge-agent][window][K3]") {
  Windowed net;
  net.five_days();
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_checkpoint() && !frame.checkpoint().countersignature().empty())
      countersign(*frame.mutable_checkpoint(), *net.point->signer);
    return false;
  };
  net.trim();
  CHECK(net.acts_cut() == 0);
}

TEST_CASE("whatever it died in, a point goes on, and has whole journals in between",
          "[edge-agent][window][X7]") {
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

TEST_CASE("a long history is cut by several checkpoints", "[edge-agent][window]") {
  Windowed net;
  net.rule.step_acts = 10;
  net.begin_window();
  net.five_days();
  net.trim(80);
  std::size_t checkpoints = 0;
  for (const v1::Frame& frame : net.sent) checkpoints += frame.has_checkpoint();
  CHECK(checkpoints >= 4);
  CHECK(net.window->status().phase == std::string("idle"));
  net.all_agree();
}

TEST_CASE("a disk from before the cut gets back what it lost, and is cut again",
          "[edge-agent][window][N10]") {
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

TEST_CASE("a disk from after the cut gets back what it lost, its suffix only", "[edge-agent][window][N10]") {
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

TEST_CASE("a central restored from before the cut says what it lacks, and so does the point; nobody waits",
          "[edge-agent][window][N8]") {
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
  // The standby has what is missing: with it in central's place all is well again.
  take_over(standby);
  CHECK(net.point->view().acts_unsynced() == 0);
  CHECK(net.same_state(*net.point));
}

}  // namespace feldsher::testing
