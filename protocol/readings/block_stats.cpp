#include "protocol/readings/block_stats.hpp"

#include <algorithm>
#include <map>

#include "protocol/readings/measurement.hpp"

namespace feldsher::readings {

std::vector<BlockStat> block_stats(const Block& block) {
  std::map<std::pair<std::string_view, std::string_view>, BlockStat> stats;
  for (const auto& message : block.messages) {
    for (const auto& reading : message.readings) {
      auto& stat = stats[{reading.code, reading.unit}];
      const double value = to_double(reading.value);
      if (stat.n == 0) {
        stat = {reading.code, reading.unit, reading.time_ms, reading.time_ms, 0, value, value, 0};
      }
      stat.first_ms = std::min(stat.first_ms, reading.time_ms);
      stat.last_ms = std::max(stat.last_ms, reading.time_ms);
      stat.min = std::min(stat.min, value);
      stat.max = std::max(stat.max, value);
      stat.sum += value;
      ++stat.n;
    }
  }
  std::vector<BlockStat> sorted;
  sorted.reserve(stats.size());
  for (auto& [key, stat] : stats) sorted.push_back(std::move(stat));
  return sorted;
}

}  // namespace feldsher::readings
