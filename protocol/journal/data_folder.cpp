#include "protocol/journal/data_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

std::filesystem::path key_file(const std::filesystem::path& folder) { return folder / "journal.key"; }

/// Like create_directories, but what it makes is for its owner only.
void make_private_folder(const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::is_directory(folder)) return;
  const auto parent = folder.parent_path();
  if (!parent.empty() && parent != folder) std::filesystem::create_directories(parent);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw Fault(fmt::format("cannot make the data folder {}: {}", folder.string(),
                            std::generic_category().message(errno)));
}

}  // namespace

DataFolder DataFolder::open(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder))
    throw Fault(fmt::format("{} is not a data folder: there is no such folder", folder.string()));
  const auto path = key_file(folder);
  if (!std::filesystem::exists(path))
    throw Fault(
        fmt::format("{} is missing: without this key the journal beside it cannot be read. Put the key back "
                    "from where it was saved; a new one cannot open it",
                    path.string()));
  Octets text = read_secret_file(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto key = DatabaseKey::from_hex(text);
  if (!key) throw Fault(fmt::format("{} holds no key: 64 hexadecimal digits are expected", path.string()));
  return {folder, *key};
}

DataFolder DataFolder::open_or_create(const std::filesystem::path& folder, Random& random) {
  try {
    make_private_folder(folder);
  } catch (const std::filesystem::filesystem_error& error) {
    throw Fault(fmt::format("cannot make the data folder {}: {}", folder.string(), error.code().message()));
  }
  std::error_code ignored;
  const bool has_journal = std::filesystem::file_size(folder / "journal.db", ignored) > 0 && !ignored;
  // The key is on disk, synced, before the first page that needs it is written.
  if (!has_journal && !std::filesystem::exists(key_file(folder)))
    write_secret_file(key_file(folder), DatabaseKey::make(random).to_hex() + "\n");
  return open(folder);
}

std::unique_ptr<SqlcipherStore> DataFolder::open_store(TenantId tenant) const {
  return std::make_unique<SqlcipherStore>(journal(), tenant, key_);
}

}  // namespace feldsher
