#pragma once
#include "central/access/end_box.hpp"
#include "tests/support/world/network.hpp"

namespace feldsher::testing {

/// Another member of staff for each `n`, none of them `other`.
inline v1::Actor staff_member(Uuid other, std::uint8_t n) {
  other.octets[15] = n;
  v1::Actor actor;
  actor.set_kind(v1::ACTOR_STAFF);
  actor.set_id(other.to_octets());
  return actor;
}

/// Central's access door lets this box in, by a code that was used.
inline void let_in(Network& network, const Box& box) {
  v1::Credential credential;
  credential.set_kind(v1::CREDENTIAL_NODE);
  credential.set_holder(box.identity.node.to_octets());
  credential.set_point(box.identity.point.to_octets());
  credential.set_head_key(box.signer->public_key());
  credential.set_serial(box.serial);
  network.clinic->publish(v1::CREDENTIAL, network.clinic->id(), v1::REGISTERED, credential);
  v1::Enrolment code;
  code.set_node(box.identity.node.to_octets());
  code.set_status(v1::CODE_USED);
  Draft granted;
  granted.actor = network.central->self();
  granted.subject = {v1::ENROLMENT, network.clinic->id()};
  granted.verb = v1::GRANTED;
  granted.message = code.SerializeAsString();
  network.central->let_in(box.identity.node, {granted}, [] {});
}

/// One person proposes that the box of a point is out.
inline central::Decommissioned<Draft> propose_end(Network& network, const Box& box, const v1::Actor& actor,
                                                  const std::string& reason = "dead disk") {
  auto& central = *network.central;
  auto draft =
      central.decommissions().propose(box.identity.point, reason, actor, v1::PROOF_TOKEN, central.now());
  if (draft) central.write({*draft}, [] {});
  return draft;
}

/// The other orders what was proposed.
inline central::Decommissioned<std::vector<Draft>> order_end(Network& network, const Uuid& proposal,
                                                             const v1::Actor& actor) {
  auto& central = *network.central;
  auto drafts = central::end_box(central.state(), central.decommissions(), central.scheduling(), proposal,
                                 {.actor = actor, .proof = v1::PROOF_TOKEN, .now = central.now()});
  if (drafts) central.write(*drafts, [] {});
  return drafts;
}

}  // namespace feldsher::testing
