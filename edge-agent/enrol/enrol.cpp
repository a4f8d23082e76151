#include "edge-agent/enrol/enrol.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ostream>

#include "edge-agent/agent/membership.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/certificate_files.hpp"
#include "protocol/crypto/own_certificate.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/enrolment/sealed_request.hpp"
#include "protocol/record/result.hpp"
#include "protocol/transport/https_call.hpp"

namespace feldsher::edge {
namespace {

using enrolment::EnrolmentCode;

/// The keys that a box makes for itself. None of them leaves it.
struct BoxKeys {
  KeyAndRequest line = make_key_and_request("line"), bus = make_key_and_request("agent"),
                broker = make_key_and_request("broker");
  SigningKey head = SigningKey::generate();
};

v1::EnrolmentRequest request_for(const BoxKeys& keys, const std::string& software) {
  v1::EnrolmentRequest request;
  request.set_line_request(keys.line.request);
  request.set_bus_request(keys.bus.request);
  request.set_broker_request(keys.broker.request);
  const PublicKey head = keys.head.public_key();
  request.set_head_key(head.data(), head.size());
  request.set_software(software);
  return request;
}

v1::EnrolmentAnswer ask(const EnrolmentCode& code, const v1::SealedEnrolment& sealed) {
  HttpsCall wanted{
      .host = code.host, .port = code.port, .target = "/enrol", .body = sealed.SerializeAsString()};
  wanted.authority_key = code.authority_key;
  // A bare box may believe that it is 1970.
  wanted.verify_time_s = [&] {
    return std::max({SystemClock().now().wall_ms / 1000, code.made_s, build_year_floor_s()});
  };
  const HttpsReply reply = call(wanted);
  v1::EnrolmentAnswer answer;
  if (reply.status != 200 || !answer.ParseFromString(reply.body))
    throw Fault(fmt::format("central's access door at {}:{} answered {}, which is no answer to a new box",
                            code.host, code.port, reply.status));
  if (answer.refusal() == v1::ENROLMENT_GRANTED) return answer;
  std::string why(enrolment::to_text(answer.refusal()));
  if (answer.refusal() == v1::ENROLMENT_WRONG_SECRET)
    why += fmt::format(" ({} more tries)", answer.tries_left());
  throw Fault(why);
}

template <class Id>
std::string id_text(const std::string& octets) {
  const auto id = Id::from_octets(octets);
  return id ? id->to_text() : std::string();
}

std::string node_json(const v1::EnrolmentAnswer& answer) {
  return boost::json::serialize(boost::json::object{{"tenant", id_text<TenantId>(answer.tenant())},
                                                    {"node", id_text<NodeId>(answer.node())},
                                                    {"point", id_text<PointId>(answer.point())},
                                                    {"short_name", answer.short_name()},
                                                    {"zone", answer.zone()},
                                                    {"home", answer.home()},
                                                    {"central", answer.sync()},
                                                    {"access", answer.access()},
                                                    {"central_node", id_text<NodeId>(answer.central_node())},
                                                    {"central_head_key", to_hex(answer.central_head_key())},
                                                    {"issued_s", answer.issued_s()}}) +
         "\n";
}

/// Throws Fault unless each certificate is for the key that was made here.
void check(const v1::EnrolmentAnswer& answer, const BoxKeys& keys) {
  const auto line = read_own_certificate(answer.line_certificate());
  const auto node = NodeId::from_octets(answer.node());
  if (!belong_together(answer.line_certificate(), keys.line.key) ||
      !belong_together(answer.bus_certificate(), keys.bus.key) ||
      !belong_together(answer.broker_certificate(), keys.broker.key) || !node || !line ||
      line->identity.uuid() != node->uuid)
    throw Fault("central's answer holds certificates of other keys than those that were made here");
}

void expect_no_broker(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder / "key.pem"))
    throw Fault((folder / "key.pem").string() +
                " is there already: nothing is written over. A new broker needs a folder without a key");
}

}  // namespace

std::filesystem::path broker_folder(const std::filesystem::path& folder,
                                    const std::filesystem::path& installed) {
  return PointFolder(folder).is_of_package() && std::filesystem::is_directory(installed) ? installed
                                                                                         : folder / "broker";
}

std::string open_commands(const std::filesystem::path& folder, const std::string& before) {
  if (!PointFolder(folder).is_of_package()) return {};
  return before + "install -d -m 700 /etc/credstore.encrypted            # systemd opens the sealed key\n" +
         before + "ln -sf /var/lib/feldsher-edge/box.cred /etc/credstore.encrypted/feldsher-edge-box\n";
}

std::string start_commands(const std::filesystem::path& folder, bool sealed) {
  if (PointFolder(folder).is_of_package())
    return "Next: systemd-tmpfiles --create feldsher-edge.conf     # the broker's key becomes its user's\n" +
           (sealed ? open_commands(folder, "      ") : "") +
           "      systemctl start feldsher-broker feldsher-edge\n";
  return "Next: feldsher-edge serve --config " + PointFolder(folder).config().string() + "\n";
}

void give_to_owner(const std::filesystem::path& folder) {
  struct stat about {};
  if (geteuid() != 0 || stat(folder.c_str(), &about) != 0) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (lchown(entry.path().c_str(), about.st_uid, about.st_gid) != 0)
      throw Fault(fmt::format("cannot give {} to the owner of its folder", entry.path().string()));
}

void enrol(const EnrolWish& wish, std::ostream& out) {
  const EnrolmentCode code = EnrolmentCode::parse(wish.code).value();
  const auto broker = wish.broker.empty() ? broker_folder(wish.folder) : wish.broker;
  expect_no_point(wish.folder);
  expect_no_broker(broker);

  const BoxKeys keys;
  const v1::EnrolmentAnswer answer = ask(code, enrolment::seal(code, request_for(keys, wish.software)));
  check(answer, keys);
  const std::string described = node_json(answer);
  const Membership me = Membership::parse(described, "central's answer");
  make_point(wish.folder, {.files = {{"ca.pem", answer.ca()},
                                     {"certificate.pem", answer.line_certificate()},
                                     {"key.pem", keys.line.key},
                                     {"bus/certificate.pem", answer.bus_certificate()},
                                     {"bus/key.pem", keys.bus.key},
                                     {"node.json", described}},
                           .head_key = keys.head,
                           .central = me.central});
  CertificateBundle{.ca = answer.ca(), .certificate = answer.broker_certificate(), .key = keys.broker.key}
      .save(broker);
  const CertificateFiles installed{.certificate = broker / "certificate.pem", .key = broker / "key.pem"};
  give_to_owner(wish.folder);
  give_to_owner(broker);
  out << "This box is now the point " << answer.short_name() << ", node " << me.node.to_text() << "\n"
      << "  its folder     " << wish.folder.string() << "\n"
      << "  its broker's   " << broker.string() << "\n"
      << "  reached as     " << fmt::format("{}", fmt::join(installed.present().hosts, ", ")) << "\n";
}

}  // namespace feldsher::edge
