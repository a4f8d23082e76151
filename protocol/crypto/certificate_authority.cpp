#include "protocol/crypto/certificate_authority.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "protocol/crypto/certificate.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/digest.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

using openssl::CertificateDraft;
using Refused = CertificateError;

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t year_s = 365 * day_s + day_s / 4;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) throw Fault("cannot read " + path.string());
  return text.str();
}

CertificateDraft authority_draft(std::string_view name, const char* constraints, std::int64_t now_s) {
  return {.common_name = std::string(name),
          .organisation = "Feldsher",
          .urn = {},
          .hosts = {},
          .basic_constraints = constraints,
          .key_usage = "critical,keyCertSign,cRLSign",
          .extended_key_usage = nullptr,
          .not_before_s = 0,
          .not_after_s = now_s + 20 * year_s};
}

bool serves(PeerKind kind) { return kind == PeerKind::server || kind == PeerKind::broker; }

// A box whose clock starts in 1970 verifies and is verified on its own bus: see the class.
std::int64_t default_not_before(PeerKind kind, std::int64_t now_s) {
  return kind == PeerKind::server || kind == PeerKind::standby ? now_s - 30 * day_s : 0;
}
std::int64_t default_not_after(PeerKind kind, std::int64_t now_s) {
  return kind == PeerKind::server ? now_s + 397 * day_s : now_s + 10 * year_s;
}

boost::system::result<CertificateDraft, CertificateError> leaf_draft(const CertificateSubject& subject,
                                                                     TenantId tenant, std::int64_t now_s) {
  ensure(subject.kind != PeerKind::authority, "authorities are made by create_tenant");
  if (!is_certificate_name(subject.name)) return Refused::bad_name;
  const PeerIdentity identity{
      .tenant = tenant, .kind = subject.kind, .id = subject.id ? subject.id->to_text() : subject.name};
  if (PeerIdentity::from_urn(identity.to_urn()) != identity) return Refused::bad_name;

  CertificateDraft draft;
  draft.common_name = subject.name;
  draft.organisation = tenant.to_text();
  draft.urn = identity.to_urn();
  if (serves(subject.kind)) draft.hosts = {"localhost", "127.0.0.1", "::1"};
  for (const auto& host : subject.hosts) {
    if (!openssl::is_host(host)) return Refused::bad_host;
    if (std::find(draft.hosts.begin(), draft.hosts.end(), host) == draft.hosts.end())
      draft.hosts.push_back(host);
  }
  draft.extended_key_usage = serves(subject.kind) ? "serverAuth" : "clientAuth";
  draft.not_before_s = subject.not_before_s.value_or(default_not_before(subject.kind, now_s));
  draft.not_after_s = subject.not_after_s.value_or(default_not_after(subject.kind, now_s));
  return draft;
}

}  // namespace

std::string_view to_text(CertificateError error) {
  switch (error) {
    case Refused::bad_name:
      return "the name must be 1 to 64 letters, digits or hyphens";
    case Refused::bad_host:
      return "a host is neither a DNS name nor an address";
    case Refused::bad_request:
      return "not a certificate request";
    case Refused::bad_request_signature:
      return "the certificate request is not signed by its own key";
    case Refused::unsupported_key:
      return "only P-256 keys are certified";
  }
  return "unknown";
}

void throw_exception_from_error(CertificateError error, const boost::source_location&) {
  throw Fault("no certificate: " + std::string(to_text(error)));
}

void CertificateBundle::save(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  if (!key.empty() && std::filesystem::exists(folder / "key.pem")) {
    throw Fault((folder / "key.pem").string() + " exists already");
  }
  write_public_file(folder / "ca.pem", ca);
  write_public_file(folder / "certificate.pem", certificate);
  if (!key.empty()) write_secret_file(folder / "key.pem", key);
}

KeyAndRequest make_key_and_request(std::string_view name) {
  ensure(is_certificate_name(name), "a request's name is a certificate name");
  const auto key = openssl::make_p256_key();
  const openssl::Request request(X509_REQ_new());
  const openssl::Bio bio(BIO_new(BIO_s_mem()));
  if (!request || !bio) openssl::fail("cannot make a request");
  constexpr auto what = "cannot make a request";
  openssl::require(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1), what);
  openssl::require(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8,
                                              openssl::octets_of(name), static_cast<int>(name.size()), -1, 0),
                   what);
  openssl::require(X509_REQ_set_pubkey(request.get(), key.get()), what);
  if (X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) openssl::fail(what);
  openssl::require(PEM_write_bio_X509_REQ(bio.get(), request.get()), what);
  return {.key = openssl::to_pem(key.get()), .request = openssl::text_of(bio.get())};
}

CertificateAuthority CertificateAuthority::create(const std::filesystem::path& folder, std::string_view name,
                                                  std::int64_t now_s) {
  if (std::filesystem::exists(folder / "ca.key"))
    throw Fault("there is an authority already in " + folder.string());
  std::filesystem::create_directories(folder);
  const auto key = openssl::make_p256_key();
  const auto certificate = openssl::sign_certificate(
      authority_draft(name, "critical,CA:TRUE,pathlen:1", now_s), key.get(), nullptr, key.get());
  // The key comes last: its file is what makes the folder an authority.
  write_public_file(folder / "ca.pem", openssl::to_pem(certificate.get()));
  write_secret_file(folder / "ca.key", openssl::to_pem(key.get()));
  return load(folder);
}

CertificateAuthority CertificateAuthority::create_tenant(const std::filesystem::path& folder, TenantId tenant,
                                                         std::int64_t now_s) const {
  ensure(!tenant_, "only a root certifies tenants");
  if (std::filesystem::exists(folder / "ca.key"))
    throw Fault("there is an authority already in " + folder.string());
  std::filesystem::create_directories(folder);
  const auto key = openssl::make_p256_key();
  auto draft = authority_draft(tenant.to_text(), "critical,CA:TRUE,pathlen:0", now_s);
  draft.urn = PeerIdentity{.tenant = tenant, .kind = PeerKind::authority, .id = tenant.to_text()}.to_urn();
  const auto own = openssl::sign_certificate(draft, key.get(), nullptr, key.get());
  const auto chain = openssl::sign_certificate(draft, key.get(), certificate_.get(), key_.get());
  write_public_file(folder / "ca.pem", openssl::to_pem(own.get()));
  write_public_file(folder / "chain.pem", openssl::to_pem(chain.get()));
  write_secret_file(folder / "ca.key", openssl::to_pem(key.get()));
  return load(folder);
}

CertificateAuthority CertificateAuthority::load(const std::filesystem::path& folder) {
  CertificateAuthority authority;
  authority.ca_pem_ = read_text(folder / "ca.pem");
  authority.certificate_ = openssl::certificate_from_pem(authority.ca_pem_);
  authority.key_ = openssl::key_from_pem(read_secret_file(folder / "ca.key"));
  if (!authority.certificate_ || !authority.key_ ||
      X509_check_private_key(authority.certificate_.get(), authority.key_.get()) != 1) {
    ERR_clear_error();
    throw Fault("no certificate authority in " + folder.string());
  }
  if (const auto identity = identity_of(authority.certificate_.get())) {
    if (identity->kind != PeerKind::authority) throw Fault("not an authority: " + folder.string());
    authority.tenant_ = identity->tenant;
    authority.chain_pem_ = read_text(folder / "chain.pem");
  }
  return authority;
}

Octets CertificateAuthority::public_key_digest() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  if (size <= 0) openssl::fail("cannot write a public key");
  const auto digest = sha256(OctetsView(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return to_octets(digest);
}

boost::system::result<CertificateBundle, CertificateError> CertificateAuthority::issue(
    const CertificateSubject& subject, std::int64_t now_s) const {
  ensure(tenant_.has_value(), "a root certifies tenants only");
  const auto draft = leaf_draft(subject, *tenant_, now_s);
  if (!draft) return draft.error();
  const auto key = openssl::make_p256_key();
  const auto certificate = openssl::sign_certificate(*draft, key.get(), certificate_.get(), key_.get());
  return CertificateBundle{.ca = ca_pem_,
                           .certificate = openssl::to_pem(certificate.get()) + chain_pem_,
                           .key = openssl::to_pem(key.get()),
                           .serial = serial_of(certificate.get()),
                           .not_after_s = end_of(certificate.get())};
}

boost::system::result<CertificateBundle, CertificateError> CertificateAuthority::sign_request(
    std::string_view request_pem, const CertificateSubject& subject, std::int64_t now_s) const {
  ensure(tenant_.has_value(), "a root certifies tenants only");
  const auto draft = leaf_draft(subject, *tenant_, now_s);
  if (!draft) return draft.error();

  constexpr std::size_t largest_request = 16U << 10;
  if (request_pem.size() > largest_request) return Refused::bad_request;
  const openssl::Request request(
      PEM_read_bio_X509_REQ(openssl::read_only(request_pem).get(), nullptr, nullptr, nullptr));
  EVP_PKEY* key = request ? X509_REQ_get0_pubkey(request.get()) : nullptr;
  ERR_clear_error();
  if (key == nullptr) return Refused::bad_request;
  if (!openssl::is_p256(key)) return Refused::unsupported_key;
  const bool proved = X509_REQ_verify(request.get(), key) == 1;
  ERR_clear_error();
  if (!proved) return Refused::bad_request_signature;

  const auto certificate = openssl::sign_certificate(*draft, key, certificate_.get(), key_.get());
  return CertificateBundle{.ca = ca_pem_,
                           .certificate = openssl::to_pem(certificate.get()) + chain_pem_,
                           .key = {},
                           .serial = serial_of(certificate.get()),
                           .not_after_s = end_of(certificate.get())};
}

}  // namespace feldsher
