#include "central/commands/clinic_load.hpp"

namespace feldsher::central {

LoadPlan plan_load(CentralNode& node, const LoadMaterial& material, const LoadBy& by) {
  return ClinicLoader(node.state(), node.random())
      .plan(material.file, material.verifiers, material.pass_key, by);
}

void write_load(CentralNode& node, const LoadPlan& plan, std::function<void()> then) {
  if (plan.transactions.empty()) return then();
  for (std::size_t i = 0; i + 1 < plan.transactions.size(); ++i) node.write(plan.transactions[i], [] {});
  node.write(plan.transactions.back(), std::move(then));
}

}  // namespace feldsher::central
