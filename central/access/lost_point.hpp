#pragma once
#include <set>

#include "central/access/credentials.hpp"

namespace feldsher::central {

/// Whom a stolen box of the point could give away (AUTHORITY: "Scope of a point"): the people of its feed, as
/// ScopeWindow says who that is, and those for whom something is asked of it or by it. A box that was cut off
/// holds the scope of then: the window begins with the day of the point's last act that is here, or the one
/// before, and goes on to today's end, since a point may have heard of people without acting.
std::set<Uuid> people_in_scope(const NetworkState& state, PointId point);

/// A point's boxes are in other hands: every certificate used there is revoked, its pass keys are retired,
/// its open codes are dead. That the people in its scope are shown to whoever asks is a record for each.
std::vector<Draft> lose_point(const NetworkState& state, PointId point, const AccessBy& by, Random& random);

/// The authority is another: every certificate is revoked, every open code, which names the former, is dead.
std::vector<Draft> end_all(const NetworkState& state, const AccessBy& by);

}  // namespace feldsher::central
