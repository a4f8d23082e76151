#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "edge-agent/agent/config.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/certificate_files.hpp"
#include "protocol/transport/tls_files.hpp"

namespace feldsher::edge {

/// Which of the TLS files are the program's own.
inline CertificateFiles own_of(const TlsFiles& files) {
  return {.certificate = files.certificate, .key = files.key};
}

/// Asks central for the next certificates, with keys that are made here, and installs them. Blocks. Throws
/// Fault with the reason.
struct RenewalWish {
  TlsFiles present;                               ///< Of the line: it says who asks …
  bool of_line = true;                            ///< … and whether it is to be renewed itself.
  std::optional<TlsFiles> bus = {}, broker = {};  ///< The agent's at its broker, and the broker's: these too.
  std::string host = {};
  std::uint16_t port = 0;
  std::int64_t verify_time_s = 0;
  bool clock_unknown = false;  ///< As ClockUnknown.
};
void renew(const RenewalWish& wish);

/// Where `https://HOST:PORT`, as central said it, leads; nothing when central never said where.
std::optional<CentralAddress> access_door(const std::string& access);

}  // namespace feldsher::edge
