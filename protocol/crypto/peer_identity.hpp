#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "protocol/record/ids.hpp"
#include "protocol/record/octets.hpp"

struct x509_st;
struct ssl_st;

namespace feldsher {

/// What the holder of a certificate is. `standby` holds a copy of central's journal; `authority` is a
/// tenant's CA, never a peer.
enum class PeerKind { node, terminal, device, broker, server, standby, authority };

std::string_view to_text(PeerKind kind);
std::optional<PeerKind> peer_kind_from(std::string_view text);

/// When all certificates of a chain are valid: from the latest beginning to the earliest end. Unix time.
struct ValidTime {
  std::int64_t from_s = 0, until_s = 0;
  bool holds(std::int64_t at_s) const { return from_s <= at_s && at_s <= until_s; }
};

/// Who a verified certificate speaks for: its SAN URI `urn:feldsher:<tenant uuid>:<kind>:<uuid or name>`.
struct PeerIdentity {
  TenantId tenant;
  PeerKind kind = PeerKind::device;
  std::string id;                ///< A UUID in lower case, or a name of [A-Za-z0-9-]{1,64}.
  Octets serial = {};            ///< Of the certificate that says so, big-endian: what a revocation names.
  std::int64_t not_after_s = 0;  ///< When that certificate ends (Unix time).
  ValidTime chain = {};          ///< Of the peer of a handshake: when what it showed is valid.

  /// `id` as a UUID; nothing when it is a name.
  std::optional<Uuid> uuid() const { return Uuid::from_text(id); }
  std::string to_urn() const;
  /// Strict: exactly the form that to_urn writes; nothing otherwise.
  static std::optional<PeerIdentity> from_urn(std::string_view urn);
  /// The same holder, by whichever of its certificates.
  bool operator==(const PeerIdentity& other) const {
    return tenant == other.tenant && kind == other.kind && id == other.id;
  }
};

/// True for [A-Za-z0-9-]{1,64}: what may stand in a certificate's CN and at the end of its URN.
bool is_certificate_name(std::string_view name);

/// A certificate's serial number, big-endian, its beginning and its end in Unix seconds (0: no readable
/// date).
Octets serial_of(const x509_st* certificate);
std::int64_t begin_of(const x509_st* certificate);
std::int64_t end_of(const x509_st* certificate);

/// The identity in a certificate that has been verified already. Nothing when it has no feldsher URN, more
/// than one, or a malformed one.
std::optional<PeerIdentity> identity_of(const x509_st* certificate);

/// The identity of the peer of a finished handshake: the chain was verified, and the certificate was
/// issued by the authority of the very tenant that it names (one clinic's CA cannot speak for another's).
std::optional<PeerIdentity> identity_of_peer(const ssl_st* handshake);

}  // namespace feldsher
