#include "protocol/crypto/certificate_files.hpp"

#include <fstream>
#include <iterator>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

constexpr std::string_view certificate_mark = "-----BEGIN CERTIFICATE-----";

std::filesystem::path staged(const CertificateFiles& present) {
  return present.key.parent_path() / "renewed.pem";
}

}  // namespace

OwnCertificate CertificateFiles::present() const {
  std::ifstream in(certificate, std::ios::binary);
  const auto found = read_own_certificate(Octets(std::istreambuf_iterator<char>(in), {}));
  if (!found) throw Fault(certificate.string() + " is no certificate of this network");
  return *found;
}

bool renewal_is_due(const OwnCertificate& present, std::int64_t now_s) {
  return now_s >= present.not_after_s - (present.not_after_s - present.not_before_s) / 3;
}

void install(const CertificateFiles& present, const std::string& certificate, const std::string& key) {
  const auto next = read_own_certificate(certificate);
  if (!next || next->identity != present.present().identity || !belong_together(certificate, key))
    throw Fault("the renewed certificate is not that of the present holder");
  replace_secret_file(staged(present), key + certificate);
  finish_install(present);
}

void finish_install(const CertificateFiles& present) {
  const auto file = staged(present);
  if (!std::filesystem::exists(file)) return;
  const Octets both = read_secret_file(file);
  const auto split = both.find(certificate_mark);
  if (split == both.npos || !belong_together(both.substr(split), both.substr(0, split)))
    throw Fault(file.string() + " is no key with its certificate: put it aside and start again");
  replace_secret_file(present.key, both.substr(0, split));
  replace_secret_file(present.certificate, both.substr(split));
  std::filesystem::remove(file);
}

}  // namespace feldsher
