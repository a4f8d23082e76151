#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "central/registry/network_state.hpp"
#include "protocol/contracts/enrolment.pb.h"
#include "protocol/crypto/certificate_authority.hpp"

namespace feldsher::central {

/// Who acts, how that was shown, and when.
struct AccessBy {
  v1::Actor actor;
  v1::Proof proof = v1::PROOF_NONE;
  Instant now;
};

/// Why nothing was done.
enum class AccessRefusal {
  no_point,        ///< No point of this name was loaded.
  no_node,         ///< The point has no node.
  malformed,       ///< A number, digest or serial of the wrong length.
  bad_host,        ///< What a broker's certificate shall name is no host.
  no_code,         ///< The point never had an enrolment code.
  no_such_holder,  ///< Nobody of this kind and name has a certificate that is not revoked.
};
std::string_view to_text(AccessRefusal refusal);

/// What somebody did to a subject, on the base of what it is now.
Draft change(const NetworkState& state, const SubjectKey& subject, v1::Verb verb, Octets message,
             const AccessBy& by);
template <class Value>
using Allowed = boost::system::result<Value, AccessRefusal>;
/// What `value()` does where a refusal is impossible: throws Fault.
[[noreturn]] void throw_exception_from_error(AccessRefusal refusal, const boost::source_location& where);

/// The point of that short name; nothing when none was loaded.
std::optional<PointId> point_named(const NetworkState& state, std::string_view short_name);

/// The record of a certificate that was just made.
Draft issued(const CertificateBundle& bundle, v1::Credential about, const AccessBy& by, Random& random);

/// A standby has come in. Its certificate is made where its folder is: it is noted when it is first shown,
/// and those that the same standby had before end. Empty when nothing is left to do, and for a passing guest,
/// whose certificate ends by itself in a day.
std::vector<Draft> note_standby(const NetworkState& state, const PeerIdentity& peer, const AccessBy& by,
                                Random& random);

/// When the certificate of a standby ends, the youngest of each that was not revoked, and of those the one
/// that ends first (Unix time). Nothing when none is known.
std::optional<std::int64_t> standby_certificate_ends_s(const NetworkState& state);

/// When the line of each point ends (Unix time): the youngest certificate of its node that was not revoked.
std::map<PointId, std::int64_t> line_certificates_end_s(const NetworkState& state);

/// A node has come in with the youngest certificate of its line: those before it end. Empty when it has
/// another, or none is left to end.
std::vector<Draft> end_former_lines(const NetworkState& state, const PeerIdentity& peer, const AccessBy& by);

/// Which certificates a revocation means.
struct Holder {
  std::vector<v1::CredentialKind> kinds;
  std::string name;              ///< Common name; empty = any.
  std::optional<PointId> point;  ///< Only at this point; unset = anywhere.
  Octets except = {};            ///< The serial of one that stays.
};
/// A record for each certificate of the holder that was not revoked yet.
std::vector<Draft> revoke(const NetworkState& state, const Holder& holder, const AccessBy& by);

}  // namespace feldsher::central
