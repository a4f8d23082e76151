#include <cstddef>
#include <cstdint>

#include "protocol/readings/block.hpp"
#include "protocol/readings/block_stats.hpp"
#include "protocol/record/result.hpp"

using namespace feldsher;

/// A block from another node: refused, or all of it makes sense.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  v1::ReadingBlock block;
  if (!block.ParseFromArray(data, static_cast<int>(size))) return 0;
  const auto opened = readings::read_block(block);
  if (!opened) return 0;
  std::uint64_t last = 0;
  for (const auto& message : opened->messages) {
    ensure(message.seq > last, "numbers that do not ascend");
    last = message.seq;
  }
  std::uint64_t n = 0;
  for (const auto& stat : block_stats(*opened)) {
    ensure(stat.min <= stat.max && stat.first_ms <= stat.last_ms, "figures that cannot be");
    n += stat.n;
  }
  for (const auto& message : opened->messages) n -= message.readings.size();
  ensure(n == 0, "readings without a figure");
  return 0;
}
