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

}  // namespace feldsher
