#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "protocol/record/octets.hpp"

namespace feldsher::openssl {

/// OpenSSL objects that free themselves. For the sources of this folder and of transport only.
template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

/// Throws Fault with `what` and the newest error of this thread's OpenSSL queue, and empties the queue.
[[noreturn]] void fail(std::string_view what);

/// fail() unless an OpenSSL call answered 1.
inline void require(int answer, std::string_view what) {
  if (answer != 1) fail(what);
}

/// Octets as OpenSSL takes them.
inline const unsigned char* octets_of(OctetsView octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}
inline unsigned char* octets_of(Octets& octets) { return reinterpret_cast<unsigned char*>(octets.data()); }

Bio read_only(std::string_view pem);
std::string text_of(BIO* memory);

std::string to_pem(const EVP_PKEY* key);  ///< PKCS#8, not encrypted: the file's mode protects it.
std::string to_pem(const X509* certificate);
/// Nothing (null) when the text holds no such object.
Key key_from_pem(std::string_view pem);
Certificate certificate_from_pem(std::string_view pem);

}  // namespace feldsher::openssl
