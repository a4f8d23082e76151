#pragma once
#include <cstdint>

namespace feldsher {

/// Of how many days incidents are counted where a person looks, at central and at a point: nobody closes one,
/// so an older one has been seen to, or is told again.
inline constexpr std::int64_t recent_incident_days = 7;

/// Whether one of `at_ms` is counted at `now_ms`, both Unix ms.
constexpr bool is_recent_incident(std::int64_t at_ms, std::int64_t now_ms) {
  constexpr std::int64_t day_ms = 86'400'000;
  return at_ms >= now_ms - recent_incident_days * day_ms;
}

}  // namespace feldsher
