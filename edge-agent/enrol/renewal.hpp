#pragma once
#include <filesystem>
#include <string>

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

/// Asks central for the next certificate of the line, with a key that is made here, and installs it. Blocks.
/// Throws Fault with the reason.
struct RenewalWish {
  TlsFiles present;
  std::string host;
  std::uint16_t port = 0;
  std::int64_t verify_time_s = 0;
};
void renew(const RenewalWish& wish);

}  // namespace feldsher::edge
