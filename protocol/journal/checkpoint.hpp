#pragma once
#include <span>

#include "protocol/journal/head.hpp"
#include "protocol/journal/kept_set.hpp"

namespace feldsher {

/// Where a store keeps the checkpoint that its journals were cut by: a serialised v1::SignedCheckpoint.
inline constexpr const char* checkpoint_value = "window/checkpoint";

/// What `node` keeps when its journals are cut at `cuts` (lives in their order, acts before readings).
/// `epoch`: the life whose head key will sign it.
v1::Checkpoint make_checkpoint(TenantId tenant, NodeId node, Epoch epoch, std::span<const JournalTip> cuts,
                               const KeptSet& kept);

/// The order of lives that a checkpoint's cuts are in; a life that it does not name is younger than all.
KeptSet::Later order_of(const v1::Checkpoint& checkpoint);

v1::SignedCheckpoint sign_checkpoint(const v1::Checkpoint& checkpoint, const Signer& node);
/// Adds central's signature over the same octets.
void countersign(v1::SignedCheckpoint& checkpoint, const Signer& central);
/// Whether `signature` over the checkpoint's octets is one by `key` (raw Ed25519).
bool is_signed_by(OctetsView key, const v1::SignedCheckpoint& checkpoint, const Octets& signature,
                  const SignatureCheck& check);

}  // namespace feldsher
