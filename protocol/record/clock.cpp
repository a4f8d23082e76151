#include "protocol/record/clock.hpp"

#include <algorithm>

namespace feldsher {

v1::Stamp HybridClock::stamp(const Instant& now) {
  if (now.wall_ms > wall_ms_) {
    wall_ms_ = now.wall_ms;
    logical_ = 0;
  } else {
    ++logical_;
  }
  v1::Stamp stamp;
  stamp.set_wall_ms(wall_ms_);
  stamp.set_logical(logical_);
  stamp.set_boot(now.boot);
  stamp.set_since_boot_ms(now.since_boot_ms);
  stamp.set_trust(now.trust);
  stamp.set_uncertainty_ms(now.uncertainty_ms);
  return stamp;
}

bool HybridClock::hear(const v1::Stamp& stamp, const Instant& now) {
  if (now.trust == v1::SYNCHRONISED && stamp.wall_ms() > now.wall_ms + tolerated_ahead_ms) return false;
  resume_after(stamp);
  return true;
}

void HybridClock::resume_after(const v1::Stamp& stamp) {
  if (stamp.wall_ms() > wall_ms_) {
    wall_ms_ = stamp.wall_ms();
    logical_ = stamp.logical();
  } else if (stamp.wall_ms() == wall_ms_) {
    logical_ = std::max(logical_, stamp.logical());
  }
}

}  // namespace feldsher
