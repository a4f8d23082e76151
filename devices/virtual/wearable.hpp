#pragma once
#include <map>
#include <vector>

#include "protocol/readings/reading.hpp"
#include "protocol/readings/receipt.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::virtual_world {

/// A wearable that is not there: measures, numbers its messages, and keeps each until it is receipted.
///
/// Pure: what to publish is asked of it. What has had no receipt for max(2 s, 4 × the round trip) is sent
/// again, the oldest first, only what is missing; the pause doubles up to 10 s while nothing comes back.
class Wearable {
 public:
  struct Settings {
    DeviceId device;
    Epoch epoch;                      ///< Of this life; never 0.
    std::int64_t interval_ms = 1000;  ///< Between measurements.
    std::size_t window = 64;          ///< Messages under way at once.
  };
  struct Message {
    std::uint64_t seq = 0;
    Octets octets;
    bool first = false;  ///< Was never offered before.
  };

  /// Draws its first measurement's moment and its wearer's state from `random`.
  Wearable(const Settings& settings, Random& random, std::int64_t now_ms);

  /// Measures when it is time to, connected or not. `now_ms` is monotonic, `wall_ms` what the device believes
  /// the time to be.
  void measure(std::int64_t now_ms, std::int64_t wall_ms);
  /// What should be published now: new messages and those to send again. Each counts as sent.
  std::vector<Message> due(std::int64_t now_ms);
  /// The broker was not there: nothing of what `due` gave has left.
  void not_sent(const std::vector<Message>& messages);
  /// What the receipt newly covers; nothing when it is of another life.
  std::vector<readings::Range> receipted(const readings::Receipt& receipt, std::int64_t now_ms);
  /// After a new connection: send again without waiting out the pause.
  void reconnected();
  void stop_measuring() { measuring_ = false; }

  DeviceId device() const { return settings_.device; }
  Epoch epoch() const { return settings_.epoch; }
  std::size_t unreceipted() const { return kept_.size(); }
  std::uint64_t made() const { return next_seq_ - 1; }

 private:
  struct Kept {
    Octets octets;
    std::int64_t sent_ms = 0;  // Last; 0 = not under way.
    int times = 0;
  };
  void make_message(std::int64_t wall_ms);
  std::int64_t wander(std::int64_t value, std::int64_t low, std::int64_t high);
  std::int64_t pause_ms() const;

  Settings settings_;
  Random& random_;
  std::uint64_t next_seq_ = 1;
  std::int64_t next_measure_ms_;
  bool measuring_ = true;
  std::map<std::uint64_t, Kept> kept_;
  std::int64_t round_trip_ms_ = 0;  // Smoothed; 0 = none yet.
  std::int64_t jitter_ms_ = 0;
  int silences_ = 0;                             // Pauses without a receipt since the last one.
  std::int64_t silence_ms_ = 0;                  // When the last of them ended.
  std::int64_t heart_, spo2_, breath_, warmth_;  // /min, 1/10 %, /min, 1/10 Cel
};

}  // namespace feldsher::virtual_world
