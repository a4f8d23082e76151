#pragma once
#include <optional>

#include "protocol/journal/tip.hpp"

namespace feldsher {

/// Signs and checks heads. Ed25519 in programs; simulation puts a cheaper signature in its place.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual Octets key_id() const = 0;
  virtual Octets public_key() const = 0;
  virtual Octets sign(OctetsView message) const = 0;
  /// Where this key took the place of another: that one's signature over `handover_octets` of this one.
  virtual Octets handover() const { return {}; }
};
class SignatureCheck {
 public:
  virtual ~SignatureCheck() = default;
  virtual bool verify(OctetsView public_key, OctetsView message, OctetsView signature) const = 0;
};

/// What a key signs that hands over to the next one (raw Ed25519).
Octets handover_octets(OctetsView next_key);

/// "Up to `tip` it is this and nothing else", signed by its node.
v1::SignedHead sign_head(TenantId tenant, const JournalTip& tip, const Signer& signer);

/// Why a head is not believed.
enum class HeadFault { none, unreadable, other_journal, other_content, bad_signature };
const char* to_text(HeadFault fault);

/// Checks `head` against what this node worked out itself (`tip`) and against the node's key.
HeadFault check_head(const v1::SignedHead& head, TenantId tenant, const JournalTip& tip, OctetsView node_key,
                     const SignatureCheck& check);

/// Adds central's signature over the same octets.
void countersign(v1::SignedHead& head, const Signer& central);

}  // namespace feldsher
