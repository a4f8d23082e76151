#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace feldsher {

inline constexpr std::int64_t ms_a_minute = 60'000, minutes_a_day = 24 * 60;

/// The day that is `days` after a calendar day ("2026-11-22"), or before it when negative. Empty when `day`
/// is not a date.
std::string days_after(std::string_view day, int days);

}  // namespace feldsher
