#include "protocol/journal/verify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/journal/head_keys.hpp"

namespace feldsher {
namespace {

std::optional<JournalId> journal_of(const v1::Head& head) {
  auto origin = NodeId::from_octets(head.origin());
  if (!origin) return std::nullopt;
  return JournalId{*origin, head.stream(), Epoch{head.epoch()}};
}

/// What is missing where a countersignature is by none of the keys that are central's.
std::string with_which_key(const Octets& key_id, const std::vector<Octets>& keys) {
  const bool is_known = std::any_of(keys.begin(), keys.end(), [&](const Octets& key) {
    return to_octets(sha256(key)).starts_with(key_id);
  });
  if (is_known) return "";  // Also an empty one.
  return fmt::format(
      " with a key that was given, or that such a key handed over to; it names the key {}. Missing is that "
      "key, "
      "or what the given one signed for it",
      to_hex(key_id));
}

}  // namespace

Verifier::Progress& Verifier::progress(const JournalId& journal) {
  auto [at, is_new] = journals_.try_emplace(journal);
  if (is_new) at->second.tip.journal = journal;
  return at->second;
}

void Verifier::found(Progress& at, std::uint64_t seq, std::string what) {
  at.broken = true;
  findings_.push_back({at.tip.journal, seq, std::move(what)});
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
  if (cut == journals_.end() && !signed_checkpoint_) return;
  const JournalId journal = cut == journals_.end() ? JournalId{} : cut->first;
  const std::uint64_t seq = cut == journals_.end() ? 0 : cut->second.cut.seq;
  auto bad = [&](const std::string& what) { findings_.push_back({journal, seq, what}); };
  if (!signed_checkpoint_) return bad("the journal was cut here, and there is no checkpoint");
  if (const char* what = differs()) return bad(std::string("the checkpoint: ") + what);
  const auto key = head_keys_.find({*NodeId::from_octets(checkpoint_.node()), Epoch{checkpoint_.epoch()}});
  if (key == head_keys_.end() ||
      !is_signed_by(key->second, *signed_checkpoint_, signed_checkpoint_->signature(), check))
    return bad("the checkpoint: its node has not signed it");
  const auto& central = keys_of_central(check);
  if (!central.empty() && std::none_of(central.begin(), central.end(), [&](const Octets& each) {
        return is_signed_by(each, *signed_checkpoint_, signed_checkpoint_->countersignature(), check);
      }))
    return bad("the checkpoint: central has not countersigned it" +
               with_which_key(signed_checkpoint_->counter_key_id(), central));
}

void Verifier::handover(Octets key, Octets signature) {
  handovers_.emplace_back(std::move(key), std::move(signature));
  handovers_grew_ = true;
}

const std::vector<Octets>& Verifier::keys_of_central(const SignatureCheck& check) {
  if (central_keys_.empty() || !std::exchange(handovers_grew_, false)) return central_keys_;
  HeadKeys keys(std::move(central_keys_), check);
  // One may stand before the one that it rests on.
  while (std::erase_if(handovers_, [&](const auto& each) { return keys.take(each.first, each.second); }) >
         0) {
  }
  return central_keys_ = keys.all();
}

std::uint64_t Verifier::countersigned(const JournalId& journal) const {
  const auto at = journals_.find(journal);
  return at == journals_.end() ? 0 : at->second.countersigned;
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
    return found(at, expected, "the record is missing; the next one held is " + std::to_string(seq));
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
      head_keys_[{journal.origin, journal.epoch}] = life->head_key();
      if (!life->handover().empty()) handover(life->head_key(), life->handover());
    }
  ++records_checked_;
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
    return found(at, at.tip.seq + 1,
                 "the journal ends before its signed head, which is at " + std::to_string(head.seq()));
  auto key = head_keys_.find({journal->origin, journal->epoch});
  if (key == head_keys_.end()) return found(at, 0, "no record says which key signs this life's heads");
  auto [chain, root] = places_[*journal][head.seq()];
  const bool before_cut = head.seq() < at.cut.seq;  // Of what it tells of nothing has to be here.
  const bool tree_known = at.cut.edge.leaves() == at.cut.seq;
  if (!before_cut && (head.chain() != view_of(chain) || (tree_known && head.tree_root() != view_of(root))))
    return found(at, head.seq(), "the records up to here are not those that the node signed");
  if (!check.verify(key->second, signed_head.head(), signed_head.signature()))
    return found(at, 0, "the signature of a head is wrong");
  const auto& central = keys_of_central(check);
  if (central.empty()) return;
  const bool countersigned = std::any_of(central.begin(), central.end(), [&](const Octets& each) {
    return each == key->second || check.verify(each, signed_head.head(), signed_head.countersignature());
  });
  if (countersigned)
    at.countersigned = head.seq();
  else if (at.countersigned == 0 || !signed_head.countersignature().empty())
    found(at, 0,
          "central has not countersigned this head" + with_which_key(signed_head.counter_key_id(), central));
}

void Verifier::tip(const JournalId& journal, std::uint64_t seq, const Digest& hash) {
  Progress& at = progress(journal);
  if (at.broken) return;
  if (at.tip.seq != seq)
    return found(at, std::min(at.tip.seq, seq) + 1,
                 "the journal was cut: its end was at " + std::to_string(seq));
  if (at.tip.hash != hash) found(at, seq, "the end of the journal is another than the store says");
}

}  // namespace feldsher
