#pragma once
#include <span>
#include <vector>

#include "protocol/journal/tip.hpp"
#include "protocol/record/clock.hpp"
#include "protocol/record/record.hpp"

namespace feldsher {

/// The writing end of a node's two journals: gives drafts their place, stamp and chain.
///
/// Pure: what `seal` returns must be committed, in the order of the calls, or the process must end.
/// One loop thread owns it.
class JournalWriter {
 public:
  /// A writer for a life that has begun (`tips` from the store) or that begins now (no tips).
  JournalWriter(TenantId tenant, NodeId node, Epoch epoch, Random& random);

  /// Goes on after what the store holds of this life, and after the last stamp of this node.
  void resume(const JournalTip& tip);
  void resume_after(const v1::Stamp& stamp) { clock_.resume_after(stamp); }

  /// One transaction: the drafts become records, in order. The last one has `more` = 0.
  std::vector<Record> seal(v1::Stream stream, std::span<const Draft> drafts, const Instant& now);

  /// Begins another life: seq starts at 1 again in both journals.
  void begin(Epoch epoch);

  HybridClock& clock() { return clock_; }
  const HybridClock& clock() const { return clock_; }
  const JournalTip& tip(v1::Stream stream) const { return stream == v1::ACTS ? acts_ : readings_; }
  Epoch epoch() const { return acts_.journal.epoch; }
  NodeId node() const { return node_; }
  TenantId tenant() const { return tenant_; }

 private:
  TenantId tenant_;
  NodeId node_;
  Random& random_;
  HybridClock clock_;
  JournalTip acts_, readings_;
};

}  // namespace feldsher
