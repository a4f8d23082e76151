#include "protocol/journal/sqlcipher_pages.hpp"

#include <fmt/format.h>

#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <set>

#include "protocol/record/digest.hpp"

namespace feldsher::sqlcipher {
namespace {

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

constexpr std::uint64_t page_octets = 4096;  // SQLCipher's.

/// What SQLCipher says of a page that does not fit: "HMAC verification failed for page 7".
constexpr std::string_view before_number = "page ";
int take_number(void* to, int columns, char** texts, char**) {
  const std::string_view text = columns > 0 && texts[0] ? texts[0] : "";
  std::uint64_t number = 0;
  if (const auto at = text.find(before_number); at != text.npos) {
    const auto digits = text.substr(at + before_number.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
  }
  static_cast<std::set<std::uint64_t>*>(to)->insert(number);
  return 0;
}

/// The numbers of the pages that do not fit the key; of the salt too, where it is given.
std::set<std::uint64_t> misfits(const std::filesystem::path& path, std::string raw) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const Handle handle(opened);
  std::set<std::uint64_t> numbers;
  if (code != SQLITE_OK || sqlite3_key(opened, raw.data(), static_cast<int>(raw.size())) != SQLITE_OK ||
      sqlite3_exec(opened, "PRAGMA cipher_log_level=NONE", nullptr, nullptr, nullptr) != SQLITE_OK ||
      sqlite3_exec(opened, "PRAGMA cipher_integrity_check", take_number, &numbers, nullptr) != SQLITE_OK)
    throw Fault(fmt::format("cannot look at the pages of {}: {}", path.string(), sqlite3_errmsg(opened)));
  return numbers;
}

}  // namespace

std::string salt_of(const DatabaseKey& key, const std::filesystem::path& path) {
  const OctetsView octets(reinterpret_cast<const char*>(key.octets.data()), key.octets.size());
  return to_hex(to_octets(sha256({"feldsher salt of ", path.filename().string(), octets})).substr(0, 16));
}

PagesOfKey pages_of_key(const std::filesystem::path& path, const DatabaseKey& key) {
  PagesOfKey found;
  found.all = std::filesystem::file_size(path) / page_octets;
  // The salt in the file may be what is damaged; an older file has another than the key's.
  for (const std::string& salt : {salt_of(key, path), std::string()}) {
    const auto bad = misfits(path, "x'" + key.to_hex() + salt + "'");
    const std::uint64_t count = std::min<std::uint64_t>(bad.size(), found.all);
    found.fitting = std::max(found.fitting, found.all - count);
    found.first = found.first || (found.all != 0 && !bad.contains(1));
  }
  return found;
}

}  // namespace feldsher::sqlcipher
