#pragma once
#include "devices/virtual/config.hpp"

namespace feldsher::virtual_world {

/// Measures until `seconds` are over (or SIGTERM), then waits at most `drain_seconds` until all is
/// receipted. 0 = all receipted, or stopped by a signal; 1 = something was not. Throws Fault.
int run_wearables(const WearablesConfig& config, std::int64_t drain_seconds);

/// Plays the day until it is over, at most `drain_seconds` longer than `seconds`. 0 = everybody has gone and
/// every ask is answered, or stopped by a signal; 1 = not. Throws Fault.
int run_day(const DayConfig& config, std::int64_t drain_seconds);

}  // namespace feldsher::virtual_world
