#pragma once
#include <optional>
#include <string>
#include <vector>

#include "central/access/credentials.hpp"
#include "protocol/enrolment/sealed_request.hpp"

namespace feldsher::central {

/// How long a certificate of a line lives; a node renews it when a third of that is left.
inline constexpr std::int64_t line_life_s = 365 * 86'400;
/// The agent's name at its own broker: what the broker's ACL calls it.
inline constexpr std::string_view agent_name = "agent";

/// Where central is found and what it signs with: told to each box that enrols.
struct AccessPlace {
  NodeId central;
  Octets head_key;     ///< Raw Ed25519.
  std::string sync;    ///< "wss://central.example:8443".
  std::string access;  ///< "https://central.example:8445".
};

/// Who may come in. Decides only: each answer comes with the records that have to be durable before it is
/// told.
class Access {
 public:
  Access(const NetworkState& state, Random& random) : state_(state), random_(random) {}

  struct WantedCode {
    std::string point;  ///< Short name.
    Octets number;      ///< enrolment::number_octets.
    Digest verifier{};  ///< EnrolmentCode::verifier.
    /// Where its broker is reached besides localhost; unset: as it was said before.
    std::optional<std::vector<std::string>> broker_hosts = {};
  };
  /// Opens a code for a point's box. An older open code of the same point is dead from then on.
  Allowed<std::vector<Draft>> open_code(const WantedCode& wanted, const AccessBy& by) const;

  struct Enrolled {
    v1::EnrolmentAnswer answer;
    std::vector<Draft> drafts;
    std::optional<NodeId> node;  ///< The node that the box has become. Nothing when it was refused.
  };
  /// A box asks to come in. Whichever box was this node before is put out: its certificates are revoked.
  Enrolled enrol(const v1::SealedEnrolment& sealed, const CertificateAuthority& authority,
                 const AccessPlace& place, const Instant& now) const;

  struct Renewed {
    v1::RenewalAnswer answer;
    std::vector<Draft> drafts;
  };
  /// A node asks for its next certificate with the one it has, perhaps an expired one. Those before it end.
  Renewed renew(const PeerIdentity& guest, const v1::RenewalRequest& request,
                const CertificateAuthority& authority, const Instant& now) const;

 private:
  struct Keys;
  const v1::Credential* credential_of(const Octets& serial) const;
  Draft code_draft(const Uuid& id, const v1::Enrolment& code, v1::Verb verb, const AccessBy& by) const;

  const NetworkState& state_;
  Random& random_;
};

}  // namespace feldsher::central
