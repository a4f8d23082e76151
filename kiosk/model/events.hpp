#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/contracts/bus.pb.h"
#include "protocol/record/octets.hpp"

namespace feldsher::kiosk {

/// Monotonic time since the program started. Models never read a clock: every event brings its moment.
using Moment = std::chrono::milliseconds;

/// Makes the 16 random octets of an ask's id.
using MakeId = std::function<Octets()>;

/// Time has passed. Sent a few times a second.
struct Tick {};
/// The broker's connection came up or went down.
struct Connection {
  bool up = false;
};
/// A character from a keyboard, or from a scanner, which is one.
struct Typed {
  char32_t character = 0;
};
/// The Enter key.
struct Entered {};
/// The Backspace key.
struct Erased {};

/// What happens to a screen apart from touches.
using Event =
    std::variant<Tick, Connection, Typed, Entered, Erased, v1::Answer, v1::Pulse, v1::BoardSnapshot>;

/// What a model is told when it is made.
struct Settings {
  std::string language = "en";                           ///< Where a wiped screen returns to.
  std::vector<std::string> languages{"uk", "ru", "en"};  ///< In the order of the switch.
  Moment quiet = std::chrono::seconds(45);      ///< Untouched this long, a patient's screen counts down …
  Moment countdown = std::chrono::seconds(15);  ///< … this long, and wipes itself.
  Octets room;                                  ///< Role `room`: which one.
  /// What a wall shows as "2026-11-22T10:43" in an IANA zone, as Unix ms; nothing if there is no such time.
  std::function<std::optional<std::int64_t>(const std::string& civil, const std::string& zone)> instant_of;
};

}  // namespace feldsher::kiosk
