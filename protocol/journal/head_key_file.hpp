#pragma once
#include <filesystem>

#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/store.hpp"

namespace feldsher {

/// The key that signs a node's heads, `head.key`, with what the former key signed for it beside it,
/// `head.handover`, once it was rotated. Throws Fault.
Ed25519Signer load_head_key(const std::filesystem::path& head_key);

/// Puts a new key in the place of `head_key` and has the former one hand over to it: the node's next life
/// begins with it. No record is written here and none is written anew. Not while the node runs. Throws Fault,
/// and changes nothing, when no life has begun with the present key yet: then nobody knows it who could
/// believe what it hands over.
PublicKey rotate_head_key(const std::filesystem::path& head_key, JournalStore& store, NodeId node);

}  // namespace feldsher
