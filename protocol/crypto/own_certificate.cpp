#include "protocol/crypto/own_certificate.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <array>

#include "protocol/crypto/openssl.hpp"

namespace feldsher {
namespace {

/// The DNS names and addresses among the subject's other names (RFC 5280, 4.2.1.6).
std::vector<std::string> hosts_of(const X509* certificate) {
  std::vector<std::string> hosts;
  const openssl::Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const ASN1_STRING* value = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const unsigned char* octets = ASN1_STRING_get0_data(value);
    const int size = ASN1_STRING_length(value);
    if (name->type == GEN_DNS) {
      hosts.emplace_back(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
      continue;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (size != 4 && size != 16) continue;
    if (inet_ntop(size == 4 ? AF_INET : AF_INET6, octets, text.data(), text.size()) != nullptr)
      hosts.emplace_back(text.data());
  }
  return hosts;
}

}  // namespace

std::optional<OwnCertificate> read_own_certificate(std::string_view pem) {
  const auto certificate = openssl::certificate_from_pem(pem);
  const auto identity = identity_of(certificate.get());
  if (!identity) return std::nullopt;
  return OwnCertificate{.identity = *identity,
                        .not_before_s = begin_of(certificate.get()),
                        .not_after_s = identity->not_after_s,
                        .hosts = hosts_of(certificate.get())};
}

bool belong_together(std::string_view certificate_pem, std::string_view key_pem) {
  const auto certificate = openssl::certificate_from_pem(certificate_pem);
  const auto key = openssl::key_from_pem(key_pem);
  const bool same = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return same;
}

}  // namespace feldsher
