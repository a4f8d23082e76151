#include "edge-agent/desk/ended_lives.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>

namespace feldsher::edge {
namespace {

constexpr std::size_t life_octets = 16;  // Epoch and seq, big-endian.

}  // namespace

void EndedLives::note(const RecordKey& act) {
  std::uint64_t& last = last_[act.epoch];
  last = std::max(last, act.seq);
}

bool EndedLives::cover(const RecordKey& act) const {
  const auto at = last_.find(act.epoch);
  return at != last_.end() && act.seq <= at->second;
}

Octets EndedLives::to_octets() const {
  Octets octets;
  for (const auto& [epoch, seq] : last_) {
    unsigned char row[life_octets];
    boost::endian::store_big_u64(row, epoch.value);
    boost::endian::store_big_u64(row + 8, seq);
    octets.append(reinterpret_cast<const char*>(row), sizeof row);
  }
  return octets;
}

EndedLives EndedLives::from_octets(OctetsView octets) {
  EndedLives lives;
  const auto* rows = reinterpret_cast<const unsigned char*>(octets.data());
  for (std::size_t at = 0; at + life_octets <= octets.size(); at += life_octets)
    lives.last_[Epoch{boost::endian::load_big_u64(rows + at)}] = boost::endian::load_big_u64(rows + at + 8);
  return lives;
}

}  // namespace feldsher::edge
