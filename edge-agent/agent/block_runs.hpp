#pragma once
#include <functional>
#include <map>
#include <vector>

#include "edge-agent/ingest/intake.hpp"
#include "protocol/clinic/erasing.hpp"
#include "protocol/readings/range_set.hpp"

namespace feldsher::edge {

/// Blocks of one stream, life and patient, one after another, that are looked at as one.
struct BlockRun {
  std::uint64_t last_seq = 0;  ///< When this block is safe, all of them are.
  readings::RangeSet numbers;
  BlockSpan hull;          ///< From the first beginning to the last end.
  BlockSpan intersection;  ///< From the last beginning to the first end.
};

/// Blocks of readings that one disk may have only: which numbers lie in them, until they are safe.
///
/// Without a standby nothing ever is, so memory must not grow by the block. When a stream of one life has
/// more than `most_runs`, neighbours of one patient are put together by twos: the youngest always stand alone
/// or nearly so, and what has waited long becomes safe in larger steps, never too early.
class BlockRuns {
 public:
  static constexpr std::size_t most_runs = 128;

  void add(const ingest::StreamKey& stream, Epoch life, BlockRun run);

  using Numbers = std::map<ingest::StreamKey, readings::RangeSet>;
  /// Takes out the runs that are safe: `safe_to` says up to which block of a life.
  Numbers take_safe(const std::function<std::uint64_t(Epoch life)>& safe_to);
  /// Takes out the runs that the order drops, every block of them.
  Numbers take_erased(const v1::Erasure& order);
  /// Of those that are left: which of them the order may drop blocks of.
  void each_touched(
      const v1::Erasure& order,
      const std::function<void(const ingest::StreamKey&, Epoch life, const BlockRun&)>& see) const;

  /// The numbers in all runs of one stream.
  readings::RangeSet numbers_of(const ingest::StreamKey& stream) const;

  std::size_t size() const;

 private:
  struct Place {
    ingest::StreamKey stream;
    Epoch life;
    auto operator<=>(const Place&) const = default;
  };
  Numbers take(const std::function<bool(const Place&, const BlockRun&)>& wanted);

  std::map<Place, std::vector<BlockRun>> runs_;
};

}  // namespace feldsher::edge
