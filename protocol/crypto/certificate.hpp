#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/crypto/openssl.hpp"

namespace feldsher::openssl {

/// Everything that one X.509 certificate (RFC 5280) of ours says. For the sources of this folder only.
struct CertificateDraft {
  std::string common_name;
  std::string organisation;        ///< Left out when empty.
  std::string urn;                 ///< SAN URI; left out when empty.
  std::vector<std::string> hosts;  ///< SAN DNS and IP; each passed is_host.
  const char* basic_constraints = "critical,CA:FALSE";
  const char* key_usage = "critical,digitalSignature";
  const char* extended_key_usage = nullptr;
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;
};

/// True for an IPv4 or IPv6 address, or a DNS name of letters, digits, '-' and '.'.
bool is_host(const std::string& host);

/// A new P-256 key.
Key make_p256_key();
bool is_p256(const EVP_PKEY* key);

/// Signs a certificate for `subject_key` with a random 128-bit serial. `issuer` null: signed by itself.
Certificate sign_certificate(const CertificateDraft& draft, EVP_PKEY* subject_key, const X509* issuer,
                             EVP_PKEY* issuer_key);

}  // namespace feldsher::openssl
