#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "edge-agent/agent/config.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/own_certificate.hpp"
#include "protocol/transport/tls_files.hpp"

namespace feldsher::edge {

/// Whether it is time for the next certificate: a third of the life of this one is left, or less.
bool renewal_is_due(const OwnCertificate& present, std::int64_t now_s);

/// Puts a new key and its certificate in the place of the present ones. They change together, also when the
/// power fails between the two: what is under way lies in `renewed.pem` first. Throws Fault, and changes
/// nothing, when the two do not belong together or are somebody else's than the present one's.
void install(const TlsFiles& present, const std::string& certificate, const std::string& key);

/// Ends an `install` that was cut off. Nothing to do: nothing done.
void finish_install(const TlsFiles& present);

/// Asks central for the next certificates, with keys that are made here, and installs them. Blocks. Throws
/// Fault with the reason.
struct RenewalWish {
  TlsFiles present;                               ///< Of the line: it says who asks …
  bool of_line = true;                            ///< … and whether it is to be renewed itself.
  std::optional<TlsFiles> bus = {}, broker = {};  ///< The agent's at its broker, and the broker's: these too.
  std::string host = {};
  std::uint16_t port = 0;
  std::int64_t verify_time_s = 0;
};
void renew(const RenewalWish& wish);

/// Where `https://HOST:PORT`, as central said it, leads; nothing when central never said where.
std::optional<CentralAddress> access_door(const std::string& access);

}  // namespace feldsher::edge
