// What CentralLink takes in: batches of a node's journals, checked, made durable, acknowledged.
#include "protocol/journal/head_keys.hpp"
#include "protocol/record/result.hpp"
#include "protocol/sync/central_link.hpp"

namespace feldsher::sync {
namespace {

constexpr std::size_t recent_kept = 1024;

}  // namespace

void CentralLink::on_batch(const v1::Batch& batch) {
  if (phase_ != Phase::live || batch.records_size() == 0) return;
  if (batch.stream() != v1::ACTS && batch.stream() != v1::READINGS)
    return fault(v1::INCIDENT_QUARANTINE, "a batch of no known stream");
  const Epoch epoch{batch.epoch()};
  if (!was_greeted(epoch))
    return fault(v1::INCIDENT_QUARANTINE, "a batch of a life that its hello did not name");
  gone_on_.insert(tickets_.next);
  Journal& at = journal(batch.stream(), epoch);
  if (batch.first_seq() > at.tip.seq + 1) return;  // A gap: what lies between is on its way again.
  std::optional<Received> received = read_batch(batch, at);
  if (!received) return;
  if (received->records.empty()) {
    // A repeat: the acknowledgement may be what was lost.
    if (at.durable == at.tip.seq) acknowledge(at.tip.journal, std::nullopt);
    return;
  }
  if (batch.stream() == v1::READINGS && !host_.takes_readings()) return;
  const auto head_key = head_key_for(received->records.front());
  if (!head_key) return;
  std::optional<v1::SignedHead> head;
  if (batch.has_head()) {
    HeadFault bad = check_head(batch.head(), tenant_, received->tip, *head_key, check_);
    if (bad != HeadFault::none) return fault(v1::INCIDENT_FORK, std::string("its head: ") + to_text(bad));
    head = batch.head();
    countersign(*head, signer_);
  }
  take(at, std::move(*received), std::move(head));
}

std::optional<CentralLink::Received> CentralLink::read_batch(const v1::Batch& batch, const Journal& at) {
  auto bad = [this](v1::IncidentKind kind, const std::string& why) {
    fault(kind, why);
    return std::nullopt;
  };
  auto fork_at = [&](const char* where, std::uint64_t seq) {
    return bad(v1::INCIDENT_FORK, std::string("two records with one key") + where + std::to_string(seq));
  };
  // The record before the batch must be the one that is held here.
  if (auto known = at.recent.find(batch.first_seq() - 1);
      known != at.recent.end() && batch.prev() != view_of(known->second))
    return fork_at(", before ", batch.first_seq());
  Received received{.records = {}, .tip = at.tip};
  std::uint64_t seq = batch.first_seq();
  Digest prev{};
  if (!digest_from(batch.prev(), prev))
    return bad(v1::INCIDENT_QUARANTINE, "a batch without its predecessor");
  for (const v1::WireRecord& wire : batch.records()) {
    Record record;
    if (RecordFault why = from_wire(wire, &prev, record); why != RecordFault::none)
      return bad(v1::INCIDENT_QUARANTINE, std::string("a record that cannot be placed: ") + to_text(why));
    if (record.tenant != tenant_ || record.journal() != at.tip.journal || record.key.seq != seq)
      return bad(v1::INCIDENT_QUARANTINE, "a record of another place than its batch says");
    prev = record.stored.hash;
    if (auto known = at.recent.find(seq); known != at.recent.end() && known->second != record.stored.hash)
      return fork_at(" at ", seq);
    ++seq;
    if (record.key.seq <= received.tip.seq) continue;
    if (record.stored.prev != received.tip.hash) return fork_at(", before ", record.key.seq);
    received.tip.advance(record);
    received.records.push_back(std::move(record));
  }
  if (!received.records.empty() && received.records.back().header.more() != 0)
    return bad(v1::INCIDENT_QUARANTINE, "a batch that cuts a transaction");
  return received;
}

std::optional<Octets> CentralLink::head_key_for(const Record& first) {
  if (first.key.seq != 1 || first.key.stream != v1::ACTS) {
    // Readings before the acts that open their life: they come again.
    auto known = life_keys_.find(first.key.epoch);
    return known == life_keys_.end() ? std::nullopt : std::optional(known->second);
  }
  const auto opened = first.body<v1::NodeLife>();
  if (first.header.verb() != v1::OPENED || !opened) {
    fault(v1::INCIDENT_QUARANTINE, "a life that does not begin with a readable `opened`");
    return std::nullopt;
  }
  if (!may_open(first.key.epoch, *opened)) return std::nullopt;  // What comes before it is on its way.
  if (!may_sign(*opened)) {
    fault(v1::INCIDENT_HEAD_KEY, "a life was opened with another head key than the one that was enrolled");
    return std::nullopt;
  }
  return opened->head_key();
}

void CentralLink::take(Journal& at, Received received, std::optional<v1::SignedHead> head) {
  if (const Record& first = received.records.front();
      first.header.verb() == v1::OPENED && first.key.seq == 1 && first.key.stream == v1::ACTS) {
    resume_life(first);
    refused_checkpoint_.clear();
    note_branch(first);
  }
  for (const Record& record : received.records) {
    at.recent[record.key.seq] = record.stored.hash;
    if (!host_.clock().hear(record.header.at(), now_) && reported_.insert("clock").second)
      host_.incident(v1::INCIDENT_CLOCK, node_, "its stamps are far ahead of our synchronised clock");
  }
  while (at.recent.size() > recent_kept) at.recent.erase(at.recent.begin());
  at.tip = received.tip;
  Transaction transaction;
  transaction.records = received.records;
  if (head) transaction.heads.push_back(*head);
  ledger_.submit(std::move(transaction),
                 [this, connection = connection_, records = std::move(received.records),
                  head = std::move(head), id = at.tip.journal] {
                   journal(id.stream, id.epoch).durable = records.back().key.seq;
                   host_.received(node_, records);
                   if (connection == connection_) acknowledge(id, head);
                 });
}

bool CentralLink::may_open(Epoch epoch, const v1::NodeLife& life) {
  const Epoch parent{life.parent_epoch()};
  if (was_greeted(parent) && journal(v1::ACTS, parent).tip.seq < life.parent_seq()) return false;
  // Those of which nothing is here are taken up in the node's order: it has no other one for them. Of one
  // that it has lost nothing comes.
  for (const GreetedLife& older : greeted_lives_) {
    if (older.life == epoch) break;
    if (older.has_acts && !lives_.contains(older.life)) return false;
  }
  return true;
}

bool CentralLink::may_sign(const v1::NodeLife& life) {
  std::vector<Octets> enrolled = host_.head_keys(node_);
  if (enrolled.empty()) return true;  // A central that was restored may not know of the enrolment.
  HeadKeys keys(std::move(enrolled), check_);
  for (Epoch earlier : lives_.all()) keys.take(life_keys_[earlier], handovers_[earlier]);
  return keys.take(life.head_key(), life.handover());
}

void CentralLink::note_branch(const Record& opened) {
  const auto life = opened.body<v1::NodeLife>();
  const auto parent = journals_.find({Epoch{life->parent_epoch()}, v1::ACTS});
  if (parent == journals_.end() || parent->second.tip.seq <= life->parent_seq()) return;
  host_.incident(v1::INCIDENT_BRANCH, node_,
                 "it went on from record " + std::to_string(life->parent_seq()) +
                     " of a life that had gone on to " + std::to_string(parent->second.tip.seq));
}

void CentralLink::acknowledge(const JournalId& id, std::optional<v1::SignedHead> head) {
  const Journal& at = journal(id.stream, id.epoch);
  v1::Frame frame;
  v1::JournalMark& stored = *frame.mutable_acknowledgement()->mutable_stored();
  stored.set_stream(id.stream);
  stored.set_epoch(id.epoch.value);
  stored.set_seq(at.durable);
  if (auto known = at.recent.find(at.durable); known != at.recent.end())
    stored.set_chain(to_octets(known->second));
  v1::JournalMark& safe = *frame.mutable_acknowledgement()->mutable_safe();
  safe.set_stream(id.stream);
  safe.set_epoch(id.epoch.value);
  safe.set_seq(at.safe);
  if (head) *frame.mutable_acknowledgement()->mutable_countersigned() = *head;
  wire_->send(frame);
}

void CentralLink::safe(const JournalId& id, std::uint64_t seq) {
  Journal& at = journal(id.stream, id.epoch);
  // The standby's word may come before our own disk's.
  if (seq <= at.safe) return;
  at.safe = seq;
  if (wire_ && phase_ == Phase::live && at.durable >= seq) acknowledge(id, std::nullopt);
}

void CentralLink::safe_anew() {
  for (auto& [place, at] : journals_)
    if (std::exchange(at.safe, 0) != 0 && wire_ && phase_ == Phase::live)
      acknowledge(at.tip.journal, std::nullopt);
}

}  // namespace feldsher::sync
