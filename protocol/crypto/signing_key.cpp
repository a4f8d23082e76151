#include "protocol/crypto/signing_key.hpp"

#include <openssl/err.h>

#include <algorithm>

#include "protocol/crypto/openssl.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/digest.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {

using openssl::octets_of;

KeyId KeyId::of(const PublicKey& key) {
  const Digest digest = sha256(OctetsView(reinterpret_cast<const char*>(key.data()), key.size()));
  KeyId id;
  std::copy_n(digest.begin(), id.octets.size(), id.octets.begin());
  return id;
}

std::string KeyId::to_text() const {
  return to_hex(OctetsView(reinterpret_cast<const char*>(octets.data()), octets.size()));
}

SigningKey::SigningKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {
  std::size_t size = public_key_.size();
  openssl::require(EVP_PKEY_get_raw_public_key(key_.get(), public_key_.data(), &size),
                   "cannot read a public key");
  ensure(size == public_key_.size(), "an Ed25519 public key has 32 octets");
}

SigningKey SigningKey::generate() {
  openssl::Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) openssl::fail("cannot make a signing key");
  return SigningKey(std::move(key));
}

SigningKey SigningKey::from_seed(const std::array<std::uint8_t, 32>& seed) {
  openssl::Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  if (!key) openssl::fail("cannot use a seed");
  return SigningKey(std::move(key));
}

SigningKey SigningKey::load(const std::filesystem::path& path) {
  auto key = openssl::key_from_pem(read_secret_file(path));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    throw Fault(path.string() + " does not hold an Ed25519 key");
  }
  return SigningKey(std::move(key));
}

SigningKey SigningKey::load_or_create(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return load(path);
  auto key = generate();
  key.save(path);
  return key;
}

void SigningKey::save(const std::filesystem::path& path) const {
  write_secret_file(path, openssl::to_pem(key_.get()));
}

void SigningKey::replace(const std::filesystem::path& path) const {
  replace_secret_file(path, openssl::to_pem(key_.get()));
}

Signature SigningKey::sign(OctetsView message) const {
  openssl::DigestContext context(EVP_MD_CTX_new());
  if (!context) openssl::fail("cannot sign");
  Signature signature;
  std::size_t size = signature.size();
  openssl::require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()), "cannot sign");
  openssl::require(EVP_DigestSign(context.get(), signature.data(), &size, octets_of(message), message.size()),
                   "cannot sign");
  ensure(size == signature.size(), "an Ed25519 signature has 64 octets");
  return signature;
}

bool verify(const PublicKey& key, OctetsView message, OctetsView signature) noexcept {
  if (signature.size() != sizeof(Signature)) return false;
  const openssl::Key held(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const openssl::DigestContext context(EVP_MD_CTX_new());
  const bool good = held && context &&
                    EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, held.get()) == 1 &&
                    EVP_DigestVerify(context.get(), octets_of(signature), signature.size(),
                                     octets_of(message), message.size()) == 1;
  if (!good) ERR_clear_error();  // a forged pass must not show up in the next TLS error's text
  return good;
}

bool verify(const PublicKey& key, OctetsView message, const Signature& signature) noexcept {
  return verify(key, message, OctetsView(reinterpret_cast<const char*>(signature.data()), signature.size()));
}

std::optional<PublicKey> public_key_from(OctetsView octets) {
  PublicKey key;
  if (octets.size() != key.size()) return std::nullopt;
  std::copy_n(octets_of(octets), key.size(), key.begin());
  return key;
}

}  // namespace feldsher
