#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <variant>

#include "central/access/access.hpp"
#include "central/access/broker_names.hpp"
#include "central/commands/central_folder.hpp"
#include "central/commands/json_input.hpp"

namespace feldsher::central {

class StoppedCentral;

/// A certificate was made on central's machine, for a box that has no program of ours to enrol with.
struct RecordCertificate {
  v1::CredentialKind kind = v1::CREDENTIAL_UNSPECIFIED;
  std::string name;
  std::string point;  ///< Short name; empty = not said.
  std::optional<Uuid> holder;
  Octets serial;
  std::int64_t not_after_s = 0;
};

/// Certificates are worth nothing from here on.
struct RevokeCertificates {
  v1::CredentialKind kind = v1::CREDENTIAL_UNSPECIFIED;
  std::string name;   ///< Common name; of a node its point's short name, of a standby its id.
  std::string point;  ///< Short name; empty = anywhere.
};

/// The boxes of a point are in other hands.
struct LosePoint {
  std::string point;  ///< Short name.
};

/// Which of central's keys sign passes, and which will next: the points are told both.
struct PassKeys {
  Octets present, next;  ///< Raw Ed25519.
  bool retire = false;   ///< Passes of central's other keys are worth nothing from here on.
};

/// What an operator does about who may come in.
using AccessAct =
    std::variant<Access::WantedCode, NameBroker, RecordCertificate, RevokeCertificates, LosePoint, PassKeys>;

/// As JSON, for central's API; and back: throws BadInput.
boost::json::object to_json(const AccessAct& act);
AccessAct read_access_act(JsonObject& in);

/// What an act comes to.
struct AccessPlan {
  std::vector<Draft> drafts;
  boost::json::object said;  ///< {"revoked": 2} and the like.
};
Allowed<AccessPlan> plan(const AccessAct& act, const NetworkState& state, Random& random, const AccessBy& by);

/// Does it: in the journal of a stopped central, or through the API of a running one. Throws Fault.
boost::json::object carry_out(const CentralFolder& folder, const AccessAct& act);
boost::json::object carry_out(StoppedCentral& central, const AccessAct& act);

/// "node", "terminal", "device", "broker", "agent", "standby", and back.
std::string_view to_text(v1::CredentialKind kind);
std::optional<v1::CredentialKind> credential_kind_from(std::string_view text);

}  // namespace feldsher::central
