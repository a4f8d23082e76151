#pragma once
#include <filesystem>
#include <iosfwd>
#include <vector>

#include "protocol/record/octets.hpp"

namespace feldsher {

/// What a command of feldsher-journal is run on.
struct JournalPlace {
  std::filesystem::path folder;  ///< A program's data folder.
  bool live = false;             ///< The program is running: look at a private copy.
  /// Raw Ed25519, kept elsewhere: they are trusted in place of what lies in the folder (folder_trust.hpp).
  std::vector<Octets> central_keys = {};
};

/// Exit codes of feldsher-journal. What cannot be looked at at all is a Fault, and 3.
enum class Verdict { good = 0, bad = 1 };

/// Checks every record, chain, tree and signed head of the folder's journals, and says what it found: the
/// first bad record of each journal, by name; and whose key it trusted, or that without one a journal that
/// was replaced as a whole cannot be told. `json`: one object instead of a table.
Verdict verify_journals(const JournalPlace& place, bool json, std::ostream& out);

/// Writes every record in chain order and every signed head as JSON lines to `file` (mode 600; "-": `out`).
/// Believes nothing and checks nothing: whoever reads the file does.
Verdict export_journals(const JournalPlace& place, const std::filesystem::path& file, std::ostream& out);

}  // namespace feldsher
