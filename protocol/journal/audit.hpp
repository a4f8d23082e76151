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
  std::vector<Verifier::Finding> findings;
  std::string damage;  ///< The file could not be read to its end.
  std::uint64_t records = 0, heads = 0;
  bool good() const { return findings.empty() && damage.empty(); }
};

/// Checks every record, chain, tree, journal's end and signed head of the file; of a journal that was cut its
/// checkpoint, what was kept before it, and all from there on.
///
/// `central_key` (raw Ed25519): every head must carry central's countersignature by it too. That is what
/// shows a journal that was written anew, from its first record on, by somebody with this node's own key.
Audit audit(SqlcipherJournal& journal, const std::optional<Octets>& central_key = {});

}  // namespace feldsher
