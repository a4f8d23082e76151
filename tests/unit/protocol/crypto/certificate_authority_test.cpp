#include "protocol/crypto/certificate_authority.hpp"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>

#include "protocol/crypto/openssl.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;

namespace {

constexpr std::int64_t now_s = 1'772'000'000;  // 2026-02-25
constexpr std::int64_t day_s = 86'400;
const TenantId clinic{*Uuid::from_text("0190c0de-0000-7000-8000-00000000000a")};
const TenantId other_clinic{*Uuid::from_text("0190c0de-0000-7000-8000-00000000000b")};
const Uuid node_id = *Uuid::from_text("0190c0de-0000-7000-8000-000000000001");

struct Authorities {
  test::Folder folder;
  CertificateAuthority root = CertificateAuthority::create(folder.path() / "root", "Test root", now_s);
  CertificateAuthority tenant = root.create_tenant(folder.path() / "clinic", clinic, now_s);
};

std::vector<openssl::Certificate> certificates_of(const std::string& pem) {
  std::vector<openssl::Certificate> out;
  const auto bio = openssl::read_only(pem);
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) out.emplace_back(next);
  return out;
}

/// What OpenSSL, and so Mosquitto and Paho, says of a bundle: X509_V_OK or the error.
int verdict(const std::string& trusted, const std::string& shown, std::int64_t at_s, int purpose) {
  const auto anchors = certificates_of(trusted);
  const auto chain = certificates_of(shown);
  std::unique_ptr<X509_STORE, openssl::Free<X509_STORE_free>> store(X509_STORE_new());
  std::unique_ptr<X509_STORE_CTX, openssl::Free<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  for (const auto& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.get());
  STACK_OF(X509)* others = sk_X509_new_null();
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(others, chain[i].get());
  X509_STORE_CTX_init(context.get(), store.get(), chain.at(0).get(), others);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()), X509_V_FLAG_X509_STRICT);
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(at_s));
  X509_verify_cert(context.get());
  const int error = X509_STORE_CTX_get_error(context.get());
  sk_X509_free(others);
  return error;
}

CertificateSubject node() { return {.kind = PeerKind::node, .name = "point-1", .id = node_id, .hosts = {}}; }

}  // namespace

TEST_CASE("a certificate names tenant, kind and id", "[protocol][crypto][X6]") {
  const Authorities made;
  const auto bundle = made.tenant.issue(node(), now_s);
  REQUIRE(bundle.has_value());
  const auto leaf = openssl::certificate_from_pem(bundle->certificate);
  const auto identity = identity_of(leaf.get());
  REQUIRE(identity);
  CHECK(identity->tenant == clinic);
  CHECK(identity->kind == PeerKind::node);
  CHECK(identity->uuid() == node_id);
  char name[100] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(leaf.get()), NID_commonName, name, sizeof name);
  CHECK(std::string(name) == "point-1");
}

TEST_CASE("a certificate verifies against its tenant's authority and against the root",
          "[protocol][crypto][X6]") {
  const Authorities made;
  const auto bundle = made.tenant.issue(node(), now_s);
  REQUIRE(bundle.has_value());
  CHECK(verdict(bundle->ca, bundle->certificate, now_s, X509_PURPOSE_SSL_CLIENT) == X509_V_OK);
  CHECK(verdict(made.root.ca_pem(), bundle->certificate, now_s, X509_PURPOSE_SSL_CLIENT) == X509_V_OK);
  CHECK(certificates_of(bundle->certificate).size() == 2);
}

TEST_CASE("another tenant's certificate is foreign, though one root certified both",
          "[protocol][crypto][X6]") {
  const Authorities made;
  const auto other = made.root.create_tenant(made.folder.path() / "other", other_clinic, now_s);
  const auto bundle = other.issue(node(), now_s);
  REQUIRE(bundle.has_value());
  CHECK(verdict(made.tenant.ca_pem(), bundle->certificate, now_s, X509_PURPOSE_SSL_CLIENT) != X509_V_OK);
}

TEST_CASE("a client's certificate is no server's, and back", "[protocol][crypto]") {
  const Authorities made;
  const auto client = made.tenant.issue(node(), now_s);
  const auto server =
      made.tenant.issue({.kind = PeerKind::server, .name = "central", .id = {}, .hosts = {}}, now_s);
  REQUIRE(client.has_value());
  REQUIRE(server.has_value());
  CHECK(verdict(client->ca, client->certificate, now_s, X509_PURPOSE_SSL_SERVER) ==
        X509_V_ERR_INVALID_PURPOSE);
  CHECK(verdict(server->ca, server->certificate, now_s, X509_PURPOSE_SSL_CLIENT) ==
        X509_V_ERR_INVALID_PURPOSE);
  CHECK(verdict(server->ca, server->certificate, now_s, X509_PURPOSE_SSL_SERVER) == X509_V_OK);
}

TEST_CASE("a box that wakes up in 1970 can use its own bus", "[protocol][crypto]") {
  const Authorities made;
  for (const auto kind : {PeerKind::node, PeerKind::terminal, PeerKind::device, PeerKind::broker}) {
    const auto bundle = made.tenant.issue({.kind = kind, .name = "x", .id = {}, .hosts = {}}, now_s);
    REQUIRE(bundle.has_value());
    const int purpose = kind == PeerKind::broker ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
    for (const std::int64_t at_s : {std::int64_t{5}, now_s, now_s + 9 * 365 * day_s}) {
      CAPTURE(to_text(kind), at_s);
      CHECK(verdict(bundle->ca, bundle->certificate, at_s, purpose) == X509_V_OK);
    }
    CHECK(verdict(bundle->ca, bundle->certificate, now_s + 11 * 365 * day_s, purpose) ==
          X509_V_ERR_CERT_HAS_EXPIRED);
  }
}

TEST_CASE("a server's certificate ends within 397 days", "[protocol][crypto]") {
  const Authorities made;
  const auto bundle =
      made.tenant.issue({.kind = PeerKind::server, .name = "central", .id = {}, .hosts = {}}, now_s);
  REQUIRE(bundle.has_value());
  const auto at = [&](std::int64_t when) {
    return verdict(bundle->ca, bundle->certificate, when, X509_PURPOSE_SSL_SERVER);
  };
  CHECK(at(now_s + 396 * day_s) == X509_V_OK);
  CHECK(at(now_s + 398 * day_s) == X509_V_ERR_CERT_HAS_EXPIRED);
  CHECK(at(now_s - 31 * day_s) == X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST_CASE("a server answers to its hosts and to localhost, a device to none", "[protocol][crypto]") {
  const Authorities made;
  const auto server = made.tenant.issue({.kind = PeerKind::server,
                                         .name = "central",
                                         .id = {},
                                         .hosts = {"central.example", "10.1.2.3", "fd00::1"}},
                                        now_s);
  REQUIRE(server.has_value());
  const auto leaf = openssl::certificate_from_pem(server->certificate);
  for (const char* host : {"localhost", "central.example"})
    CHECK(X509_check_host(leaf.get(), host, 0, 0, nullptr) == 1);
  for (const char* address : {"127.0.0.1", "::1", "10.1.2.3", "fd00::1"}) {
    CHECK(X509_check_ip_asc(leaf.get(), address, 0) == 1);
  }
  CHECK(X509_check_host(leaf.get(), "elsewhere.example", 0, 0, nullptr) == 0);
  const auto device =
      made.tenant.issue({.kind = PeerKind::device, .name = "band-7", .id = {}, .hosts = {}}, now_s);
  REQUIRE(device.has_value());
  CHECK(X509_check_host(openssl::certificate_from_pem(device->certificate).get(), "localhost", 0, 0,
                        nullptr) == 0);
}

TEST_CASE("serial numbers are random and 128 bits wide", "[protocol][crypto]") {
  const Authorities made;
  const auto serial = [&] {
    const auto leaf = openssl::certificate_from_pem(made.tenant.issue(node(), now_s)->certificate);
    const auto* number = X509_get0_serialNumber(leaf.get());
    return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(number)),
                       static_cast<std::size_t>(ASN1_STRING_length(number)));
  };
  const auto first = serial();
  CHECK(first != serial());
  CHECK(first.size() >= 14);
  CHECK(first.size() <= 16);
}

TEST_CASE("a name or a host that could be taken for another is refused", "[protocol][crypto]") {
  const Authorities made;
  for (const std::string name :
       {"", "a b", "a:b", "a,URI:urn", "точка", "a/b", "#", "+", "0190c0de00007000800000000000000a"}) {
    CAPTURE(name);
    CHECK(made.tenant.issue({.kind = PeerKind::device, .name = name, .id = {}, .hosts = {}}, now_s).error() ==
          CertificateError::bad_name);
  }
  CHECK(made.tenant
            .issue({.kind = PeerKind::device, .name = std::string(65, 'a'), .id = {}, .hosts = {}}, now_s)
            .error() == CertificateError::bad_name);
  for (const std::string host : {"", "a b", "a,DNS:b", "*.example", "-a", ".a", "a..b", "http://a", "::g"}) {
    CAPTURE(host);
    CHECK(made.tenant.issue({.kind = PeerKind::server, .name = "a", .id = {}, .hosts = {host}}, now_s)
              .error() == CertificateError::bad_host);
  }
}

TEST_CASE("a key made on its box is certified without leaving it", "[protocol][crypto][X6]") {
  const Authorities made;
  const auto box = make_key_and_request("anything");
  const auto bundle = made.tenant.sign_request(box.request, node(), now_s);
  REQUIRE(bundle.has_value());
  CHECK(bundle->key.empty());
  const auto leaf = openssl::certificate_from_pem(bundle->certificate);
  CHECK(X509_check_private_key(leaf.get(), openssl::key_from_pem(box.key).get()) == 1);
  CHECK(identity_of(leaf.get())->id == node_id.to_text());  // not what the request asked to be called
}

TEST_CASE("a request that its key did not sign, or of another kind of key, is refused",
          "[protocol][crypto]") {
  const Authorities made;
  const auto error = [&](const std::string& pem) {
    return made.tenant.sign_request(pem, node(), now_s).error();
  };
  CHECK(error("") == CertificateError::bad_request);
  CHECK(error("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n") ==
        CertificateError::bad_request);
  CHECK(error(std::string(100'000, 'A')) == CertificateError::bad_request);

  const auto pem_of = [](X509_REQ* request) {
    const openssl::Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_REQ(bio.get(), request);
    return openssl::text_of(bio.get());
  };
  const openssl::Request forged(X509_REQ_new());
  const openssl::Key p256(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const openssl::Key another(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  X509_REQ_set_pubkey(forged.get(), p256.get());
  X509_REQ_sign(forged.get(), another.get(), EVP_sha256());
  CHECK(error(pem_of(forged.get())) == CertificateError::bad_request_signature);

  const openssl::Request other_curve(X509_REQ_new());
  const openssl::Key p384(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"));
  X509_REQ_set_pubkey(other_curve.get(), p384.get());
  X509_REQ_sign(other_curve.get(), p384.get(), EVP_sha256());
  CHECK(error(pem_of(other_curve.get())) == CertificateError::unsupported_key);
}

TEST_CASE("an authority is made once, kept private and found again", "[protocol][crypto][X6]") {
  const Authorities made;
  const auto loaded = CertificateAuthority::load(made.folder.path() / "clinic");
  CHECK(loaded.tenant() == clinic);
  CHECK(loaded.public_key_digest() == made.tenant.public_key_digest());
  CHECK(loaded.public_key_digest().size() == 32);
  CHECK(loaded.public_key_digest() != made.root.public_key_digest());
  CHECK_THROWS_AS(CertificateAuthority::create(made.folder.path() / "root", "again", now_s), Fault);
  CHECK_THROWS_AS(CertificateAuthority::load(made.folder.path()), Fault);
  struct stat about {};
  REQUIRE(stat((made.folder.path() / "clinic" / "ca.key").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  REQUIRE(chmod((made.folder.path() / "clinic" / "ca.key").c_str(), 0644) == 0);
  CHECK_THROWS_AS(CertificateAuthority::load(made.folder.path() / "clinic"), Fault);
}

TEST_CASE("a bundle's key is private and never written over, its certificate may be renewed",
          "[protocol][crypto][X6]") {
  const Authorities made;
  const auto folder = made.folder.path() / "tls";
  const auto first = made.tenant.issue(node(), now_s).value();
  first.save(folder);
  struct stat about {};
  REQUIRE(stat((folder / "key.pem").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  CHECK_THROWS_AS(made.tenant.issue(node(), now_s)->save(folder), Fault);
  auto renewed = first;
  renewed.key.clear();
  CHECK_NOTHROW(renewed.save(folder));
}

TEST_CASE("an identity has one spelling", "[protocol][crypto]") {
  const std::string urn = "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:terminal:room-3";
  const auto identity = PeerIdentity::from_urn(urn);
  REQUIRE(identity);
  CHECK(identity->to_urn() == urn);
  CHECK_FALSE(identity->uuid());
  for (const char* other :
       {"", "urn:feldsher:", "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:terminal",
        "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:terminal:",
        "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:terminal:room:3",
        "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:Terminal:room-3",
        "urn:feldsher:0190C0DE-0000-7000-8000-00000000000A:terminal:room-3",
        "urn:feldsher:0190c0de00007000800000000000000a:terminal:room-3",
        "URN:feldsher:0190c0de-0000-7000-8000-00000000000a:terminal:room-3",
        "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:terminal:room-3 ",
        "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:node:0190C0DE-0000-7000-8000-000000000001",
        "urn:feldsher:0190c0de-0000-7000-8000-00000000000a:root:room-3"}) {
    CAPTURE(other);
    CHECK_FALSE(PeerIdentity::from_urn(other));
  }
}
