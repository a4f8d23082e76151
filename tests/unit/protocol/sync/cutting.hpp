#pragma once
#include <array>

#include "one_link.hpp"

namespace feldsher::sync {

/// A node with seven acts about four subjects and two blocks, all of it safe.
struct Cutting : OneLink {
  Cutting() {
    for (Uuid& each : subjects) each = random.uuid_v7(testing::monday_8_ms);
    greet();
    act();
    for (int i = 0; i < 6; ++i) act(subjects[static_cast<std::size_t>(i % 3)]);
    block();
    block();
    all_safe();
    sent.clear();
  }
  using Cuts = std::vector<std::pair<JournalId, int>>;
  JournalId blocks() const { return node.tip(v1::READINGS).journal; }
  /// What the node works out for these cuts, lives in this order.
  v1::Checkpoint work_out(const Cuts& cuts) {
    LifeOrder order;
    for (const auto& [journal, to] : cuts) order.take(journal.epoch);
    KeptSet kept([&order](const RecordKey& a, const RecordKey& b) { return order.later(a, b); });
    std::vector<JournalTip> tips;
    for (const auto& [journal, to] : cuts) {
      JournalTip& tip = tips.emplace_back();
      tip.journal = journal;
      for (const Record& record :
           to == 0 ? std::vector<Record>{} : store.read(journal, 1, {.records = 1000})) {
        if (record.key.seq > static_cast<std::uint64_t>(to)) break;
        tip.advance(record);
        if (journal.stream == v1::ACTS) kept.pass(record);
      }
      if (journal.stream == v1::READINGS) tip.edge = {};
    }
    return make_checkpoint(tenant_of_tests, point_node_of_tests, node.epoch(), tips, kept);
  }
  void propose(const v1::SignedCheckpoint& checkpoint) {
    v1::Frame frame;
    *frame.mutable_checkpoint() = checkpoint;
    link.receive(frame, now());
  }
  void propose(const v1::Checkpoint& checkpoint) { propose(sign_checkpoint(checkpoint, node_signer)); }
  void propose(const Cuts& cuts) { propose(work_out(cuts)); }
  /// How many checkpoints central has signed since the last call; each must be as it was asked.
  std::size_t signed_since() {
    std::size_t count = 0;
    for (const v1::Frame& frame : std::exchange(sent, {})) {
      if (!frame.has_checkpoint()) continue;
      ++count;
      const v1::SignedCheckpoint& made = frame.checkpoint();
      CHECK(is_signed_by(signer.public_key(), made, made.countersignature(), check));
      CHECK(is_signed_by(node_signer.public_key(), made, made.signature(), check));
      CHECK(made.counter_key_id() == signer.key_id());
    }
    return count;
  }
  std::array<Uuid, 3> subjects;
};

}  // namespace feldsher::sync
