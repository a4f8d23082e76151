#include "protocol/crypto/own_certificate.hpp"

#include <openssl/err.h>

#include "protocol/crypto/openssl.hpp"

namespace feldsher {

std::optional<OwnCertificate> read_own_certificate(std::string_view pem) {
  const auto certificate = openssl::certificate_from_pem(pem);
  const auto identity = identity_of(certificate.get());
  if (!identity) return std::nullopt;
  return OwnCertificate{.identity = *identity,
                        .not_before_s = begin_of(certificate.get()),
                        .not_after_s = identity->not_after_s};
}

bool belong_together(std::string_view certificate_pem, std::string_view key_pem) {
  const auto certificate = openssl::certificate_from_pem(certificate_pem);
  const auto key = openssl::key_from_pem(key_pem);
  const bool same = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return same;
}

}  // namespace feldsher
