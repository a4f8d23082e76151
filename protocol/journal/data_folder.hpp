#pragma once
#include <filesystem>
#include <memory>

#include "protocol/journal/sqlcipher_store.hpp"

namespace feldsher {

/// A program's data folder: `journal.db`, and the key that its pages are encrypted with, `journal.key`.
///
/// The key is 32 random octets, made when the folder is, as 64 hexadecimal digits in a file of mode 600.
/// Whoever has the folder's files without that one has nothing.
class DataFolder {
 public:
  /// Opens `folder`, or makes it (mode 700) with a new key. Throws Fault with what to do: the key is missing
  /// though there is a journal, is no key, or can be read by others.
  static DataFolder open_or_create(const std::filesystem::path& folder, Random& random);
  /// Opens a folder that must be there. Throws Fault.
  static DataFolder open(const std::filesystem::path& folder);

  std::filesystem::path journal() const { return folder_ / "journal.db"; }
  const std::filesystem::path& path() const { return folder_; }
  /// The other databases of the folder (views) are encrypted with the same key.
  const DatabaseKey& key() const { return key_; }

  /// The one connection to the journal. Throws Fault as SqlcipherStore does.
  std::unique_ptr<SqlcipherStore> open_store(TenantId tenant) const;

 private:
  DataFolder(std::filesystem::path folder, const DatabaseKey& key) : folder_(std::move(folder)), key_(key) {}

  std::filesystem::path folder_;
  DatabaseKey key_;
};

}  // namespace feldsher
