#include "central/commands/enrol.hpp"

#include <qrencode.h>

#include <boost/json/serialize.hpp>
#include <memory>
#include <ostream>

#include "central/commands/access_act.hpp"
#include "central/commands/config.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

std::string qr_picture(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free);
  if (!code) throw Fault("this text is too long for a QR code");
  constexpr int quiet = 2;
  const auto is_light = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) return true;
    return (code->data[y * code->width + x] & 1) == 0;
  };
  std::string picture;
  for (int y = -quiet; y < code->width + quiet; y += 2) {
    for (int x = -quiet; x < code->width + quiet; ++x) {
      const bool above = is_light(x, y), below = is_light(x, y + 1);
      picture += above && below ? "█" : above ? "▀" : below ? "▄" : " ";
    }
    picture += '\n';
  }
  return picture;
}

namespace {

void check(const std::vector<std::string>& hosts) {
  if (const auto fault = fault_of_hosts(hosts)) throw Fault("--broker-host: " + *fault);
}

std::string all_hosts(const boost::json::object& said) {
  std::string all = "localhost, 127.0.0.1, ::1";
  for (const auto& host : said.at("broker_hosts").as_array()) all += ", " + std::string(host.as_string());
  return all;
}

}  // namespace

void open_code(const CentralFolder& folder, const CodeWish& wish, std::ostream& out) {
  if (wish.broker_hosts) check(*wish.broker_hosts);
  const Config config = read_config(folder.config());
  SystemRandom random;
  Digest authority_key{};
  if (!digest_from(CertificateAuthority::load(folder.authority()).public_key_digest(), authority_key))
    throw Fault("the authority in " + folder.authority().string() + " has no key");
  const auto code = enrolment::EnrolmentCode::make(random, SystemClock().now(), authority_key,
                                                   config.public_host, config.access_port);
  auto said = carry_out(folder, Access::WantedCode{.point = wish.point,
                                                   .number = code.number,
                                                   .verifier = code.verifier(),
                                                   .broker_hosts = wish.broker_hosts});
  if (wish.json) {
    said["code"] = code.to_text();
    said["qr"] = code.to_qr_text();
    out << boost::json::serialize(said) << "\n";
    return;
  }
  out << "Code for the box of " << wish.point << ", good once and for 24 hours:\n\n"
      << "  " << code.to_text() << "\n\n"
      << qr_picture(code.to_qr_text()) << "\nOn the box: feldsher-edge enrol CODE\n"
      << "Its broker is reached as: " << all_hosts(said) << "\n";
}

void say_broker_hosts(const CentralFolder& folder, const NameBroker& wish, bool json, std::ostream& out) {
  check(wish.hosts);
  const auto said = carry_out(folder, wish);
  if (json) {
    out << boost::json::serialize(said) << "\n";
    return;
  }
  out << "The broker of " << wish.point << " is reached as: " << all_hosts(said) << "\n"
      << "Its next certificate says so. On its box, with the agent stopped:\n"
      << "  feldsher-edge keys rotate --key bus, and restart the broker\n";
}

}  // namespace feldsher::central
