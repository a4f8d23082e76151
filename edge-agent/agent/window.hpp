#pragma once
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "edge-agent/agent/point_node.hpp"
#include "protocol/journal/checkpoint.hpp"

namespace feldsher::edge {

/// How long a point keeps its journals whole, and how much it does at a time.
struct WindowRule {
  static constexpr std::int64_t day_ms = 86'400'000;
  std::int64_t acts_ms = 90 * day_ms;
  std::int64_t readings_ms = 14 * day_ms;
  std::uint64_t first_ms = day_ms / 24;  ///< After the start.
  std::uint64_t every_ms = day_ms;
  std::size_t step_acts = 20'000;  ///< Acts that one checkpoint moves on over, at the most.
  std::size_t drop_acts = 1'000;   ///< Records that one transaction drops, at the most; people are served
  std::size_t drop_blocks = 50;    ///< between two of them.
};

/// A point's window: cuts its journals before what is older than the rule says and safe (on the disk of
/// central's standby too), by a checkpoint that central has countersigned. What stays of what lies before is
/// the last act about each subject.
///
/// Does no I/O of its own. A cut is one transaction; what is dropped after it goes in small ones. Whatever is
/// cut off in between, a start goes on from there.
class Window {
 public:
  Window(PointNode& node, Ledger& ledger, const Signer& signer, WindowRule rule);

  /// Before `node.start`, while the store may be read from here.
  void resume(JournalStore& store);
  void tick();
  /// A person asks for it: now, or as soon as there is a line.
  void trim() { asked_ = true; }

  /// Central handed back what was kept before cuts that a former disk of this point made: they are this one's
  /// from now on.
  void rebuilt(const sync::Rebuilt& rebuilt, Transaction& with);

  /// Readings are about to be cut: adds what must be known of them afterwards.
  std::function<void(Transaction& transaction)> on_cut_readings = [](Transaction&) {};

  struct Status {
    const char* phase = "";        ///< "idle", "looking", "signing", "cutting" or "dropping".
    std::uint64_t acts_cut = 0;    ///< How many acts lie before the cuts …
    std::uint64_t acts_kept = 0;   ///< … and how many of them are kept.
    std::uint64_t blocks_cut = 0;  ///< Blocks of readings: none of them is.
    std::int64_t cut_at_ms = 0;    ///< When that was done last (Unix ms); 0 = never.
  };
  Status status() const;
  const WindowRule& rule() const { return rule_; }

 private:
  enum class Phase { idle, looking, signing, cutting, dropping };

  bool may_begin() const;
  void look();
  void look_on();
  bool look_at_acts();
  void walk(const JournalId& journal, const std::vector<Record>& records);
  bool look_at_readings();
  void search(const std::vector<Record>& records);
  void propose();
  void send();
  void cut(const v1::SignedCheckpoint& checkpoint);
  void note_cut(const std::vector<JournalTip>& moved);
  void drop_some();
  bool all_safe(const std::vector<JournalTip>& cuts) const;
  void superseded(std::vector<RecordKey> keys);
  bool is_old(const Record& record, std::int64_t window_ms) const;
  std::uint64_t cut_of(const JournalId& journal) const;

  PointNode& node_;
  Ledger& ledger_;
  const Signer& signer_;
  WindowRule rule_;
  Phase phase_ = Phase::idle;
  bool asked_ = false;
  std::optional<std::uint64_t> due_ms_;  // Monotonic.
  std::uint64_t looks_ = 0;              // Counts: answers to an earlier one are let fall.

  const sync::Lives* lives_;
  std::map<JournalId, JournalTip> cuts_;
  std::map<JournalId, JournalTip> walked_;  // Acts: up to where `kept_` has seen them, from the cut on.
  KeptSet kept_;
  std::vector<RecordKey> superseded_;  // Of those that `kept_` has seen.
  std::deque<RecordRange> garbage_;    // Before a cut, and not needed.
  bool dropping_ = false;

  // Of the look that goes on.
  std::size_t walked_now_ = 0;
  bool acts_done_ = false;
  std::deque<JournalId> readings_left_;
  std::uint64_t low_ = 0, high_ = 0;  // The block to cut at is not before the one and not after the other.
  std::optional<JournalTip> found_;
  std::map<JournalId, JournalTip> blocks_;  // To cut readings at.

  std::vector<JournalTip> proposed_cuts_;
  v1::SignedCheckpoint proposed_;
  std::uint64_t proposed_ms_ = 0;
  std::int64_t cut_at_ms_ = 0;
};

}  // namespace feldsher::edge
