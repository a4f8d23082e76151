#include "protocol/journal/folder_trust.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "protocol/journal/head_key_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

constexpr const char* head_key_file = "head.key";
constexpr const char* membership_file = "node.json";

boost::json::object object_in(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  boost::system::error_code error;
  const auto value = boost::json::parse(text, error);
  return value.is_object() ? value.as_object() : boost::json::object();
}

std::string text_in(const boost::json::object& object, const char* field) {
  const auto* value = object.if_contains(field);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

}  // namespace

FolderTrust trust_given(const std::vector<Octets>& central_keys) {
  FolderTrust trust{.keys = {.central = central_keys}, .told = {}, .unusable = {}};
  for (const Octets& key : central_keys) trust.told.push_back({"central", key, "--central-key"});
  return trust;
}

FolderTrust trust_beside(const std::filesystem::path& folder) {
  FolderTrust trust{.keys = {.countersignatures_demanded = false}, .told = {}, .unusable = {}};
  const bool is_point = std::filesystem::exists(folder / membership_file);
  const char* about_file = is_point ? membership_file : "identity.json";
  if (!std::filesystem::exists(folder / about_file)) return trust;
  const auto about = object_in(folder / about_file);
  if (const auto node = Uuid::from_text(text_in(about, "node"))) trust.keys.folder_of = NodeId{*node};
  const auto take = [&](const char* whose, std::vector<Octets>& keys, const Octets& key, const char* from) {
    keys.push_back(key);
    trust.told.push_back({whose, key, from});
  };
  if (is_point) {
    const Octets enrolled = from_hex(text_in(about, "central_head_key"));
    if (public_key_from(enrolled))
      take("central", trust.keys.central, enrolled, membership_file);
    else
      trust.unusable = "node.json holds no key of central's";
  }
  try {
    const Ed25519Signer own = load_head_key(folder / head_key_file);
    if (!is_point) trust.keys.central.push_back(own.public_key());
    take(is_point ? "node" : "central", trust.keys.node, own.public_key(), head_key_file);
    trust.keys.handover = own.handover();
  } catch (const Fault& fault) {
    trust.unusable += (trust.unusable.empty() ? "" : "; ") + std::string(fault.what());
  }
  return trust;
}

}  // namespace feldsher
