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

void open_code(const CentralFolder& folder, const std::string& point, bool json, std::ostream& out) {
  const Config config = read_config(folder.config());
  SystemRandom random;
  Digest authority_key{};
  if (!digest_from(CertificateAuthority::load(folder.authority()).public_key_digest(), authority_key))
    throw Fault("the authority in " + folder.authority().string() + " has no key");
  const auto code = enrolment::EnrolmentCode::make(random, SystemClock().now(), authority_key,
                                                   config.public_host, config.access_port);
  carry_out(folder, Access::WantedCode{.point = point, .number = code.number, .verifier = code.verifier()});
  if (json) {
    out << boost::json::serialize(
               boost::json::object{{"point", point}, {"code", code.to_text()}, {"qr", code.to_qr_text()}})
        << "\n";
    return;
  }
  out << "Code for the box of " << point << ", good once and for 24 hours:\n\n"
      << "  " << code.to_text() << "\n\n"
      << qr_picture(code.to_qr_text()) << "\nOn the box: feldsher-edge enrol CODE\n";
}

}  // namespace feldsher::central
