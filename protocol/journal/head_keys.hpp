#pragma once
#include <vector>

#include "protocol/journal/head.hpp"

namespace feldsher {

/// Where a point's store keeps what central's former keys signed for later ones: the name goes on with the
/// later key (hexadecimal), the value is the signature.
inline constexpr const char* central_handover_values = "central/handover/";

/// The keys that may sign the heads of somebody's journals (raw Ed25519): one that was told when they
/// enrolled, and those that it handed over to.
class HeadKeys {
 public:
  HeadKeys(std::vector<Octets> trusted, const SignatureCheck& check)
      : keys_(std::move(trusted)), check_(check) {}

  const std::vector<Octets>& all() const { return keys_; }
  bool holds(OctetsView key) const;
  /// Whether `key` is one of them, or one of them has signed `handover` for it: then it is one from now on.
  bool take(OctetsView key, OctetsView handover);

 private:
  std::vector<Octets> keys_;
  const SignatureCheck& check_;
};

}  // namespace feldsher
