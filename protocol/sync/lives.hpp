#pragma once
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "protocol/journal/store.hpp"
#include "protocol/sync/outgoing.hpp"

namespace feldsher::sync {

/// One life of a node, as its own link ships it.
struct Life {
  /// One of its two journals.
  struct Way {
    JournalTip tip;  ///< The end of what is durable here.
    Outgoing outgoing;
    std::uint64_t safe =
        0;  ///< Up to there it is on the disk of central's standby too: it may be trimmed here.
    std::uint64_t cut = 0;  ///< Up to there it was cut: it cannot be sent again.
    bool reading = false;   ///< A batch is being read from the disk.
    /// Records that central has not stored: seq → when they were written, Unix ms.
    std::map<std::uint64_t, std::int64_t> unsynced = {};
  };

  Life(NodeId node, Epoch epoch);
  Way& way(v1::Stream stream) { return stream == v1::ACTS ? acts : readings; }
  const Way& way(v1::Stream stream) const { return stream == v1::ACTS ? acts : readings; }
  /// Central has it up to there: nothing before counts as unsynced.
  void settle(v1::Stream stream, std::uint64_t seq);

  Epoch epoch;
  Way acts, readings;
  Octets head_key;  ///< That its `opened` names: only this key signs its heads.
};

/// The lives of a node, oldest first: in the order that LifeOrder says.
class Lives {
 public:
  explicit Lives(NodeId node) : node_(node) {}

  /// What a store held when the process started: the order, the ends of the journals, what central has.
  void resume(JournalStore& store);
  /// The order and what central has: to be durable together with the first record of a life that is new
  /// here, and after an acknowledgement.
  void put(Transaction& transaction) const;

  bool empty() const { return lives_.empty(); }
  Life& present() { return lives_.back(); }
  const Life& present() const { return lives_.back(); }
  Life* find(Epoch epoch);
  const Life* find(Epoch epoch) const { return const_cast<Lives*>(this)->find(epoch); }
  std::deque<Life>& all() { return lives_; }
  const std::deque<Life>& all() const { return lives_; }

  /// A new life begins here: the youngest.
  Life& begin(Epoch epoch) { return lives_.emplace_back(node_, epoch); }
  /// Central holds these lives, in this order; what this disk has lost of them begins here, empty. Those of
  /// which central has nothing are the younger ones (LifeOrder).
  void recall(const std::vector<Epoch>& at_central);
  /// Whether `a` is a later record of a subject than `b`, both of this node (LifeOrder).
  bool later(const RecordKey& a, const RecordKey& b) const;

  /// Central's standby has it too, up to there. Central's last word counts, also when it is less than the one
  /// before: that standby is gone.
  void note_safe(const v1::JournalMark& mark);
  /// Central greets us: nothing is safe but what it says to be from here on.
  void forget_safe();
  /// How many records central lacks that were cut here: another copy of central has them, or nobody. What
  /// follows them in their journals cannot go up before.
  std::uint64_t out_of_reach(v1::Stream stream) const;

  std::uint64_t unsynced(v1::Stream stream) const;
  /// How many records are safe, over all lives.
  std::uint64_t safe(v1::Stream stream) const;
  /// When the oldest act or reading block was written that central has not stored (Unix ms); 0 = it has all.
  std::int64_t oldest_unsynced_ms() const;

 private:
  std::optional<std::size_t> place(Epoch epoch) const;

  NodeId node_;
  std::deque<Life> lives_;
  bool has_safe_ = false;  // Something was safe once: it is worth a value on the disk.
};

}  // namespace feldsher::sync
