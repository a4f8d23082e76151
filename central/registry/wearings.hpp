#pragma once
#include <vector>

#include "central/registry/network_state.hpp"
#include "protocol/clinic/erasing.hpp"

namespace feldsher::central {

/// The times for which `patient` wore devices. Each ends where the next custody of its device begins, or
/// where its own was archived; `until_ms` 0: it is worn still.
std::vector<v1::ErasedReadings> worn_by(const NetworkState& state, const Uuid& patient);

/// Whether custody says that somebody else wore the device while the block was measured.
bool worn_by_another(const NetworkState& state, const Uuid& patient, const BlockSpan& block);

}  // namespace feldsher::central
