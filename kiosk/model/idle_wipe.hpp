#pragma once
#include <optional>

#include "kiosk/model/events.hpp"

namespace feldsher::kiosk {

/// When an abandoned screen counts down, and when it wipes itself.
class IdleWipe {
 public:
  IdleWipe(Moment quiet, Moment countdown) : quiet_(quiet), countdown_(countdown) {}

  void touch(Moment now) { touched_ = now; }
  bool over(Moment now) const { return now - touched_ >= quiet_ + countdown_; }
  /// Whole seconds left once the countdown is on the screen.
  std::optional<int> seconds_left(Moment now) const {
    if (now - touched_ < quiet_) return std::nullopt;
    const auto left = touched_ + quiet_ + countdown_ - now;
    return left.count() <= 0 ? 0 : static_cast<int>((left.count() + 999) / 1000);
  }

 private:
  Moment quiet_, countdown_, touched_{};
};

}  // namespace feldsher::kiosk
