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

constexpr const char* box_name = "box";
constexpr const char* next_name = "box-next";  // Of a rotation that is under way.
constexpr const char* wrapped_as = "journal";

/// Takes a box key away, of whichever kind it is.
void drop(const std::filesystem::path& folder, const std::string& name) {
  for (const char* kind : {".cred", ".key"}) std::filesystem::remove(folder / (name + kind));
}

/// What wraps the key now is `next`: it takes the place of the one before.
void settle(const std::filesystem::path& folder) {
  // A sealed one goes first, as when it is loaded; one of the other kind beside it is of no use.
  const char* kind = std::filesystem::exists(folder / (std::string(next_name) + ".cred")) ? ".cred" : ".key";
  // The one before may be of the other kind. Without it, `next` is still found.
  drop(folder, box_name);
  std::filesystem::rename(folder / (std::string(next_name) + kind), folder / (std::string(box_name) + kind));
  drop(folder, next_name);
}

struct Opened {
  DatabaseKey key;
  bool sealed = false;
};

Opened open_key(const std::filesystem::path& folder, const BoxSealer& sealer) {
  const auto path = key_file(folder);
  Octets text = read_secret_file(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  // A folder of before keys were wrapped holds the key itself.
  if (const auto plain = DatabaseKey::from_hex(text)) return {*plain, false};
  if (!is_wrapped(text)) throw Fault(path.string() + " holds no key");
  bool is_there = false;
  for (const char* name : {box_name, next_name}) {
    const auto box = BoxKey::load(folder, name, sealer);
    is_there = is_there || box.has_value();
    const auto hex = box ? box->unwrap(text, wrapped_as) : std::nullopt;
    const auto key = hex ? DatabaseKey::from_hex(*hex) : std::nullopt;
    if (!key) continue;
    if (name == next_name) settle(folder);  // The power failed before a rotation was done.
    return {*key, box->sealed()};
  }
  if (!is_there)
    throw Fault(fmt::format(
        "{} (or box.cred, where it was sealed to this box) is missing: without it {} opens nothing. "
        "Put it back from where it was saved; a new one cannot open it",
        (folder / "box.key").string(), path.filename().string()));
  throw Fault(
      fmt::format("the key of this box does not open {}: box.key (or box.cred, and the TPM that sealed "
                  "it) must be that of this folder",
                  path.string()));
}

/// Like create_directories, but what it makes is for its owner only.
void make_private_folder(const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::is_directory(folder)) return;
  const auto parent = folder.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw Fault(fmt::format("cannot make the data folder {}: {}", folder.string(),
                            std::generic_category().message(errno)));
}

}  // namespace

DataFolder DataFolder::open(const std::filesystem::path& folder, const BoxSealer& sealer) {
  if (!std::filesystem::is_directory(folder))
    throw Fault(fmt::format("{} is not a data folder: there is no such folder", folder.string()));
  const auto path = key_file(folder);
  if (!std::filesystem::exists(path))
    throw Fault(
        fmt::format("{} is missing: without this key the journal beside it cannot be read. Put the key back "
                    "from where it was saved; a new one cannot open it",
                    path.string()));
  const Opened opened = open_key(folder, sealer);
  return {folder, opened.key, opened.sealed};
}

DataFolder DataFolder::rotate(const std::filesystem::path& folder, Random& random, const BoxSealer& sealer) {
  const DatabaseKey key = open(folder, sealer).key();
  // One of a rotation that was cut off before it wrapped anything, perhaps of the other kind.
  drop(folder, next_name);
  BoxKey next = BoxKey::make(random);
  next.save(folder, next_name, sealer);
  replace_secret_file(key_file(folder), next.wrap(key.to_hex(), wrapped_as, random) + "\n");
  settle(folder);
  return {folder, key, next.sealed()};
}

DataFolder DataFolder::open_or_create(const std::filesystem::path& folder, Random& random,
                                      const BoxSealer& sealer) {
  if (folder.empty()) throw Fault("cannot make the data folder: it has no name");
  try {
    make_private_folder(folder);
  } catch (const std::filesystem::filesystem_error& error) {
    throw Fault(fmt::format("cannot make the data folder {}: {}", folder.string(), error.code().message()));
  }
  std::error_code ignored;
  const bool has_journal = std::filesystem::file_size(folder / "journal.db", ignored) > 0 && !ignored;
  // The key is on disk, synced, before the first page that needs it is written.
  if (!has_journal && !std::filesystem::exists(key_file(folder))) {
    BoxKey box = BoxKey::make(random);
    box.save(folder, box_name, sealer);
    write_secret_file(key_file(folder),
                      box.wrap(DatabaseKey::make(random).to_hex(), wrapped_as, random) + "\n");
  }
  return open(folder, sealer);
}

std::unique_ptr<SqlcipherStore> DataFolder::open_store(TenantId tenant) const {
  return std::make_unique<SqlcipherStore>(journal(), tenant, key_);
}

}  // namespace feldsher
