#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "protocol/record/ids.hpp"

struct x509_st;
struct ssl_st;

namespace feldsher {

/// What the holder of a certificate is. `authority` is a tenant's CA, never a peer.
enum class PeerKind { node, terminal, device, broker, server, authority };

std::string_view to_text(PeerKind kind);
std::optional<PeerKind> peer_kind_from(std::string_view text);

/// Who a verified certificate speaks for: its SAN URI `urn:feldsher:<tenant uuid>:<kind>:<uuid or name>`.
struct PeerIdentity {
  TenantId tenant;
  PeerKind kind = PeerKind::device;
  std::string id;  ///< A UUID in lower case, or a name of [A-Za-z0-9-]{1,64}.

  /// `id` as a UUID; nothing when it is a name.
  std::optional<Uuid> uuid() const { return Uuid::from_text(id); }
  std::string to_urn() const;
  /// Strict: exactly the form that to_urn writes; nothing otherwise.
  static std::optional<PeerIdentity> from_urn(std::string_view urn);
  bool operator==(const PeerIdentity&) const = default;
};

/// True for [A-Za-z0-9-]{1,64}: what may stand in a certificate's CN and at the end of its URN.
bool is_certificate_name(std::string_view name);

/// The identity in a certificate that has been verified already. Nothing when it has no feldsher URN, more
/// than one, or a malformed one.
std::optional<PeerIdentity> identity_of(const x509_st* certificate);

/// The identity of the peer of a finished handshake: the chain was verified, and the certificate was
/// issued by the authority of the very tenant that it names (one clinic's CA cannot speak for another's).
std::optional<PeerIdentity> identity_of_peer(const ssl_st* handshake);

}  // namespace feldsher
