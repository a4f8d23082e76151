#include "protocol/crypto/peer_identity.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "protocol/crypto/openssl.hpp"

namespace feldsher {
namespace {

constexpr std::string_view urn_prefix = "urn:feldsher:";

struct KindName {
  PeerKind kind;
  std::string_view text;
};
constexpr std::array<KindName, 7> kind_names{{{PeerKind::node, "node"},
                                              {PeerKind::terminal, "terminal"},
                                              {PeerKind::device, "device"},
                                              {PeerKind::broker, "broker"},
                                              {PeerKind::server, "server"},
                                              {PeerKind::standby, "standby"},
                                              {PeerKind::authority, "authority"}}};

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm civil{};
  return ASN1_TIME_to_tm(time, &civil) == 1 ? static_cast<std::int64_t>(timegm(&civil)) : 0;
}

ValidTime valid_time_of(const STACK_OF(X509) * chain) {
  ValidTime time{.from_s = begin_of(sk_X509_value(chain, 0)), .until_s = end_of(sk_X509_value(chain, 0))};
  for (int i = 1; i < sk_X509_num(chain); ++i) {
    time.from_s = std::max(time.from_s, begin_of(sk_X509_value(chain, i)));
    time.until_s = std::min(time.until_s, end_of(sk_X509_value(chain, i)));
  }
  return time;
}

}  // namespace

Octets serial_of(const X509* certificate) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
  return Octets(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
                static_cast<std::size_t>(ASN1_STRING_length(serial)));
}

std::int64_t begin_of(const X509* certificate) { return seconds_of(X509_get0_notBefore(certificate)); }
std::int64_t end_of(const X509* certificate) { return seconds_of(X509_get0_notAfter(certificate)); }

std::string_view to_text(PeerKind kind) {
  for (const auto& entry : kind_names) {
    if (entry.kind == kind) return entry.text;
  }
  return "unknown";
}

std::optional<PeerKind> peer_kind_from(std::string_view text) {
  for (const auto& entry : kind_names) {
    if (entry.text == text) return entry.kind;
  }
  return std::nullopt;
}

bool is_certificate_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string PeerIdentity::to_urn() const {
  std::string urn(urn_prefix);
  urn += tenant.to_text();
  urn += ':';
  urn += to_text(kind);
  urn += ':';
  urn += id;
  return urn;
}

std::optional<PeerIdentity> PeerIdentity::from_urn(std::string_view urn) {
  if (!urn.starts_with(urn_prefix)) return std::nullopt;
  const auto rest = urn.substr(urn_prefix.size());
  const auto first = rest.find(':');
  const auto second = first == rest.npos ? rest.npos : rest.find(':', first + 1);
  if (second == rest.npos) return std::nullopt;

  const auto tenant = Uuid::from_text(rest.substr(0, first));
  const auto kind = peer_kind_from(rest.substr(first + 1, second - first - 1));
  const auto id = rest.substr(second + 1);
  if (!tenant || !kind || !is_certificate_name(id)) return std::nullopt;
  PeerIdentity identity{.tenant = TenantId{*tenant}, .kind = *kind, .id = std::string(id)};
  if (const auto uuid = identity.uuid(); uuid && uuid->to_text() != identity.id) return std::nullopt;
  // One identity, one spelling: what is compared as text elsewhere (ACLs, lists of the revoked) stays sound.
  if (identity.to_urn() != urn) return std::nullopt;
  return identity;
}

std::optional<PeerIdentity> identity_of(const X509* certificate) {
  if (certificate == nullptr) return std::nullopt;
  int critical = 0;
  const openssl::Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr)));
  if (!names) return std::nullopt;

  std::optional<PeerIdentity> found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                                static_cast<std::size_t>(ASN1_STRING_length(uri)));
    if (!text.starts_with(urn_prefix)) continue;
    auto identity = PeerIdentity::from_urn(text);
    if (!identity || found) return std::nullopt;
    found = std::move(identity);
  }
  if (found) {
    found->serial = serial_of(certificate);
    found->not_after_s = end_of(certificate);
  }
  return found;
}

std::optional<PeerIdentity> identity_of_peer(const SSL* handshake) {
  if (SSL_get_verify_result(handshake) != X509_V_OK) return std::nullopt;
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(handshake);
  if (chain == nullptr || sk_X509_num(chain) < 2) return std::nullopt;
  auto identity = identity_of(sk_X509_value(chain, 0));
  const auto issuer = identity_of(sk_X509_value(chain, 1));
  if (!identity || identity->kind == PeerKind::authority) return std::nullopt;
  if (!issuer || issuer->kind != PeerKind::authority || issuer->tenant != identity->tenant)
    return std::nullopt;
  identity->chain = valid_time_of(chain);
  return identity;
}

}  // namespace feldsher
