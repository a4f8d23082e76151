#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>

namespace feldsher::central {

struct RestoreWish {
  std::filesystem::path from;             ///< A backup's folder.
  std::filesystem::path into;             ///< Must not be there; empty: only check.
  std::filesystem::path passphrase_file;  ///< Empty: asked for at the terminal.
  std::string standby_of;  ///< HOST:PORT of the central that it shall follow; empty: it is central itself.
  std::string pull;        ///< HOST:PORT of a standby that may have what came after the backup.
  bool revoke_tokens = false;  ///< Of the backup's tokens none is accepted any more.
};

/// Checks a backup (signature, every chain, counts) and makes a data folder of it: a central's, which opens a
/// new life at its next start, or a standby's. Throws Fault; nothing is at `into` then.
void restore(const RestoreWish& wish, std::ostream& out);

}  // namespace feldsher::central
