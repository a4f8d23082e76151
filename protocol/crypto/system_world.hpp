#pragma once
#include <atomic>

#include "protocol/record/world.hpp"

namespace feldsher {

/// Randomness of the machine (OpenSSL RAND_bytes). Any thread. Throws Fault when the generator is not seeded.
class SystemRandom : public Random {
 public:
  void fill(void* to, std::size_t octets) override;
};

/// The machine's clocks: CLOCK_REALTIME, CLOCK_BOOTTIME and the kernel's boot id. Any thread.
///
/// Trust is SYNCHRONISED when the kernel says that NTP disciplines the clock (adjtimex(2)), UNSET when
/// the clock is earlier than the year this program was built in, else FREE_RUNNING. What a person or
/// central sets is known to the node, not to this class.
///
/// The kernel is asked about NTP once a second: it takes a lock for each answer, and a flood of readings asks
/// for the time of each.
class SystemClock : public Clock {
 public:
  SystemClock();
  Instant now() const override;

 private:
  std::uint64_t boot_;
  mutable std::atomic<std::int64_t> asked_ms_;  // Since boot.
  mutable std::atomic<std::uint32_t> bound_ms_{
      0};  // Of the error, as the kernel said; 0 = NTP is not in charge.
};

/// What a wall clock is worth, from what the kernel said: the rule of SystemClock, without the kernel.
v1::Trust trust_of(std::int64_t wall_ms, bool ntp_disciplined);

/// First instant of the year of the build, Unix seconds: no true clock is earlier (a floor for verification).
std::int64_t build_year_floor_s();

}  // namespace feldsher
