#include "central/access/end_box.hpp"

namespace feldsher::central {

Decommissioned<std::vector<Draft>> end_box(const NetworkState& state, const Decommissions& decommissions,
                                           Scheduling& scheduling, const Uuid& decommission,
                                           const AccessBy& by) {
  auto ended = decommissions.order(decommission, by.actor, by.proof);
  if (!ended) return ended;
  std::vector<Draft>& drafts = *ended;
  const auto append = [&](std::vector<Draft> more) {
    for (Draft& draft : more) drafts.push_back(std::move(draft));
  };
  const auto point = PointId::from_octets(state.decommissions.find(decommission)->state.point());
  if (!point) return DecommissionRefusal::not_found;
  for (const Uuid& shift : state.shifts_of_point(point->uuid))
    if (auto broken = scheduling.break_leases(shift, by.actor, by.proof, by.now)) append(std::move(*broken));
  append(revoke(state,
                {.kinds = {v1::CREDENTIAL_NODE, v1::CREDENTIAL_AGENT, v1::CREDENTIAL_BROKER},
                 .name = {},
                 .point = point},
                by));
  return ended;
}

}  // namespace feldsher::central
