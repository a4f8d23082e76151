#include "protocol/journal/verify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/contracts/clinic.pb.h"

namespace feldsher {

std::optional<JournalId> Verifier::journal_of(const v1::Head& head) {
  auto origin = NodeId::from_octets(head.origin());
  if (!origin) return std::nullopt;
  return JournalId{*origin, head.stream(), Epoch{head.epoch()}};
}

Verifier::Progress& Verifier::progress(const JournalId& journal) {
  auto [at, is_new] = journals_.try_emplace(journal);
  if (is_new) at->second.tip.journal = journal;
  return at->second;
}

void Verifier::found(Progress& at, std::uint64_t seq, std::string what) {
  at.broken = true;
  findings_.push_back({at.tip.journal, seq, std::move(what)});
}

void Verifier::missing(Progress& at, std::uint64_t seq, std::string otherwise) {
  found(at, seq,
        damage_.empty() ? std::move(otherwise)
                        : fmt::format("it cannot be read, after {} that are good: {}", at.good, damage_));
}

void Verifier::lost(const JournalId& journal, std::uint64_t seq) {
  Progress& at = progress(journal);
  const bool before_cut = seq <= at.cut.seq;
  kept_lost_ = kept_lost_ || before_cut;
  if (!at.broken) missing(at, before_cut ? seq : std::min(seq, at.tip.seq + 1), "it cannot be read");
}

void Verifier::expect_head(const v1::SignedHead& signed_head) {
  v1::Head head;
  if (!head.ParseFromString(signed_head.head())) return;
  if (auto journal = journal_of(head)) places_[*journal][head.seq()] = {};
}

void Verifier::cut(const JournalTip& cut) {
  Progress& at = progress(cut.journal);
  at.cut = at.tip = cut;
  auto places = places_.find(cut.journal);
  if (places == places_.end()) return;
  if (auto place = places->second.find(cut.seq); place != places->second.end())
    place->second = {cut.hash, cut.edge.root()};
}

void Verifier::expect_checkpoint(const v1::SignedCheckpoint& checkpoint) {
  signed_checkpoint_ = checkpoint;
  if (!checkpoint_.ParseFromString(checkpoint.checkpoint())) checkpoint_.Clear();
  kept_ = KeptSet(order_of(checkpoint_));
}

const char* Verifier::differs() const {
  const auto node = NodeId::from_octets(checkpoint_.node());
  if (!node || checkpoint_.tenant() != tenant_.to_octets()) return "it is not of this node";
  std::size_t cuts = 0;
  for (const auto& [journal, at] : journals_) cuts += at.cut.seq != 0;
  if (cuts != static_cast<std::size_t>(checkpoint_.cuts_size())) return "other journals were cut";
  for (const v1::JournalCut& cut : checkpoint_.cuts()) {
    const auto at = journals_.find({*node, cut.stream(), Epoch{cut.epoch()}});
    if (at == journals_.end() || at->second.cut.seq != cut.seq() ||
        view_of(at->second.cut.hash) != cut.chain())
      return "a journal was cut at another place";
    const MerkleEdge& edge = at->second.cut.edge;
    const bool has_tree = edge.leaves() == cut.seq();
    if (cut.tree_root() != (has_tree ? to_octets(edge.root()) : Octets()))
      return "the tree at a cut is another";
  }
  if (kept_.size() != checkpoint_.kept() || checkpoint_.kept_root() != view_of(kept_.root()) ||
      checkpoint_.state_hash() != view_of(kept_.state_hash()))
    return "what was kept before the cuts is not what it names";
  return nullptr;
}

void Verifier::kept(const SignatureCheck& check) {
  const auto cut = std::find_if(journals_.begin(), journals_.end(),
                                [](const auto& each) { return each.second.cut.seq != 0; });
  if ((cut == journals_.end() && !signed_checkpoint_) || kept_lost_) return;
  const JournalId journal = cut == journals_.end() ? JournalId{} : cut->first;
  const std::uint64_t seq = cut == journals_.end() ? 0 : cut->second.cut.seq;
  auto bad = [&](const std::string& what) { findings_.push_back({journal, seq, what}); };
  if (!signed_checkpoint_) return bad("the journal was cut here, and there is no checkpoint");
  if (const char* what = differs()) return bad(std::string("the checkpoint: ") + what);
  const auto life = lives_.find({*NodeId::from_octets(checkpoint_.node()), Epoch{checkpoint_.epoch()}});
  if (life == lives_.end() ||
      !is_signed_by(life->second.head_key, *signed_checkpoint_, signed_checkpoint_->signature(), check))
    return bad("the checkpoint: its node has not signed it");
  const auto& central = keys_of_central(check);
  if (!central.empty() && std::none_of(central.begin(), central.end(), [&](const Octets& each) {
        return is_signed_by(each, *signed_checkpoint_, signed_checkpoint_->countersignature(), check);
      }))
    return bad("the checkpoint: central has not countersigned it" +
               with_which_key(signed_checkpoint_->counter_key_id()));
  if (central.empty()) return;
  for (auto& [id, at] : journals_) at.countersigned = at.cut.seq;
}

void Verifier::record(const JournalId& journal, std::uint64_t seq, Octets core, std::optional<Octets> body,
                      std::optional<Digest> body_digest, std::optional<Digest> hash,
                      std::optional<Digest> prev) {
  Progress& at = progress(journal);
  if (at.broken) return;
  // Before a cut some are missing; from there on none is.
  const bool before_cut = seq <= at.cut.seq && seq > at.kept_seq;
  const std::uint64_t expected = before_cut ? seq : at.tip.seq + 1;
  if (seq != expected)
    return missing(at, expected, "the record is missing; the next one held is " + std::to_string(seq));
  Digest before = at.tip.hash;
  if (before_cut) before = prev ? *prev : at.kept_hash;
  if (before_cut && !prev && seq != at.kept_seq + 1)
    return found(at, expected, "it does not say which record was before it");
  Record record;
  RecordFault fault = read_record(std::move(core), std::move(body), body_digest, before, record);
  if (fault != RecordFault::none) return found(at, expected, to_text(fault));
  if (record.tenant != tenant_) return found(at, expected, "the record is of another tenant");
  if (record.journal() != journal || record.key.seq != expected)
    return found(at, expected, "the record's own header names another place");
  if (hash && *hash != record.stored.hash)
    return found(at, expected,
                 "the record is not what was hashed when it was written, or the chain before it was changed");
  // A life's first act is its `opened`.
  if (record.header.verb() == v1::OPENED && seq == 1)
    if (auto life = record.body<v1::NodeLife>()) {
      lives_[{journal.origin, journal.epoch}] = {.head_key = life->head_key(),
                                                 .parent = {life->parent_epoch()},
                                                 .parent_seq = life->parent_seq(),
                                                 .parent_hash = life->parent_hash()};
      if (!life->handover().empty()) handover(life->head_key(), life->handover());
    }
  ++records_checked_;
  ++at.good;
  if (before_cut) {
    at.kept_seq = seq;
    at.kept_hash = record.stored.hash;
    if (seq == at.cut.seq && at.kept_hash != at.cut.hash)
      return found(at, seq, "it is not the record that the journal was cut at");
    kept_.pass(record);
    return;
  }
  at.tip.advance(record);
  auto places = places_.find(journal);
  if (places == places_.end()) return;
  if (auto place = places->second.find(expected); place != places->second.end())
    place->second = {at.tip.hash, at.tip.edge.root()};
}

void Verifier::head(const v1::SignedHead& signed_head, const SignatureCheck& check) {
  ++heads_checked_;
  v1::Head head;
  std::optional<JournalId> journal;
  if (head.ParseFromString(signed_head.head())) journal = journal_of(head);
  if (!journal) {
    findings_.push_back({{}, 0, "a head cannot be read"});
    return;
  }
  Progress& at = progress(*journal);
  if (at.broken) return;
  if (head.seq() > at.tip.seq)
    return missing(at, at.tip.seq + 1,
                   "the journal ends before its signed head, which is at " + std::to_string(head.seq()));
  auto life = lives_.find({journal->origin, journal->epoch});
  if (life == lives_.end()) return found(at, 0, "no record says which key signs this life's heads");
  auto [chain, root] = places_[*journal][head.seq()];
  const bool before_cut = head.seq() < at.cut.seq;  // Of what it tells of nothing has to be here.
  const bool tree_known = at.cut.edge.leaves() == at.cut.seq;
  if (!before_cut && (head.chain() != view_of(chain) || (tree_known && head.tree_root() != view_of(root))))
    return found(at, head.seq(), "the records up to here are not those that the node signed");
  if (!check.verify(life->second.head_key, signed_head.head(), signed_head.signature()))
    return found(at, 0, "the signature of a head is wrong");
  if (!trusted_.empty()) expect_countersigned(at, signed_head, head.seq(), check);
}

void Verifier::tip(const JournalId& journal, std::uint64_t seq, const Digest& hash) {
  Progress& at = progress(journal);
  if (at.broken) return;
  if (at.tip.seq < seq)
    return missing(at, at.tip.seq + 1, "the journal was cut: its end was at " + std::to_string(seq));
  if (at.tip.seq > seq)
    return found(at, seq + 1, "the journal was cut: its end was at " + std::to_string(seq));
  if (at.tip.hash != hash) found(at, seq, "the end of the journal is another than the store says");
}

}  // namespace feldsher
