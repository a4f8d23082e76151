#include "protocol/record/world.hpp"

namespace feldsher {

std::uint64_t Random::u64() {
  std::uint64_t value = 0;
  fill(&value, sizeof value);
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Draws again above the largest multiple of `bound`: no value is likelier than another.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value;
  do value = u64();
  while (value >= limit);
  return value % bound;
}

Octets Random::octets(std::size_t count) {
  Octets out(count, '\0');
  fill(out.data(), count);
  return out;
}

Uuid Random::uuid_v7(std::int64_t unix_ms) {
  std::array<std::uint8_t, 10> random;
  fill(random.data(), random.size());
  return Uuid::v7(unix_ms, random);
}

}  // namespace feldsher
