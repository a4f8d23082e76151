#pragma once
#include <optional>

#include "central/registry/network_state.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

/// The rule "day@1": when a day has begun on the walls of the network's oldest point, central says so in a
/// record, once. After days without a central only the present day is said. Nothing while the clock is unset
/// or there is no point. A clock that ran two days ahead or more, and was put right, takes the day back.
std::optional<Draft> day_due(const NetworkState& state, const Instant& now);

}  // namespace feldsher::central
