#include "edge-agent/agent/membership.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "edge-agent/agent/config.hpp"
#include "protocol/civil/civil.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

Octets content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  if (!in || !(content << in.rdbuf())) throw Fault("cannot read " + file.string());
  return content.str();
}

/// One object of node.json; says which field is missing or wrong.
class Fields {
 public:
  Fields(const boost::json::value& value, const std::string& name) : name_(name) {
    if (!value.is_object()) throw Fault(name + ": an object is expected");
    object_ = &value.get_object();
  }
  const boost::json::value& at(const char* field) const {
    const auto* value = object_->if_contains(field);
    if (!value) wrong(field, "is missing");
    return *value;
  }
  std::string text(const char* field) const {
    const auto* value = at(field).if_string();
    if (!value || value->empty()) wrong(field, "must be a text");
    return std::string(*value);
  }
  template <class Id>
  Id id(const char* field) const {
    const auto uuid = Uuid::from_text(text(field));
    if (!uuid || uuid->is_nil()) wrong(field, "must be a UUID");
    return Id{*uuid};
  }
  [[noreturn]] void wrong(const char* field, const char* what) const {
    throw Fault(fmt::format("{}: \"{}\" {}", name_, field, what));
  }

 private:
  const std::string& name_;
  const boost::json::object* object_;
};

}  // namespace

Membership Membership::parse(std::string_view json, const std::string& name) {
  boost::system::error_code error;
  const boost::json::value root = boost::json::parse(json, error);
  if (error) throw Fault(name + " is not JSON");
  const Fields fields(root, name);
  Membership it;
  it.tenant = fields.id<TenantId>("tenant");
  it.node = fields.id<NodeId>("node");
  it.point = fields.id<PointId>("point");
  it.zone = fields.text("zone");
  if (!Zone::named(it.zone)) fields.wrong("zone", "must be an IANA zone such as Europe/Kyiv");
  if (fields.at("central").is_string()) {
    it.central = fields.text("central");
  } else {
    const Fields central(fields.at("central"), name);
    std::string host = central.text("host");
    if (host.find(':') != std::string::npos) host = "[" + host + "]";  // RFC 3986 §3.2.2: an IPv6 address.
    it.central = fmt::format("wss://{}:{}", host, boost::json::serialize(central.at("port")));
  }
  if (!CentralAddress::parse(it.central)) fields.wrong("central", "must be wss://HOST:PORT");
  it.central_head_key = from_hex(fields.text("central_head_key"));
  if (!public_key_from(it.central_head_key))
    fields.wrong("central_head_key", "must be 64 hexadecimal digits");
  if (const auto* issued = root.get_object().if_contains("issued_s")) {
    if (!issued->is_int64()) fields.wrong("issued_s", "must be a Unix time");
    it.issued_s = issued->get_int64();
  }
  if (root.get_object().contains("access")) it.access = fields.text("access");
  return it;
}

Membership PointFolder::membership() const {
  if (!std::filesystem::exists(membership_file()))
    throw Fault(fmt::format(
        "{} is no point's folder: make one with `feldsher-edge enrol CODE --dir {}`, the code being what "
        "`feldsher-central enrol` printed",
        folder_.string(), folder_.string()));
  return Membership::parse(content_of(membership_file()), membership_file().string());
}

void expect_no_point(const std::filesystem::path& folder) {
  const PointFolder point(folder);
  for (const auto& taken : {point.membership_file(), point.head_key(), point.config(), point.tls().key,
                            point.bus() / "key.pem", folder / "journal.key", folder / "journal.db"})
    if (std::filesystem::exists(taken))
      throw Fault(taken.string() +
                  " is there already: nothing is written over. A new point needs an empty folder");
}

void make_point(const std::filesystem::path& folder, const PointMaterial& material) {
  const PointFolder point(folder);
  SystemRandom random;
  DataFolder::open_or_create(folder, random);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  material.head_key.save(point.head_key());
  for (const auto& [name, content] : material.files) {
    const auto file = folder / name;
    if (std::filesystem::create_directory(file.parent_path()))
      std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all);
    write_secret_file(file, content);
  }
  write_secret_file(point.config(), config_for(".", material.central));
}

bool PointFolder::is_of_package() const {
  // With a slash at its end each spelling is one: edge.toml's folder is ".", joined to where the file is.
  return (folder_ / "").lexically_normal() == "/var/lib/feldsher-edge/";
}

std::filesystem::path PointFolder::revoked(const std::filesystem::path& installed) const {
  return is_of_package() && std::filesystem::is_directory(installed) ? installed / "serials"
                                                                     : folder_ / "revoked";
}

TlsFiles PointFolder::bus_tls() const {
  if (!std::filesystem::exists(bus() / "key.pem")) return tls();
  return {.ca = folder_ / "ca.pem", .certificate = bus() / "certificate.pem", .key = bus() / "key.pem"};
}

}  // namespace feldsher::edge
