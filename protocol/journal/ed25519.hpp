#pragma once
#include <utility>

#include "protocol/crypto/signing_key.hpp"
#include "protocol/journal/head.hpp"

namespace feldsher {

/// Signs heads and marks with a node's Ed25519 key.
class Ed25519Signer final : public Signer {
 public:
  /// `handover`: see Signer::handover.
  explicit Ed25519Signer(SigningKey key, Octets handover = {})
      : key_(std::move(key)), handover_(std::move(handover)) {}

  Octets key_id() const override {
    const KeyId id = key_.key_id();
    return {reinterpret_cast<const char*>(id.octets.data()), id.octets.size()};
  }
  Octets public_key() const override {
    return {reinterpret_cast<const char*>(key_.public_key().data()), key_.public_key().size()};
  }
  Octets sign(OctetsView message) const override {
    const Signature signature = key_.sign(message);
    return {reinterpret_cast<const char*>(signature.data()), signature.size()};
  }
  Octets handover() const override { return handover_; }

 private:
  SigningKey key_;
  Octets handover_;
};

/// Checks such signatures. False for a key or signature of another length.
class Ed25519Check final : public SignatureCheck {
 public:
  bool verify(OctetsView public_key, OctetsView message, OctetsView signature) const override {
    const auto key = public_key_from(public_key);
    return key && feldsher::verify(*key, message, signature);
  }
};

}  // namespace feldsher
