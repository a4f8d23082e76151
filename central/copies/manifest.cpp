#include "central/copies/manifest.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

constexpr std::string_view format = "feldsher-backup/1";

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) throw Fault("cannot read " + file.string());
  return text;
}

Digest digest_in(const json::value& value) {
  Digest digest{};
  if (!digest_from(from_hex(std::string_view(value.as_string())), digest))
    throw Fault("the manifest holds a digest that is none");
  return digest;
}

Uuid id_in(const json::value& value) {
  const auto id = Uuid::from_text(std::string_view(value.as_string()));
  if (!id) throw Fault("the manifest holds an id that is none");
  return *id;
}

std::uint64_t epoch_in(const json::value& value) {
  std::uint64_t epoch = 0;
  const Octets octets = from_hex(std::string_view(value.as_string()));
  if (octets.size() != sizeof epoch) throw Fault("the manifest names a life that is none");
  for (const char octet : octets) epoch = epoch << 8 | static_cast<unsigned char>(octet);
  return epoch;
}

}  // namespace

std::string Manifest::to_json() const {
  json::array all;
  for (const End& end : ends)
    all.push_back(json::object{{"origin", end.journal.origin.to_text()},
                               {"stream", v1::Stream_Name(end.journal.stream)},
                               {"epoch", fmt::format("{:016x}", end.journal.epoch.value)},
                               {"seq", end.seq},
                               {"hash", to_hex(view_of(end.hash))},
                               {"tree_root", to_hex(view_of(end.root))}});
  return json::serialize(json::object{{"format", format},
                                      {"tenant", tenant.to_text()},
                                      {"node", node.to_text()},
                                      {"network", network},
                                      {"software", software},
                                      {"made_ms", made_ms},
                                      {"intake", intake},
                                      {"secrets_sha256", to_hex(view_of(secrets))},
                                      {"journals", std::move(all)}}) +
         "\n";
}

Manifest Manifest::from_json(std::string_view text) {
  try {
    const json::value value = json::parse(text);
    if (value.at("format").as_string() != format)
      throw Fault("it is of another format than this program knows: " + json::serialize(value.at("format")));
    Manifest manifest{.tenant = TenantId{id_in(value.at("tenant"))},
                      .node = NodeId{id_in(value.at("node"))},
                      .network = std::string(value.at("network").as_string()),
                      .software = std::string(value.at("software").as_string()),
                      .made_ms = value.at("made_ms").as_int64(),
                      .intake = value.at("intake").to_number<std::uint64_t>(),
                      .ends = {},
                      .secrets = digest_in(value.at("secrets_sha256"))};
    for (const json::value& end : value.at("journals").as_array()) {
      v1::Stream stream{};
      if (!v1::Stream_Parse(std::string(end.at("stream").as_string()), &stream))
        throw Fault("the manifest names a journal that is none");
      manifest.ends.push_back(
          {.journal = {NodeId{id_in(end.at("origin"))}, stream, Epoch{epoch_in(end.at("epoch"))}},
           .seq = end.at("seq").to_number<std::uint64_t>(),
           .hash = digest_in(end.at("hash")),
           .root = digest_in(end.at("tree_root"))});
    }
    return manifest;
  } catch (const Fault&) {
    throw;
  } catch (const std::exception& error) {
    throw Fault(std::string("the manifest cannot be read: ") + error.what());
  }
}

void BackupFolder::write(const Manifest& what, const SigningKey& key) const {
  const std::string text = what.to_json();
  const Signature signed_text = key.sign(text);
  write_public_file(
      signature(),
      to_hex(OctetsView(reinterpret_cast<const char*>(signed_text.data()), signed_text.size())) + "\n");
  write_public_file(manifest(), text);
}

Manifest BackupFolder::read(const PublicKey& key) const {
  const std::string text = read_text(manifest());
  std::string hex = read_text(signature());
  while (!hex.empty() && hex.back() == '\n') hex.pop_back();
  if (!verify(key, text, OctetsView(from_hex(hex))))
    throw Fault(manifest().string() + " was not signed by this central, or was changed");
  return Manifest::from_json(text);
}

}  // namespace feldsher::central
