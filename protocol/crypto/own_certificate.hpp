#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/crypto/peer_identity.hpp"

namespace feldsher {

/// What a program has to know of the certificate that it shows itself.
struct OwnCertificate {
  PeerIdentity identity;
  std::int64_t not_before_s = 0, not_after_s = 0;  ///< Unix time.
  std::vector<std::string> hosts = {};  ///< Of a server or broker: DNS names and addresses, as text.
};

/// The first certificate in a PEM text. Nothing when there is none, or when it names nobody of a network.
std::optional<OwnCertificate> read_own_certificate(std::string_view pem);

/// Whether the private key is that of the certificate; both PEM.
bool belong_together(std::string_view certificate_pem, std::string_view key_pem);

}  // namespace feldsher
