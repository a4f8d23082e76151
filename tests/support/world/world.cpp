#include "tests/support/world/world.hpp"

namespace feldsher::testing {

std::uint32_t SeededRandom::next() {
  const std::uint64_t old = state_;
  state_ = old * 6364136223846793005ULL + 1442695040888963407ULL;
  const auto shifted = static_cast<std::uint32_t>(((old >> 18U) ^ old) >> 27U);
  const auto turn = static_cast<std::uint32_t>(old >> 59U);
  return (shifted >> turn) | (shifted << ((32 - turn) & 31));
}

void SeededRandom::fill(void* to, std::size_t octets) {
  auto* out = static_cast<unsigned char*>(to);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < octets; ++i) {
    if (i % 4 == 0) value = next();
    out[i] = static_cast<unsigned char>(value >> (8 * (i % 4)));
  }
}

void VirtualClock::pass_ms(std::int64_t ms) {
  now_.wall_ms += ms;
  now_.since_boot_ms += static_cast<std::uint64_t>(ms);
}

void VirtualClock::reboot(v1::Trust trust) {
  ++now_.boot;
  now_.since_boot_ms = 1'000;
  now_.trust = trust;
  if (trust == v1::TRUST_UNSET) now_.wall_ms = 1'000;
}

}  // namespace feldsher::testing
