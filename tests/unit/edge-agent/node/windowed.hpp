#pragma once
#include "edge-agent/agent/window.hpp"
#include "protocol/journal/verify.hpp"
#include "tests/unit/central/standby/copied_network.hpp"

namespace feldsher::testing {

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
    window->resume(*point->disk);
    point->node->on_rebuilt = [this](const sync::Rebuilt& rebuilt, Transaction& with) {
      window->rebuilt(rebuilt, with);
    };
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
    verifier.demand_countersignatures({central_signer.public_key()});
    for (const JournalTip& cut : point->disk->cuts()) verifier.cut(cut);
    v1::SignedCheckpoint checkpoint;
    if (auto octets = point->disk->value(checkpoint_value))
      if (checkpoint.ParseFromString(*octets)) verifier.expect_checkpoint(checkpoint);
    point->disk->replay(0, [&](std::uint64_t, Record&& record) {
      verifier.record(record.journal(), record.key.seq, record.stored.core, record.stored.body,
                      record.stored.body_digest, record.stored.hash, record.stored.prev);
    });
    verifier.kept(check);
    for (const JournalTip& tip : point->disk->tips()) verifier.tip(tip.journal, tip.seq, tip.hash);
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

}  // namespace feldsher::testing
