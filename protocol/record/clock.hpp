#pragma once
#include "protocol/record/world.hpp"

namespace feldsher {

/// Hybrid logical clock (Kulkarni et al. 2014): stamps never run backwards, and a stamp that was heard
/// is before every later one, as long as it is not from the future.
class HybridClock {
 public:
  /// How far ahead of a synchronised clock a heard stamp may be and still push ours.
  static constexpr std::int64_t tolerated_ahead_ms = 5 * 60 * 1000;

  /// The stamp of something that happens now.
  v1::Stamp stamp(const Instant& now);

  /// A stamp was heard. False when it is too far ahead of our synchronised clock: it was ignored.
  bool hear(const v1::Stamp& stamp, const Instant& now);

  /// Goes on after `stamp`: the last one of our journal, read at start.
  void resume_after(const v1::Stamp& stamp);

  std::int64_t wall_ms() const { return wall_ms_; }

 private:
  std::int64_t wall_ms_ = 0;
  std::uint32_t logical_ = 0;
};

}  // namespace feldsher
