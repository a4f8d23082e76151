#pragma once
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "protocol/journal/checkpoint.hpp"
#include "protocol/sync/wire.hpp"

namespace feldsher::sync {

/// What a node gets back of journals that were cut, in place of all their records.
struct Rebuilt {
  v1::SignedCheckpoint checkpoint;
  std::vector<BegunJournal> journals;
  /// Which messages of devices lie in the blocks before the cuts. The checkpoint does not cover them: they
  /// rest on central's word alone.
  std::vector<v1::CutReadings> readings;
};

/// Whose journals they must be, and whose countersignature they must have.
struct RebuildOf {
  TenantId tenant;
  NodeId node;
  OctetsView central_key;  ///< Raw Ed25519.
};

/// All parts of one hand-back, in order. Checked to the octet against the checkpoint, and that against
/// central's key and the node's own of that time; or what is wrong.
std::variant<Rebuilt, std::string> read_rebuild(std::span<const v1::Rebuild> parts, const RebuildOf& of,
                                                const SignatureCheck& check);

}  // namespace feldsher::sync
