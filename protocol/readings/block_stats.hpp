#pragma once
#include <string>
#include <vector>

#include "protocol/readings/block.hpp"

namespace feldsher::readings {

/// What central indexes of a block: one line for each (code, unit).
struct BlockStat {
  std::string code, unit;
  std::int64_t first_ms = 0, last_ms = 0;  ///< Earliest and latest measurement, Unix ms.
  std::uint64_t n = 0;
  double min = 0, max = 0, sum = 0;

  bool operator==(const BlockStat&) const = default;
};

/// By code, then unit. The sums are taken in the order of the messages: the same block, the same figures.
std::vector<BlockStat> block_stats(const Block& block);

}  // namespace feldsher::readings
