// Whose word a journal is: what the trusted keys lead to.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "protocol/journal/head_keys.hpp"
#include "protocol/journal/verify.hpp"

namespace feldsher {
namespace {

bool holds(const std::vector<Octets>& keys, const Octets& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

std::string Verifier::with_which_key(const Octets& key_id) const {
  const bool is_known = std::any_of(trusted_.central.begin(), trusted_.central.end(), [&](const Octets& key) {
    return to_octets(sha256(key)).starts_with(key_id);
  });
  if (is_known) return "";  // Also an empty one.
  return fmt::format(
      " with a key that is trusted, or that such a key handed over to; it names the key {}. Missing is that "
      "key, or what the trusted one signed for it",
      to_hex(key_id));
}

void Verifier::handover(Octets key, Octets signature) {
  handovers_.emplace_back(std::move(key), std::move(signature));
  handovers_grew_ = true;
}

const std::vector<Octets>& Verifier::keys_of_central(const SignatureCheck& check) {
  if (trusted_.central.empty() || !std::exchange(handovers_grew_, false)) return trusted_.central;
  HeadKeys keys(std::move(trusted_.central), check);
  // One may stand before the one that it rests on.
  while (std::erase_if(handovers_, [&](const auto& each) { return keys.take(each.first, each.second); }) >
         0) {
  }
  return trusted_.central = keys.all();
}

bool Verifier::is_trusted(const Octets& key) const {
  return holds(trusted_.central, key) || holds(trusted_.node, key);
}

void Verifier::take_former_key(const SignatureCheck& check) {
  if (trusted_.node.empty() || trusted_.handover.empty()) return;
  const Octets present = trusted_.node.front(), message = handover_octets(present);
  for (const auto& [id, life] : lives_) {
    if (is_trusted(life.head_key) || !check.verify(life.head_key, message, trusted_.handover)) continue;
    trusted_.node.push_back(life.head_key);
    if (holds(trusted_.central, present)) trusted_.central.push_back(life.head_key);
  }
}

std::optional<Verifier::LifeId> Verifier::signed_life(const v1::SignedHead& signed_head,
                                                      const SignatureCheck& check) {
  v1::Head head;
  if (!head.ParseFromString(signed_head.head())) return std::nullopt;
  const auto journal = journal_of(head);
  if (!journal || journal->stream != v1::ACTS) return std::nullopt;
  const LifeId id{journal->origin, journal->epoch};
  const auto life = lives_.find(id);
  if (life == lives_.end() || !is_trusted(life->second.head_key)) return std::nullopt;
  const Progress& at = progress(*journal);
  // What was kept before a cut is the checkpoint's to prove.
  if (at.broken || at.cut.seq != 0 || head.seq() == 0 || head.seq() > at.tip.seq) return std::nullopt;
  if (head.chain() != view_of(places_[*journal][head.seq()].first)) return std::nullopt;
  if (!check.verify(life->second.head_key, signed_head.head(), signed_head.signature())) return std::nullopt;
  return id;
}

void Verifier::lead(const std::vector<v1::SignedHead>& heads, const SignatureCheck& check) {
  if (trusted_.empty()) return;
  keys_of_central(check);
  take_former_key(check);
  std::vector<LifeId> next;
  std::set<LifeId> reached;
  for (const v1::SignedHead& head : heads)
    if (auto id = signed_life(head, check); id && reached.insert(*id).second) next.push_back(*id);
  while (!next.empty()) {
    const NodeId node = next.back().first;
    const Life life = lives_.at(next.back());
    next.pop_back();
    const auto parent = lives_.find({node, life.parent});
    const auto acts = journals_.find({node, v1::ACTS, life.parent});
    if (parent == lives_.end() || acts == journals_.end() || !reached.insert(parent->first).second) continue;
    // Where its end is another than was named, a countersignature has to say that it is true.
    const Progress& at = acts->second;
    if (at.broken || at.cut.seq != 0 || at.tip.seq != life.parent_seq ||
        life.parent_hash != view_of(at.tip.hash))
      continue;
    parent->second.led_to = true;
    if (holds(trusted_.central, life.head_key) && !holds(trusted_.central, parent->second.head_key))
      trusted_.central.push_back(parent->second.head_key);
    next.push_back(parent->first);
  }
  // One that was opened just now may have no head yet.
  for (auto& [id, life] : lives_) life.led_to = life.led_to || is_trusted(life.head_key);
}

void Verifier::expect_countersigned(Progress& at, const v1::SignedHead& head, std::uint64_t seq,
                                    const SignatureCheck& check) {
  const auto& central = keys_of_central(check);
  const Life& life = lives_.at({at.tip.journal.origin, at.tip.journal.epoch});
  const bool countersigned = std::any_of(central.begin(), central.end(), [&](const Octets& each) {
    return each == life.head_key || check.verify(each, head.head(), head.countersignature());
  });
  if (countersigned) {
    at.countersigned = std::max(at.countersigned, seq);
    return;
  }
  const bool is_claimed = !central.empty() && !head.countersignature().empty();
  const bool may_be_alone = !trusted_.countersignatures_demanded && (trusted_.node.empty() || life.led_to);
  if (!is_claimed && (at.countersigned != 0 || may_be_alone)) return;
  std::string what = "central has not countersigned the head over it" + with_which_key(head.counter_key_id());
  if (!trusted_.countersignatures_demanded && !trusted_.node.empty() && !life.led_to)
    what += "; its life names another key than this folder's";
  found(at, at.countersigned + 1, std::move(what));
}

void Verifier::expect_led_to() {
  if (!findings_.empty() || journals_.empty()) return;
  const auto any = [](const auto& of, const auto& is) { return std::any_of(of.begin(), of.end(), is); };
  Progress& first = journals_.begin()->second;
  if (trusted_.folder_of &&
      !any(journals_, [&](const auto& each) { return each.first.origin == *trusted_.folder_of; }))
    return found(first, 1, "no journal of the file is of the node whose folder this is");
  const bool demanded = trusted_.countersignatures_demanded;
  const bool can_tell = demanded ? !trusted_.central.empty() : !trusted_.node.empty();
  // Keys are no secret: that a life names one proves nothing to who demands a signature.
  if (!can_tell || (!demanded && any(lives_, [](const auto& each) { return each.second.led_to; })) ||
      any(journals_, [](const auto& each) { return each.second.countersigned != 0; }))
    return;
  std::string what = "central has countersigned nothing of the whole file";
  if (!demanded) what += ", and no life in it names this folder's key";
  found(first, 1, std::move(what));
}

std::uint64_t Verifier::countersigned(const JournalId& journal) const {
  const auto at = journals_.find(journal);
  return at == journals_.end() ? 0 : at->second.countersigned;
}

}  // namespace feldsher
