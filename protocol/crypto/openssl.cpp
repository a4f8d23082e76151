#include "protocol/crypto/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>

#include "protocol/record/result.hpp"

namespace feldsher::openssl {

void fail(std::string_view what) {
  std::string message(what);
  if (const auto code = ERR_peek_last_error(); code != 0) {
    char text[256];
    ERR_error_string_n(code, text, sizeof text);
    message += ": ";
    message += text;
  }
  ERR_clear_error();
  throw Fault(message);
}

Bio read_only(std::string_view pem) {
  ensure(pem.size() <= INT_MAX, "PEM text is small");
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) fail("cannot read from memory");
  return bio;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string to_pem(const EVP_PKEY* key) {
  Bio bio(BIO_new(BIO_s_secmem()));
  if (!bio) fail("cannot write to memory");
  require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr),
          "cannot write a key");
  return text_of(bio.get());
}

std::string to_pem(const X509* certificate) {
  Bio bio(BIO_new(BIO_s_mem()));
  if (!bio) fail("cannot write to memory");
  require(PEM_write_bio_X509(bio.get(), certificate), "cannot write a certificate");
  return text_of(bio.get());
}

namespace {
// An encrypted PEM must not stop a service at a prompt on its terminal.
int no_passphrase(char*, int, int, void*) { return -1; }
}  // namespace

Key key_from_pem(std::string_view pem) {
  Key key(PEM_read_bio_PrivateKey(read_only(pem).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return key;
}

Certificate certificate_from_pem(std::string_view pem) {
  Certificate certificate(PEM_read_bio_X509(read_only(pem).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return certificate;
}

}  // namespace feldsher::openssl
