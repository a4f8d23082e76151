#include "protocol/crypto/pinned_authority.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "protocol/crypto/openssl.hpp"

namespace feldsher {
namespace {

using Store = std::unique_ptr<X509_STORE, openssl::Free<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, openssl::Free<X509_STORE_CTX_free>>;

/// The certificate beside the leaf that has the pinned key; null when there is none.
X509* pinned_one_of(STACK_OF(X509) * shown, const X509* leaf, const Digest& authority_key) {
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    X509* certificate = sk_X509_value(shown, i);
    if (X509_cmp(certificate, leaf) != 0 && public_key_digest(certificate) == authority_key)
      return certificate;
  }
  return nullptr;
}

bool refuse(X509_STORE_CTX* handshake, int error) {
  X509_STORE_CTX_set_error(handshake, error);
  ERR_clear_error();
  return false;
}

}  // namespace

Digest public_key_digest(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) openssl::fail("cannot write a public key");
  const Digest digest =
      sha256(OctetsView(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return digest;
}

bool verify_against_pin(X509_STORE_CTX* handshake, const Digest& authority_key) {
  X509* leaf = X509_STORE_CTX_get0_cert(handshake);
  STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(handshake);
  X509* anchor = leaf == nullptr ? nullptr : pinned_one_of(shown, leaf, authority_key);
  if (anchor == nullptr) return refuse(handshake, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);

  const Store store(X509_STORE_new());
  const Verification verification(X509_STORE_CTX_new());
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(handshake, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (!store || !verification || ssl == nullptr || X509_STORE_add_cert(store.get(), anchor) != 1 ||
      X509_STORE_CTX_init(verification.get(), store.get(), leaf, shown) != 1 ||
      X509_STORE_CTX_set_default(verification.get(), "ssl_server") != 1 ||
      X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(verification.get()),
                             SSL_get0_param(const_cast<SSL*>(ssl))) != 1)
    return refuse(handshake, X509_V_ERR_UNSPECIFIED);
  // The pinned key's certificate may be signed by a root that this box has never heard of.
  X509_STORE_CTX_set_flags(verification.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_verify_cert(verification.get()) != 1)
    return refuse(handshake, X509_STORE_CTX_get_error(verification.get()));
  X509_STORE_CTX_set0_verified_chain(handshake, X509_STORE_CTX_get1_chain(verification.get()));
  X509_STORE_CTX_set_error(handshake, X509_V_OK);
  return true;
}

}  // namespace feldsher
