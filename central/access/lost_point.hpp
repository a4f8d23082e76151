#pragma once
#include <set>

#include "central/access/credentials.hpp"

namespace feldsher::central {

/// Whom a stolen box of the point could give away (AUTHORITY: "Scope of a point"): people with an appointment
/// there from 7 days ago to 30 days ahead, a visit there in the last 30 days, or custody there now.
std::set<Uuid> people_in_scope(const NetworkState& state, PointId point, const Instant& now);

/// A point's boxes are in other hands: every certificate used there is revoked, its pass keys are retired,
/// its open codes are dead. That the people in its scope are shown to whoever asks is a record for each.
std::vector<Draft> lose_point(const NetworkState& state, PointId point, const AccessBy& by, Random& random);

}  // namespace feldsher::central
