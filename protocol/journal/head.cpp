#include "protocol/journal/head.hpp"

namespace feldsher {

Octets handover_octets(OctetsView next_key) { return Octets("feldsher head key 1").append(next_key); }

v1::SignedHead sign_head(TenantId tenant, const JournalTip& tip, const Signer& signer) {
  v1::Head head;
  head.set_tenant(tenant.to_octets());
  head.set_origin(tip.journal.origin.to_octets());
  head.set_stream(tip.journal.stream);
  head.set_epoch(tip.journal.epoch.value);
  head.set_seq(tip.seq);
  head.set_chain(to_octets(tip.hash));
  head.set_tree_root(to_octets(tip.edge.root()));
  v1::SignedHead signed_head;
  signed_head.set_head(head.SerializeAsString());
  signed_head.set_key_id(signer.key_id());
  signed_head.set_signature(signer.sign(signed_head.head()));
  return signed_head;
}

const char* to_text(HeadFault fault) {
  switch (fault) {
    case HeadFault::none:
      return "no fault";
    case HeadFault::unreadable:
      return "the head cannot be read";
    case HeadFault::other_journal:
      return "the head is of another journal or place";
    case HeadFault::other_content:
      return "the head names other content than the journal has";
    case HeadFault::bad_signature:
      return "the head's signature is wrong";
  }
  return "unknown fault";
}

HeadFault check_head(const v1::SignedHead& signed_head, TenantId tenant, const JournalTip& tip,
                     OctetsView node_key, const SignatureCheck& check) {
  v1::Head head;
  if (!head.ParseFromString(signed_head.head())) return HeadFault::unreadable;
  const JournalId& journal = tip.journal;
  if (head.tenant() != tenant.to_octets() || head.origin() != journal.origin.to_octets() ||
      head.stream() != journal.stream || head.epoch() != journal.epoch.value || head.seq() != tip.seq)
    return HeadFault::other_journal;
  if (head.chain() != view_of(tip.hash) || head.tree_root() != view_of(tip.edge.root()))
    return HeadFault::other_content;
  if (!check.verify(node_key, signed_head.head(), signed_head.signature())) return HeadFault::bad_signature;
  return HeadFault::none;
}

void countersign(v1::SignedHead& head, const Signer& central) {
  head.set_counter_key_id(central.key_id());
  head.set_countersignature(central.sign(head.head()));
}

}  // namespace feldsher
