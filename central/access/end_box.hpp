#pragma once
#include "central/access/credentials.hpp"
#include "central/registry/decommissions.hpp"
#include "central/scheduling/scheduling.hpp"

namespace feldsher::central {

/// All that a decommission comes to when its second person confirms it, as one transaction: the order, the
/// ends of what was open on the box, the leases of its point (their minutes are central's from the next one
/// on, and each booking that is found there becomes a task), and its certificates, with which whoever is
/// connected is cut off.
Decommissioned<std::vector<Draft>> end_box(const NetworkState& state, const Decommissions& decommissions,
                                           Scheduling& scheduling, const Uuid& decommission,
                                           const AccessBy& by);

}  // namespace feldsher::central
