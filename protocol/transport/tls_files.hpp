#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>

namespace feldsher {

/// Where a program's TLS material lies, in PEM.
struct TlsFiles {
  std::filesystem::path ca;  ///< Whom to trust; unused by a server that asks for no client certificate.
  std::filesystem::path certificate;  ///< Own certificate and what leads to the trusted one.
  std::filesystem::path key;
};

/// Unix seconds at which the peer's certificates must be valid: max(now, floor), so that a box whose clock
/// fell back does not take a certificate that had ended. Unset: the machine's clock.
using VerifyTime = std::function<std::int64_t()>;

/// Whether nobody has said yet what time it is. As long as it is true a server's certificates may begin later
/// than VerifyTime: a clock that starts in the past knows nothing of what was renewed since. They may never
/// have ended. Who says so judges PeerIdentity::chain once the time is known. Unset: the time is known.
using ClockUnknown = std::function<bool()>;

}  // namespace feldsher
