#include "central/copies/secrets.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <set>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

// Configuration and keys are small; a file of this size is neither.
constexpr std::uintmax_t largest_file = 4U << 20;

bool belongs(const fs::path& inside) {
  static const std::set<std::string> not_these{"journal.key",   "box.key",      "box.cred", "box-next.key",
                                               "box-next.cred", "standby.json", "reserve",  "disk-fault"};
  const std::string top = inside.begin()->string();
  return !not_these.contains(inside.string()) && !top.starts_with("journal.db") &&
         !top.starts_with("views.db") && top != "standby" && !top.starts_with('.');
}

Octets read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  Octets content((std::istreambuf_iterator<char>(in)), {});
  if (!in) throw Fault("cannot read " + path.string());
  return content;
}

}  // namespace

CentralSecrets CentralSecrets::collect(const fs::path& folder, const DatabaseKey& journal_key) {
  CentralSecrets secrets{.files = {}, .journal_key = journal_key};
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path inside = entry.path().lexically_relative(folder);
    if (!entry.is_regular_file() || !belongs(inside) || entry.file_size() > largest_file) continue;
    const bool open =
        (entry.status().permissions() & (fs::perms::group_read | fs::perms::others_read)) != fs::perms::none;
    secrets.files[inside.generic_string()] = {.content = read_file(entry.path()), .secret = !open};
  }
  return secrets;
}

void CentralSecrets::write(const fs::path& folder) const {
  for (const auto& [name, file] : files) {
    const fs::path path = (folder / name).lexically_normal();
    if (fs::path(name).is_absolute() || path.lexically_relative(folder).begin()->string() == "..")
      throw Fault("the backup names a file outside its folder");
    fs::create_directories(path.parent_path());
    if (file.secret)
      write_secret_file(path, file.content);
    else
      write_public_file(path, file.content);
  }
}

std::string CentralSecrets::to_json() const {
  json::object all;
  for (const auto& [name, file] : files)
    all[name] = json::object{{"content", to_base64url(file.content)}, {"secret", file.secret}};
  return json::serialize(json::object{{"journal_key", journal_key.to_hex()}, {"files", std::move(all)}});
}

CentralSecrets CentralSecrets::from_json(std::string_view text) {
  try {
    const json::value value = json::parse(text);
    CentralSecrets secrets;
    const auto key = DatabaseKey::from_hex(std::string_view(value.at("journal_key").as_string()));
    if (!key) throw Fault("the sealed secrets hold no key");
    secrets.journal_key = *key;
    for (const auto& entry : value.at("files").as_object()) {
      File file{.content = {}, .secret = entry.value().at("secret").as_bool()};
      if (!from_base64url(std::string_view(entry.value().at("content").as_string()), file.content))
        throw Fault("the sealed secrets cannot be read");
      secrets.files[std::string(entry.key())] = std::move(file);
    }
    return secrets;
  } catch (const Fault&) {
    throw;
  } catch (const std::exception& error) {
    throw Fault(std::string("the sealed secrets cannot be read: ") + error.what());
  }
}

}  // namespace feldsher::central
