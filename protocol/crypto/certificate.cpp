#include "protocol/crypto/certificate.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>

#include "protocol/record/result.hpp"

namespace feldsher::openssl {
namespace {

using Address = std::unique_ptr<ASN1_OCTET_STRING, Free<ASN1_OCTET_STRING_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Time = std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>>;

Address address_of(const std::string& host) {
  Address address(a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address;
}

void add_name_entry(X509_NAME* name, const char* field, const std::string& value) {
  if (value.empty()) return;
  require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, octets_of(value),
                                     static_cast<int>(value.size()), -1, 0),
          "cannot name a certificate");
}

void add_extension(X509* certificate, X509V3_CTX* context, int nid, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, context, nid, value);
  if (extension == nullptr) fail("cannot make a certificate extension");
  const int added = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  require(added, "cannot add a certificate extension");
}

void add_ia5_name(GENERAL_NAMES* names, int type, const std::string& text) {
  std::unique_ptr<GENERAL_NAME, Free<GENERAL_NAME_free>> name(GENERAL_NAME_new());
  std::unique_ptr<ASN1_IA5STRING, Free<ASN1_IA5STRING_free>> value(ASN1_IA5STRING_new());
  if (!name || !value) fail("cannot name a certificate");
  require(ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size())),
          "cannot name a certificate");
  GENERAL_NAME_set0_value(name.get(), type, value.release());
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) fail("cannot name a certificate");
  static_cast<void>(name.release());  // The list has it now.
}

void add_address(GENERAL_NAMES* names, Address address) {
  std::unique_ptr<GENERAL_NAME, Free<GENERAL_NAME_free>> name(GENERAL_NAME_new());
  if (!name) fail("cannot name a certificate");
  GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address.release());
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) fail("cannot name a certificate");
  static_cast<void>(name.release());  // The list has it now.
}

// Built as objects, never as OpenSSL's configuration text, in which a comma in a name would start another.
void add_alternative_names(X509* certificate, const CertificateDraft& draft) {
  Names names(GENERAL_NAMES_new());
  if (!names) fail("cannot name a certificate");
  if (!draft.urn.empty()) add_ia5_name(names.get(), GEN_URI, draft.urn);
  for (const auto& host : draft.hosts) {
    if (auto address = address_of(host)) {
      add_address(names.get(), std::move(address));
    } else {
      add_ia5_name(names.get(), GEN_DNS, host);
    }
  }
  if (sk_GENERAL_NAME_num(names.get()) == 0) return;
  require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_APPEND),
          "cannot name a certificate");
}

void set_serial(X509* certificate) {
  const Number serial(BN_new());
  if (!serial) fail("cannot number a certificate");
  do {
    require(BN_rand(serial.get(), 128, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY), "cannot number a certificate");
  } while (BN_is_zero(serial.get()));
  if (BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) == nullptr) {
    fail("cannot number a certificate");
  }
}

void set_validity(X509* certificate, const CertificateDraft& draft) {
  const Time from(ASN1_TIME_set(nullptr, draft.not_before_s));
  const Time until(ASN1_TIME_set(nullptr, draft.not_after_s));
  if (!from || !until) fail("cannot date a certificate");
  require(X509_set1_notBefore(certificate, from.get()), "cannot date a certificate");
  require(X509_set1_notAfter(certificate, until.get()), "cannot date a certificate");
}

}  // namespace

bool is_host(const std::string& host) {
  if (address_of(host)) return true;
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-') return false;
  return host.find("..") == host.npos && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '.';
         });
}

Key make_p256_key() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (!key) fail("cannot make a key");
  return key;
}

bool is_p256(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  std::array<char, 64> group{};
  std::size_t size = 0;
  const bool named = EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1;
  ERR_clear_error();
  return named && std::string_view(group.data(), size) == "prime256v1";
}

Certificate sign_certificate(const CertificateDraft& draft, EVP_PKEY* subject_key, const X509* issuer,
                             EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  if (!certificate) fail("cannot make a certificate");
  X509* made = certificate.get();
  require(X509_set_version(made, X509_VERSION_3), "cannot make a certificate");
  set_serial(made);
  set_validity(made, draft);
  add_name_entry(X509_get_subject_name(made), "O", draft.organisation);
  add_name_entry(X509_get_subject_name(made), "CN", draft.common_name);
  const X509* signer = issuer == nullptr ? made : issuer;
  require(X509_set_issuer_name(made, X509_get_subject_name(signer)), "cannot name a certificate");
  require(X509_set_pubkey(made, subject_key), "cannot make a certificate");

  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, const_cast<X509*>(signer), made, nullptr, nullptr, 0);
  add_extension(made, &context, NID_basic_constraints, draft.basic_constraints);
  add_extension(made, &context, NID_key_usage, draft.key_usage);
  if (draft.extended_key_usage != nullptr)
    add_extension(made, &context, NID_ext_key_usage, draft.extended_key_usage);
  add_extension(made, &context, NID_subject_key_identifier, "hash");
  // By key only: a tenant's authority has two certificates, whose issuers and serials differ.
  add_extension(made, &context, NID_authority_key_identifier, "keyid:always");
  add_alternative_names(made, draft);
  if (X509_sign(made, issuer_key, EVP_sha256()) == 0) fail("cannot sign a certificate");
  return certificate;
}

}  // namespace feldsher::openssl
