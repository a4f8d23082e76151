#pragma once
#include "protocol/journal/head.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::testing {

/// PCG-XSH-RR 64/32 (O'Neill 2014): the same numbers from the same seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed * 2 + 1) { next(); }
  void fill(void* to, std::size_t octets) override;

 private:
  std::uint32_t next();
  std::uint64_t state_;
};

/// 2026-11-23, a Monday: 08:00 on the walls of Kyiv.
inline constexpr std::int64_t monday_8_ms = 1'795'413'600'000;
inline constexpr std::int64_t monday_8 = monday_8_ms / 60'000;  ///< The same in minutes since 1970.
inline constexpr std::int64_t ms_a_minute = 60'000;

/// A clock that stands until it is told to go on. It starts on Monday at 08:00.
class VirtualClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  void pass_ms(std::int64_t ms);
  void pass_minutes(std::int64_t minutes) { pass_ms(minutes * ms_a_minute); }
  /// Another boot of the machine; with `trust` unset its wall clock begins in 1970.
  void reboot(v1::Trust trust = v1::SYNCHRONISED);
  /// The wall clock jumps; the monotonic one does not.
  void jump_ms(std::int64_t ms) { now_.wall_ms += ms; }
  void trust(v1::Trust trust) { now_.trust = trust; }

 private:
  Instant now_{.wall_ms = monday_8_ms,
               .since_boot_ms = 1'000,
               .boot = 1,
               .trust = v1::SYNCHRONISED,
               .uncertainty_ms = 20};
};

/// A signature that costs one hash: who has the key can sign. Enough for machines that only ask.
class CheapSigner final : public Signer {
 public:
  explicit CheapSigner(std::string_view name) : key_(to_octets(sha256(name))) {}
  Octets key_id() const override { return key_.substr(0, 8); }
  Octets public_key() const override { return key_; }
  Octets sign(OctetsView message) const override { return to_octets(sha256({key_, message})); }
  Octets handover() const override { return handed_over; }

  Octets handed_over;  ///< By the key before it.

 private:
  Octets key_;
};
class CheapCheck final : public SignatureCheck {
 public:
  bool verify(OctetsView public_key, OctetsView message, OctetsView signature) const override {
    return signature == view_of(sha256({public_key, message}));
  }
};

}  // namespace feldsher::testing
