#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "protocol/journal/verify.hpp"

namespace feldsher {

/// Whom to believe of a folder's journals, and where that is from.
///
/// Whoever replaces a journal may replace what lies beside it: keys from there show what was done by somebody
/// who has the journal's key only. One that was kept elsewhere shows more.
struct FolderTrust {
  struct Key {
    const char* whose;  ///< "central" or "node".
    Octets key;         ///< Raw Ed25519.
    std::string from;   ///< A file of the folder, or an option.
  };

  TrustedKeys keys;
  std::vector<Key> told;
  std::string unusable;  ///< Why a file that should hold a key was of no use; empty = each was.
};

/// Central's keys, given by somebody who kept them elsewhere: its countersignature is demanded.
FolderTrust trust_given(const std::vector<Octets>& central_keys);

/// In a point's folder (`node.json`): the key that central had when the point enrolled, and the point's own.
/// In central's or a standby's (`identity.json`): the key that central signs with. Else none.
FolderTrust trust_beside(const std::filesystem::path& folder);

}  // namespace feldsher
