#pragma once
#include <string>
#include <string_view>

namespace feldsher {

/// The day that is `days` after a calendar day ("2026-11-22"), or before it when negative. Empty when `day`
/// is not a date.
std::string days_after(std::string_view day, int days);

}  // namespace feldsher
