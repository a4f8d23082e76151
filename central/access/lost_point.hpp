#pragma once
#include <set>
#include <string>
#include <vector>

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

/// A screen's or gateway's certificate that names no point.
struct OfNoPoint {
  v1::CredentialKind kind = v1::CREDENTIAL_UNSPECIFIED;
  std::string name;    ///< Common name.
  Octets serial = {};  ///< Big-endian.
  /// Short names of points where another one of this kind and name is good: to revoke that name wherever it
  /// is used ends these too.
  std::vector<std::string> also_at = {};

  bool operator==(const OfNoPoint&) const = default;
};
/// Those that are not revoked, by kind and name. Nobody said where they are used, so `lose_point` cannot find
/// them, and the broker of every point lets them in.
std::vector<OfNoPoint> of_no_point(const NetworkState& state);

/// The authority is another: every certificate is revoked, every open code, which names the former, is dead.
std::vector<Draft> end_all(const NetworkState& state, const AccessBy& by);

}  // namespace feldsher::central
