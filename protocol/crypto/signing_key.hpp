#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "protocol/record/octets.hpp"

struct evp_pkey_st;

namespace feldsher {

/// A raw Ed25519 public key (RFC 8032 §5.1.5).
using PublicKey = std::array<std::uint8_t, 32>;
/// An Ed25519 signature (RFC 8032 §5.1.6).
using Signature = std::array<std::uint8_t, 64>;

/// Names a public key: the first 8 octets of its SHA-256.
struct KeyId {
  std::array<std::uint8_t, 8> octets{};

  static KeyId of(const PublicKey& key);
  std::string to_text() const;  ///< 16 hexadecimal digits.
  auto operator<=>(const KeyId&) const = default;
};

/// An Ed25519 private key: signs journal heads and passes. Copies share one key; any thread may sign.
class SigningKey {
 public:
  static SigningKey generate();
  /// From a seed of 32 octets (RFC 8032 §5.1.5); for tests and simulation, where keys must repeat.
  static SigningKey from_seed(const std::array<std::uint8_t, 32>& seed);
  /// From a PKCS#8 PEM file of mode 600. Throws Fault.
  static SigningKey load(const std::filesystem::path& path);
  /// Loads `path`, or makes a key and saves it there when nothing is there yet.
  static SigningKey load_or_create(const std::filesystem::path& path);

  /// To a new PKCS#8 PEM file of mode 600. Throws Fault when the file exists.
  void save(const std::filesystem::path& path) const;
  /// The same in the place of a file that may be there: a rotated key. Throws Fault.
  void replace(const std::filesystem::path& path) const;

  const PublicKey& public_key() const { return public_key_; }
  KeyId key_id() const { return KeyId::of(public_key_); }
  Signature sign(OctetsView message) const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_key_{};
};

/// True when `signature` is that of `message` by `key`. Never throws on any input.
bool verify(const PublicKey& key, OctetsView message, OctetsView signature) noexcept;
bool verify(const PublicKey& key, OctetsView message, const Signature& signature) noexcept;

/// A public key from exactly 32 octets; nothing otherwise.
std::optional<PublicKey> public_key_from(OctetsView octets);

}  // namespace feldsher
