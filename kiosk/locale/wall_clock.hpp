#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "kiosk/locale/words.hpp"

namespace feldsher::kiosk {

/// What a wall of the clinic shows: "10:43". Empty for an unknown zone.
std::string wall_time(std::int64_t wall_ms, const std::string& zone);
/// "Sunday, 22 November".
std::string wall_date(std::int64_t wall_ms, const std::string& zone, const Words& words);
/// Unix ms of "2026-11-22T10:43" in `zone`; nothing for a date that is none, a time the clocks skip, or
/// an unknown zone. Of a time that comes twice, the first.
std::optional<std::int64_t> instant_of(const std::string& civil, const std::string& zone);
/// "3 min", "2 h", "5 days": an age for people.
std::string age_words(std::int64_t age_ms, const Words& words);

}  // namespace feldsher::kiosk
