#include "protocol/sync/lives.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>

namespace feldsher::sync {
namespace {

// A row for each life, oldest first: epoch, acts and readings that central has, big-endian.
constexpr const char* lives_value = "link/lives";
constexpr std::size_t row_octets = 24;
// Epoch, acts and readings that its standby has too: a value of its own, since older versions write only the
// first.
constexpr const char* safe_value = "link/safe";
// One batch of readings on the line at a time: an act that is written now waits for no more than that.
constexpr int readings_window = 1;
// 15 s become 16 minutes: a central without room lets them fall for as long as it lasts.
constexpr int readings_doublings = 6;

}  // namespace

Life::Life(NodeId node, Epoch of)
    : epoch(of),
      acts{.tip = {.journal = {node, v1::ACTS, of}, .edge = {}}, .outgoing = Outgoing()},
      readings{.tip = {.journal = {node, v1::READINGS, of}, .edge = {}},
               .outgoing = Outgoing(readings_window, readings_doublings)} {}

void Life::settle(v1::Stream stream, std::uint64_t seq) {
  auto& unsynced = way(stream).unsynced;
  unsynced.erase(unsynced.begin(), unsynced.upper_bound(seq));
}

void Lives::resume(JournalStore& store) {
  const Octets held = store.value(lives_value).value_or("");
  const auto* octets = reinterpret_cast<const unsigned char*>(held.data());
  for (std::size_t at = 0; at + row_octets <= held.size(); at += row_octets)
    begin(Epoch{boost::endian::load_big_u64(octets + at)});
  for (const JournalTip& tip : store.tips())
    if (Life* life = tip.journal.origin == node_ ? find(tip.journal.epoch) : nullptr) {
      life->way(tip.journal.stream).tip = tip;
      life->way(tip.journal.stream).outgoing.offer(tip.seq);
    }
  for (const JournalTip& cut : store.cuts())
    if (Life* life = cut.journal.origin == node_ ? find(cut.journal.epoch) : nullptr)
      life->way(cut.journal.stream).cut = cut.seq;
  const Octets kept = store.value(safe_value).value_or("");
  has_safe_ = !kept.empty();
  const auto* safe = reinterpret_cast<const unsigned char*>(kept.data());
  for (std::size_t at = 0; at + row_octets <= kept.size(); at += row_octets)
    if (Life* life = find(Epoch{boost::endian::load_big_u64(safe + at)})) {
      life->acts.safe = boost::endian::load_big_u64(safe + at + 8);
      life->readings.safe = boost::endian::load_big_u64(safe + at + 16);
    }
  for (Life& life : lives_) {
    life.acts.outgoing.restart(boost::endian::load_big_u64(octets + 8), 0);
    life.readings.outgoing.restart(boost::endian::load_big_u64(octets + 16), 0);
    octets += row_octets;
  }
}

void Lives::put(Transaction& transaction) const {
  Octets rows(lives_.size() * row_octets, '\0'), safe = rows;
  auto* at = reinterpret_cast<unsigned char*>(rows.data());
  auto* safe_at = reinterpret_cast<unsigned char*>(safe.data());
  for (const Life& life : lives_) {
    boost::endian::store_big_u64(at, life.epoch.value);
    boost::endian::store_big_u64(at + 8, life.acts.outgoing.acknowledged());
    boost::endian::store_big_u64(at + 16, life.readings.outgoing.acknowledged());
    at += row_octets;
    boost::endian::store_big_u64(safe_at, life.epoch.value);
    boost::endian::store_big_u64(safe_at + 8, life.acts.safe);
    boost::endian::store_big_u64(safe_at + 16, life.readings.safe);
    safe_at += row_octets;
  }
  transaction.values[lives_value] = std::move(rows);
  if (has_safe_) transaction.values[safe_value] = std::move(safe);
}

void Lives::recall(const std::vector<Epoch>& at_central) {
  std::deque<Life> ordered;
  for (Epoch epoch : at_central) {
    const auto here = place(epoch);
    if (!here) {
      ordered.emplace_back(node_, epoch);
      continue;
    }
    ordered.push_back(std::move(lives_[*here]));
    lives_.erase(lives_.begin() + static_cast<std::ptrdiff_t>(*here));
  }
  std::move(lives_.begin(), lives_.end(), std::back_inserter(ordered));
  lives_ = std::move(ordered);
}

Life* Lives::find(Epoch epoch) {
  const auto at = place(epoch);
  return at ? &lives_[*at] : nullptr;
}

std::optional<std::size_t> Lives::place(Epoch epoch) const {
  // The youngest is asked for most.
  for (std::size_t n = lives_.size(); n-- > 0;)
    if (lives_[n].epoch == epoch) return n;
  return std::nullopt;
}

bool Lives::later(const RecordKey& a, const RecordKey& b) const {
  if (a.epoch == b.epoch) return a.seq > b.seq;
  return place(a.epoch) > place(b.epoch);
}

std::uint64_t Lives::unsynced(v1::Stream stream) const {
  std::uint64_t count = 0;
  for (const Life& life : lives_)
    count += life.way(stream).tip.seq - life.way(stream).outgoing.acknowledged();
  return count;
}

void Lives::note_safe(const v1::JournalMark& mark) {
  Life* life = find(Epoch{mark.epoch()});
  if (!life) return;
  Life::Way& way = life->way(mark.stream());
  way.safe = std::min(mark.seq(), way.outgoing.acknowledged());
  has_safe_ = has_safe_ || way.safe != 0;
}

void Lives::forget_safe() {
  for (Life& life : lives_) life.acts.safe = life.readings.safe = 0;
}

std::uint64_t Lives::out_of_reach(v1::Stream stream) const {
  std::uint64_t count = 0;
  for (const Life& life : lives_) {
    const Life::Way& way = life.way(stream);
    count += way.cut - std::min(way.cut, way.outgoing.acknowledged());
  }
  return count;
}

std::uint64_t Lives::safe(v1::Stream stream) const {
  std::uint64_t count = 0;
  for (const Life& life : lives_) count += life.way(stream).safe;
  return count;
}

std::int64_t Lives::oldest_unsynced_ms() const {
  std::int64_t oldest = 0;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    // A clock that was set back does not make a younger record the older one.
    const auto first = std::find_if(lives_.begin(), lives_.end(), [stream](const Life& life) {
      return !life.way(stream).unsynced.empty();
    });
    if (first == lives_.end()) continue;
    const std::int64_t written = first->way(stream).unsynced.begin()->second;
    oldest = oldest == 0 ? written : std::min(oldest, written);
  }
  return oldest;
}

}  // namespace feldsher::sync
