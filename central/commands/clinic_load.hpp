#pragma once
#include <functional>

#include "central/commands/clinic_loader.hpp"
#include "central/node/central_node.hpp"

namespace feldsher::central {

/// What a load is made of.
struct LoadMaterial {
  const ClinicFile& file;
  const PinVerifiers& verifiers;
  const PublicKey& pass_key;
};
/// What a clinic file comes to at `node`'s present state. Throws BadInput.
LoadPlan plan_load(CentralNode& node, const LoadMaterial& material, const LoadBy& by);
/// Writes it, before anything else is written there; `then` runs when all of it is durable.
void write_load(CentralNode& node, const LoadPlan& plan, std::function<void()> then);

}  // namespace feldsher::central
