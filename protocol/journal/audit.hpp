#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/journal/sqlcipher_journal.hpp"
#include "protocol/journal/verify.hpp"

namespace feldsher {

/// What somebody who believes nothing found in a journal file.
struct Audit {
  std::string tenant;
  std::map<JournalId, std::uint64_t> rows;  ///< How many records each journal holds.
  std::map<JournalId, std::uint64_t>
      cuts;  ///< Where those begin that were cut: by which checkpoint is checked.
  /// How far central has signed or countersigned each journal, where its key is known; 0 = nowhere.
  std::map<JournalId, std::uint64_t> countersigned;
  std::vector<Verifier::Finding> findings;
  /// What of the file cannot be read: where records are missing for it, `findings` name the first of each
  /// journal. Empty: all of it can.
  std::string damage;
  std::uint64_t records = 0, heads = 0;
  bool good() const { return findings.empty() && damage.empty(); }
};

/// Checks every record, chain, tree, journal's end and signed head of the file; of a journal that was cut its
/// checkpoint, what was kept before it, and all from there on.
///
/// `trusted`: central's countersignature shows a journal that was written anew, from its first record on, by
/// somebody with this node's own key; the node's own key shows one that was written anew by somebody without
/// it. What the node has signed since is its word alone: `countersigned` says from where on.
///
/// What cannot be read hides nothing of the rest: the other records are found by whichever tree of the file
/// still leads to them, and checked.
///
/// `known_heads`: what somebody else keeps of these journals. A file that ends before one of them is an older
/// copy, or was cut.
Audit audit(SqlcipherJournal& journal, const TrustedKeys& trusted = {},
            const std::vector<v1::SignedHead>& known_heads = {});

}  // namespace feldsher
