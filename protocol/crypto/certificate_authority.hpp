#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/peer_identity.hpp"

struct evp_pkey_st;
struct x509_st;

namespace feldsher {

/// Why a certificate cannot be issued.
enum class CertificateError {
  bad_name,               ///< Not [A-Za-z0-9-]{1,64}.
  bad_host,               ///< An extra host that is neither a DNS name nor an address.
  bad_request,            ///< Not a PKCS#10 request in PEM.
  bad_request_signature,  ///< The request is not signed by the key in it.
  unsupported_key,        ///< Only P-256 keys are certified.
};
std::string_view to_text(CertificateError error);
/// What `result.value()` does where the caller knows its names are good: throws Fault.
[[noreturn]] void throw_exception_from_error(CertificateError error, const boost::source_location& where);

/// What a certificate shall say.
struct CertificateSubject {
  PeerKind kind = PeerKind::device;
  std::string name;        ///< The CN: Mosquitto's user name (`use_identity_as_username`).
  std::optional<Uuid> id;  ///< Ends the URN; without it `name` does.
  std::vector<std::string>
      hosts;  ///< Servers and brokers: DNS names or addresses besides localhost, 127.0.0.1, ::1.
  std::optional<std::int64_t> not_before_s = {};  ///< Unix time; default by kind, see CertificateAuthority.
  std::optional<std::int64_t> not_after_s = {};
};

/// What a program needs to speak TLS, as PEM.
struct CertificateBundle {
  std::string ca;                ///< Whom to trust: the tenant's own authority.
  std::string certificate;       ///< The certificate, then the tenant's authority as the root signed it.
  std::string key;               ///< PKCS#8; empty when the key stayed on its box (a signed request).
  Octets serial = {};            ///< Of the certificate, big-endian.
  std::int64_t not_after_s = 0;  ///< Its end (Unix time).

  /// Writes ca.pem, certificate.pem and (mode 600, never over another) key.pem into `folder`.
  void save(const std::filesystem::path& folder) const;
};

/// A key made on a box and the request to certify it.
struct KeyAndRequest {
  std::string key;      ///< PKCS#8 PEM; never leaves the box.
  std::string request;  ///< PKCS#10 PEM.
};
KeyAndRequest make_key_and_request(std::string_view name);

/// A private certificate authority of P-256 keys in a folder.
///
/// A *root* certifies tenants; a *tenant's* authority certifies its nodes, terminals, devices, brokers and
/// servers. A tenant's key has two certificates of one name: `ca.pem`, signed by itself, which the tenant's
/// boxes trust (so another tenant's certificate is refused even by programs that only know a CA file, as
/// Mosquitto and Paho do), and `chain.pem`, signed by the root, for a central that trusts the root.
///
/// Validity: whatever talks on a point's own bus (node, terminal, device, broker) is valid from 1970, because
/// a box with a dead clock battery must check people in and neither Mosquitto nor Paho takes another time to
/// verify at; such certificates end by revocation, or after 10 years. Servers: 30 days ago to 397 days ahead;
/// standbys: 30 days ago to 10 years ahead.
class CertificateAuthority {
 public:
  /// Makes a root in `folder` (created): ca.pem, ca.key (600). Throws Fault when there is one already.
  static CertificateAuthority create(const std::filesystem::path& folder, std::string_view name,
                                     std::int64_t now_s);
  /// Loads a root or a tenant's authority. Throws Fault.
  static CertificateAuthority load(const std::filesystem::path& folder);

  /// Root only: makes the tenant's authority in `folder` (created): ca.pem, chain.pem, ca.key (600).
  CertificateAuthority create_tenant(const std::filesystem::path& folder, TenantId tenant,
                                     std::int64_t now_s) const;

  /// The tenant it speaks for; nothing for a root.
  std::optional<TenantId> tenant() const { return tenant_; }
  /// What to trust, as PEM.
  const std::string& ca_pem() const { return ca_pem_; }
  /// SHA-256 of the authority's public key (SubjectPublicKeyInfo, DER), 32 octets: goes into enrolment codes.
  Octets public_key_digest() const;

  /// Tenant only: makes a key and its certificate.
  boost::system::result<CertificateBundle, CertificateError> issue(const CertificateSubject& subject,
                                                                   std::int64_t now_s) const;
  /// Tenant only: certifies the key of a request. Only the key is taken from it; what the certificate says
  /// is `subject` alone.
  boost::system::result<CertificateBundle, CertificateError> sign_request(std::string_view request_pem,
                                                                          const CertificateSubject& subject,
                                                                          std::int64_t now_s) const;

 private:
  CertificateAuthority() = default;

  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
  std::string ca_pem_;
  std::string chain_pem_;  ///< Tenant only.
  std::optional<TenantId> tenant_;
};

}  // namespace feldsher
