#include <openssl/x509.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/peer_identity.hpp"
#include "tests/fuzz/input.hpp"

using namespace feldsher;

namespace {

const TenantId tenant{*Uuid::from_text("0190c0de-0000-7000-8000-000000000001")};
constexpr std::int64_t now_s = 1'795'000'000;

/// A clinic's authority in a folder that goes away at once: it needs its files only to be made.
const CertificateAuthority& authority() {
  static const CertificateAuthority made = [] {
    const auto folder =
        std::filesystem::temp_directory_path() / ("feldsher-fuzz-" + std::to_string(getpid()));
    auto clinic = CertificateAuthority::create(folder / "root", "Fuzzed", now_s)
                      .create_tenant(folder / "clinic", tenant, now_s);
    std::filesystem::remove_all(folder);
    return clinic;
  }();
  return made;
}

void look_at(x509_st* certificate) {
  const auto identity = identity_of(certificate);
  (void)serial_of(certificate);
  (void)begin_of(certificate);
  (void)end_of(certificate);
  if (identity && PeerIdentity::from_urn(identity->to_urn()) != *identity) std::abort();
}

}  // namespace

/// A request to certify a key, as a box sends it, in DER or as PEM; and a certificate that names its holder.
/// The first octet says which.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t kind = input.octet() % 3;
  const OctetsView rest = input.rest();
  const auto* octets = reinterpret_cast<const unsigned char*>(rest.data());
  if (kind == 0) {
    const std::unique_ptr<X509, void (*)(X509*)> certificate(
        d2i_X509(nullptr, &octets, static_cast<long>(rest.size())), X509_free);
    if (certificate) look_at(certificate.get());
    return 0;
  }
  std::string pem(rest);
  if (kind == 1) {
    std::string text(4 * (rest.size() / 3 + 1) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets, static_cast<int>(rest.size()));
    text.resize(static_cast<std::size_t>(length));
    pem = "-----BEGIN CERTIFICATE REQUEST-----\n";
    for (std::size_t at = 0; at < text.size(); at += 64) pem += text.substr(at, 64) + "\n";
    pem += "-----END CERTIFICATE REQUEST-----\n";
  }
  const auto signed_one =
      authority().sign_request(pem, {.kind = PeerKind::node, .name = "fuzzed", .id = {}, .hosts = {}}, now_s);
  // Of the request only the key is taken: whose certificate it is was decided here.
  if (signed_one && !signed_one->key.empty()) std::abort();
  return 0;
}
