#pragma once
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <optional>
#include <string>

#include "protocol/crypto/peer_identity.hpp"
#include "protocol/transport/tls_files.hpp"

namespace feldsher::transport {

/// For the sources of this folder only.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

enum class TlsRole {
  client,             ///< Shows a certificate, verifies the server's.
  server_of_members,  ///< Asks each client for a certificate of the CA.
  server_of_anybody,  ///< Asks for none.
  server_of_guests,   ///< Takes one of the CA's, even one that has ended, or none.
};

/// TLS 1.3 only, no resumption (a resumed session would not be verified again). Throws Fault naming the file.
TlsContext make_tls_context(const TlsFiles& files, TlsRole role);

/// Sets when the peer's certificates must be valid, for one handshake to come.
void set_verify_time(SSL* handshake, const VerifyTime& verify_time_s);

/// Lets, in one handshake to come as a client, the server's certificates begin later than the time to verify
/// at. All else is judged as ever.
void forgive_beginnings(SSL* handshake);

/// Asks, of one handshake to come as a client, that the server's SAN holds `host` (DNS name or address).
void expect_host(SSL* handshake, const std::string& host);

/// What went wrong in words, OpenSSL's verdict on the peer's certificate included.
std::string reason_of(const boost::system::error_code& error, SSL* handshake);

}  // namespace feldsher::transport
