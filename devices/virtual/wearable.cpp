#include "devices/virtual/wearable.hpp"

#include <algorithm>

#include "protocol/readings/pack_text.hpp"

namespace feldsher::virtual_world {
namespace {

constexpr std::int64_t least_pause_ms = 2000, most_pause_ms = 10'000;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

/// 36.8 is 368e-1, 37 is 37e0: as a device prints it.
readings::Decimal shortest(std::int64_t tenths) {
  return tenths % 10 == 0 ? readings::Decimal{tenths / 10, 0} : readings::Decimal{tenths, -1};
}

}  // namespace

Wearable::Wearable(const Settings& settings, Random& random, std::int64_t now_ms)
    : settings_(settings),
      random_(random),
      next_measure_ms_(now_ms + between(random, 0, settings.interval_ms)),
      heart_(between(random, 58, 88)),
      spo2_(between(random, 950, 990)),
      breath_(between(random, 12, 18)),
      warmth_(between(random, 362, 370)) {}

std::int64_t Wearable::wander(std::int64_t value, std::int64_t low, std::int64_t high) {
  return std::clamp(value + between(random_, -1, 1), low, high);
}

void Wearable::make_message(std::int64_t wall_ms) {
  heart_ = wander(heart_, 48, 118);
  spo2_ = wander(spo2_, 910, 1000);
  breath_ = wander(breath_, 10, 24);
  warmth_ = wander(warmth_, 356, 384);
  readings::NumberedPack pack{settings_.device, settings_.epoch, next_seq_++, {}};
  const auto add = [&](const char* code, const char* unit, readings::Decimal value) {
    pack.readings.push_back({code, unit, wall_ms, value, readings::quality_good});
  };
  add("8867-4", "/min", {heart_, 0});
  add("59408-5", "%", shortest(spo2_));
  add("9279-1", "/min", {breath_, 0});
  add("8310-5", "Cel", shortest(warmth_));
  kept_[pack.seq].octets = write_pack(pack);
}

std::int64_t Wearable::pause_ms() const {
  const auto base = std::max(least_pause_ms, 4 * round_trip_ms_);
  return std::min(base << std::min(silences_, 8), std::max(base, most_pause_ms)) + jitter_ms_;
}

void Wearable::measure(std::int64_t now_ms, std::int64_t wall_ms) {
  if (!measuring_ || now_ms < next_measure_ms_) return;
  make_message(wall_ms);
  // After a stall of the program it does not measure a burst: a device's sensor would not, either.
  next_measure_ms_ = std::max(next_measure_ms_ + settings_.interval_ms, now_ms - settings_.interval_ms);
}

std::vector<Wearable::Message> Wearable::due(std::int64_t now_ms) {
  std::vector<Message> messages;
  std::size_t under_way = 0;
  bool silence = false;
  for (auto& [seq, kept] : kept_) {
    if (kept.sent_ms != 0 && now_ms - kept.sent_ms < pause_ms()) {
      if (++under_way >= settings_.window) break;
      continue;
    }
    silence = silence || kept.sent_ms != 0;
    messages.push_back({seq, kept.octets, kept.times == 0});
    ++kept.times;
    kept.sent_ms = now_ms;
    if (++under_way >= settings_.window) break;
  }
  if (silence && now_ms - silence_ms_ >= least_pause_ms) {
    ++silences_;
    silence_ms_ = now_ms;
    jitter_ms_ = between(random_, 0, 500);
  }
  return messages;
}

void Wearable::not_sent(const std::vector<Message>& messages) {
  for (const auto& message : messages) {
    const auto found = kept_.find(message.seq);
    if (found != kept_.end()) found->second.sent_ms = 0;
  }
}

void Wearable::reconnected() {
  silences_ = 0;
  for (auto& [seq, kept] : kept_) kept.sent_ms = 0;
}

std::vector<readings::Range> Wearable::receipted(const readings::Receipt& receipt, std::int64_t now_ms) {
  if (receipt.epoch != settings_.epoch) return {};
  readings::RangeSet covered;
  for (const auto& range : receipt.stored) {
    for (auto kept = kept_.lower_bound(range.first); kept != kept_.end() && kept->first <= range.last;) {
      // Only of what was sent once is it known which sending this answers (Karn's rule).
      if (kept->second.times == 1 && kept->second.sent_ms != 0) {
        const auto trip = now_ms - kept->second.sent_ms;
        round_trip_ms_ = round_trip_ms_ == 0 ? trip : (7 * round_trip_ms_ + trip) / 8;
      }
      covered.add(kept->first);
      kept = kept_.erase(kept);
    }
  }
  if (!covered.empty()) silences_ = 0;
  return covered.ranges();
}

}  // namespace feldsher::virtual_world
