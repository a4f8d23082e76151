#include "protocol/journal/verify.hpp"

#include "protocol/contracts/clinic.pb.h"

namespace feldsher {
namespace {

std::optional<JournalId> journal_of(const v1::Head& head) {
  auto origin = NodeId::from_octets(head.origin());
  if (!origin) return std::nullopt;
  return JournalId{*origin, head.stream(), Epoch{head.epoch()}};
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

void Verifier::record(const JournalId& journal, std::uint64_t seq, Octets core, std::optional<Octets> body,
                      std::optional<Digest> body_digest, std::optional<Digest> hash) {
  Progress& at = progress(journal);
  if (at.broken) return;
  const std::uint64_t expected = at.tip.seq + 1;
  if (seq != expected)
    return found(at, expected, "the record is missing; the next one held is " + std::to_string(seq));
  Record record;
  RecordFault fault = read_record(std::move(core), std::move(body), body_digest, at.tip.hash, record);
  if (fault != RecordFault::none) return found(at, expected, to_text(fault));
  if (record.tenant != tenant_) return found(at, expected, "the record is of another tenant");
  if (record.journal() != journal || record.key.seq != expected)
    return found(at, expected, "the record's own header names another place");
  if (hash && *hash != record.stored.hash)
    return found(at, expected,
                 "the record is not what was hashed when it was written, or the chain before it was changed");
  if (record.header.verb() == v1::OPENED)
    if (auto life = record.body<v1::NodeLife>())
      head_keys_[{journal.origin, journal.epoch}] = life->head_key();
  at.tip.advance(record);
  ++records_checked_;
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
  if (head.chain() != view_of(chain) || head.tree_root() != view_of(root))
    return found(at, head.seq(), "the records up to here are not those that the node signed");
  if (!check.verify(key->second, signed_head.head(), signed_head.signature()))
    return found(at, 0, "the signature of a head is wrong");
  if (central_key_ && !check.verify(*central_key_, signed_head.head(), signed_head.countersignature()))
    return found(at, 0, "central has not countersigned this head");
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
