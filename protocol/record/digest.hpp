#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>

#include "protocol/record/octets.hpp"

namespace feldsher {

/// A SHA-256 digest (FIPS 180-4).
using Digest = std::array<std::uint8_t, 32>;

inline constexpr Digest zero_digest{};

/// SHA-256 of the parts, one after the other.
Digest sha256(std::initializer_list<OctetsView> parts);
inline Digest sha256(OctetsView octets) { return sha256({octets}); }

inline OctetsView view_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
inline Octets to_octets(const Digest& digest) { return Octets(view_of(digest)); }

/// False unless `octets` are exactly 32.
bool digest_from(OctetsView octets, Digest& out);

}  // namespace feldsher
