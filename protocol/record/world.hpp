#pragma once
#include <array>
#include <cstdint>
#include <functional>

#include "protocol/contracts/record.pb.h"
#include "protocol/record/ids.hpp"

namespace feldsher {

/// One look at the clocks. Domain code gets it as a value and never asks a clock itself.
struct Instant {
  std::int64_t wall_ms = 0;           ///< Unix time in ms, as the machine believes it.
  std::uint64_t since_boot_ms = 0;    ///< Monotonic ms since `boot`.
  std::uint64_t boot = 0;             ///< Random name of this boot.
  v1::Trust trust = v1::TRUST_UNSET;  ///< What the wall clock is worth.
  std::uint32_t uncertainty_ms = 0;   ///< Half-width of the error when synchronised.
};

/// Where time comes from: the machine's clocks in programs, a virtual clock in simulation.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

/// Where randomness comes from: OpenSSL in programs, a seeded generator in simulation.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(void* to, std::size_t octets) = 0;

  std::uint64_t u64();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  Octets octets(std::size_t count);
  Uuid uuid_v7(std::int64_t unix_ms);
};

}  // namespace feldsher
