#pragma once
#include <cstdint>

#include "protocol/journal/sqlcipher.hpp"

namespace feldsher::sqlcipher {

/// 16 octets, in hexadecimal. A file's pages are authenticated with a key that needs the salt in its first 16
/// octets: one that can be worked out again is not lost with them. Another for each file of a folder, so that
/// a page of one is none of the other's.
std::string salt_of(const DatabaseKey& key, const std::filesystem::path& path);

/// How many pages of a file the key made, where nothing else of the file is believed. Its log is not asked.
struct PagesOfKey {
  bool first = false;  ///< The first page, without which SQLite reads no other.
  std::uint64_t fitting = 0, all = 0;
};

/// For who could not open the file: a wrong key fits no page of it, and the right one fits some though the
/// first be damaged. Throws Fault.
PagesOfKey pages_of_key(const std::filesystem::path& path, const DatabaseKey& key);

}  // namespace feldsher::sqlcipher
