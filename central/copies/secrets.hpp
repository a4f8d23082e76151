#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "protocol/journal/sqlcipher.hpp"

namespace feldsher::central {

/// What a central needs besides its journal: keys, authorities, configuration, tokens.
struct CentralSecrets {
  struct File {
    Octets content;
    bool secret = true;  ///< For its owner only.
  };
  std::map<std::string, File> files;  ///< By their path in the data folder.
  DatabaseKey journal_key;            ///< Of the backup's own journal.db.

  /// Everything in a data folder but databases, their keys, and what makes it a standby's.
  static CentralSecrets collect(const std::filesystem::path& folder, const DatabaseKey& journal_key);
  /// Writes the files into `folder`. Throws Fault.
  void write(const std::filesystem::path& folder) const;

  std::string to_json() const;
  /// Throws Fault.
  static CentralSecrets from_json(std::string_view text);
};

}  // namespace feldsher::central
