#include "protocol/journal/checkpoint.hpp"

namespace feldsher {
namespace {

// No signature over something else that a node or central signs can be taken for one over a checkpoint.
Octets signed_octets(const v1::SignedCheckpoint& checkpoint) {
  return "feldsher checkpoint" + checkpoint.checkpoint();
}

}  // namespace

v1::Checkpoint make_checkpoint(TenantId tenant, NodeId node, Epoch epoch, std::span<const JournalTip> cuts,
                               const KeptSet& kept) {
  v1::Checkpoint checkpoint;
  checkpoint.set_tenant(tenant.to_octets());
  checkpoint.set_node(node.to_octets());
  checkpoint.set_epoch(epoch.value);
  for (const JournalTip& tip : cuts) {
    v1::JournalCut& cut = *checkpoint.add_cuts();
    cut.set_stream(tip.journal.stream);
    cut.set_epoch(tip.journal.epoch.value);
    cut.set_seq(tip.seq);
    cut.set_chain(to_octets(tip.hash));
    if (tip.edge.leaves() == tip.seq) cut.set_tree_root(to_octets(tip.edge.root()));
  }
  checkpoint.set_state_hash(to_octets(kept.state_hash()));
  checkpoint.set_kept(kept.size());
  checkpoint.set_kept_root(to_octets(kept.root()));
  return checkpoint;
}

KeptSet::Later order_of(const v1::Checkpoint& checkpoint) {
  std::map<Epoch, std::size_t> place;
  for (const v1::JournalCut& cut : checkpoint.cuts()) place.try_emplace(Epoch{cut.epoch()}, place.size());
  return [place = std::move(place)](const RecordKey& a, const RecordKey& b) {
    if (a.epoch == b.epoch) return a.seq > b.seq;
    const auto of = [&](Epoch epoch) {
      const auto at = place.find(epoch);
      return at == place.end() ? place.size() : at->second;
    };
    return of(a.epoch) > of(b.epoch);
  };
}

v1::SignedCheckpoint sign_checkpoint(const v1::Checkpoint& checkpoint, const Signer& node) {
  v1::SignedCheckpoint made;
  made.set_checkpoint(checkpoint.SerializeAsString());
  made.set_key_id(node.key_id());
  made.set_signature(node.sign(signed_octets(made)));
  return made;
}

void countersign(v1::SignedCheckpoint& checkpoint, const Signer& central) {
  checkpoint.set_counter_key_id(central.key_id());
  checkpoint.set_countersignature(central.sign(signed_octets(checkpoint)));
}

bool is_signed_by(OctetsView key, const v1::SignedCheckpoint& checkpoint, const Octets& signature,
                  const SignatureCheck& check) {
  return check.verify(key, signed_octets(checkpoint), signature);
}

}  // namespace feldsher
