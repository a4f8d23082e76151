#pragma once
#include <filesystem>
#include <memory>

#include "protocol/crypto/box_key.hpp"
#include "protocol/journal/sqlcipher_store.hpp"

namespace feldsher {

/// A program's data folder: `journal.db`, and the key that its pages are encrypted with, `journal.key`.
///
/// The key is 32 random octets, made when the folder is. `journal.key` holds it wrapped by the box's key,
/// which is sealed to this box (`box.cred`) where that is possible, else lies beside it in a file of mode 600
/// (`box.key`). Whoever has a sealed folder without its box has nothing.
class DataFolder {
 public:
  /// Opens `folder`, or makes it (mode 700) with a new key. Throws Fault with what to do: the key is missing
  /// though there is a journal, is no key, or can be read by others.
  static DataFolder open_or_create(const std::filesystem::path& folder, Random& random,
                                   const BoxSealer& sealer = SystemdCreds());
  /// Opens a folder that must be there. Throws Fault.
  static DataFolder open(const std::filesystem::path& folder, const BoxSealer& sealer = SystemdCreds());
  /// A new box key, sealed if that is possible by now; no database is rewritten. Ends one that was cut off,
  /// too. Not while a program starts in `folder`. Throws Fault.
  static DataFolder rotate(const std::filesystem::path& folder, Random& random,
                           const BoxSealer& sealer = SystemdCreds());

  std::filesystem::path journal() const { return folder_ / "journal.db"; }
  const std::filesystem::path& path() const { return folder_; }
  /// The other databases of the folder (views) are encrypted with the same key.
  const DatabaseKey& key() const { return key_; }
  /// Whether the key is sealed to this box: not, and a thief of the disk can read it.
  bool sealed() const { return sealed_; }

  /// The one connection to the journal. Throws Fault as SqlcipherStore does.
  std::unique_ptr<SqlcipherStore> open_store(TenantId tenant) const;

 private:
  DataFolder(std::filesystem::path folder, const DatabaseKey& key, bool sealed)
      : folder_(std::move(folder)), key_(key), sealed_(sealed) {}

  std::filesystem::path folder_;
  DatabaseKey key_;
  bool sealed_;
};

}  // namespace feldsher
