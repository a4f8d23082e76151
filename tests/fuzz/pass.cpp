#include <cstddef>
#include <cstdint>

#include "protocol/crypto/peer_identity.hpp"
#include "protocol/pass/pass.hpp"

using namespace feldsher;

/// What a scanner types, and what a certificate names itself: refused, whatever it is, and never believed
/// without a key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (read_pass(text, [](const KeyId&) { return std::optional<PublicKey>(PublicKey{}); }).has_value())
    __builtin_trap();
  (void)PeerIdentity::from_urn(text);
  return 0;
}
