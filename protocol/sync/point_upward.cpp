// PointLink on the way up: acts first, then readings, life by life.
#include "protocol/sync/point_link.hpp"

namespace feldsher::sync {

void PointLink::on_acknowledgement(const v1::Acknowledgement& acknowledgement) {
  const v1::JournalMark& stored = acknowledgement.stored();
  Life* life = lives_.find(Epoch{stored.epoch()});
  if (phase_ != Phase::live || !life) return;
  const bool progress = life->way(stored.stream()).outgoing.acknowledge(stored.seq(), now_ms_);
  if (progress && stored.stream() == v1::READINGS) batch_size_.acknowledged(now_ms_);
  life->settle(stored.stream(), stored.seq());
  lives_.note_safe(acknowledgement.safe());
  Transaction transaction;
  lives_.put(transaction);
  v1::Head head;
  if (acknowledgement.has_countersigned() && !central_key_.empty() &&
      head.ParseFromString(acknowledgement.countersigned().head()) &&
      check_.verify(central_key_, acknowledgement.countersigned().head(),
                    acknowledgement.countersigned().countersignature()))
    transaction.heads.push_back(acknowledgement.countersigned());
  ledger_.submit(std::move(transaction), [] {});
  pump();
}

void PointLink::durable(const JournalTip& tip, const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  Life* life = lives_.find(tip.journal.epoch);
  if (!life || tip.seq <= life->way(tip.journal.stream).tip.seq) return;
  life->way(tip.journal.stream).tip = tip;
  life->way(tip.journal.stream).outgoing.offer(tip.seq);
  pump();
}

void PointLink::propose(const v1::SignedCheckpoint& checkpoint) {
  if (phase_ != Phase::live) return;
  v1::Frame frame;
  *frame.mutable_checkpoint() = checkpoint;
  wire_->send(frame);
}

void PointLink::was_cut(const JournalTip& cut) {
  if (Life* life = lives_.find(cut.journal.epoch)) life->way(cut.journal.stream).cut = cut.seq;
}

void PointLink::wrote(const Record& record) {
  const bool act = record.key.stream == v1::ACTS;
  if (act && !outdated(record)) own_.put(record.subject, record.key);
  Life* life = lives_.find(record.key.epoch);
  if (!life) return;
  Life::Way& way = life->way(record.key.stream);
  if (record.key.seq > way.outgoing.acknowledged())
    way.unsynced[record.key.seq] = record.header.at().wall_ms();
  if (act && record.header.verb() == v1::OPENED)
    if (auto opened = record.body<v1::NodeLife>()) life->head_key = opened->head_key();
}

void PointLink::pump() {
  // Readings never overtake acts that can go.
  if (phase_ == Phase::live && pump(v1::ACTS)) pump(v1::READINGS);
}

bool PointLink::pump(v1::Stream stream) {
  for (Life& life : lives_.all()) {
    Life::Way& way = life.way(stream);
    if (way.reading) return false;
    if (!way.outgoing.has_more()) continue;
    if (way.outgoing.acknowledged() < way.cut) {
      // What central lacks was cut here. Acts of younger lives would not be taken before it is made good.
      if (stream == v1::ACTS) return true;
      continue;
    }
    // A younger life follows when all of the older is on its way.
    if (!way.outgoing.window_open()) return true;
    way.reading = true;
    ledger_.read(
        way.tip.journal, way.outgoing.next(),
        {.octets = stream == v1::READINGS ? batch_size_.octets() : ReadLimits{}.octets},
        [this, stream, epoch = life.epoch, connection = connection_](const std::vector<Record>& records) {
          if (connection != connection_) return;
          Life* of = lives_.find(epoch);
          of->way(stream).reading = false;
          if (records.empty()) return;
          send_batch(*of, stream, records);
          pump();
        });
    return false;
  }
  return true;
}

void PointLink::send_batch(Life& life, v1::Stream stream, const std::vector<Record>& records) {
  Life::Way& way = life.way(stream);
  // Sending may have begun anew while the disk was read.
  if (records.front().key.seq != way.outgoing.next()) return;
  v1::Frame frame;
  v1::Batch& batch = *frame.mutable_batch();
  batch.set_stream(stream);
  batch.set_epoch(life.epoch.value);
  batch.set_first_seq(records.front().key.seq);
  batch.set_prev(to_octets(records.front().stored.prev));
  for (const Record& record : records) {
    *batch.add_records() = to_wire(record.stored, true);
    // A central that was restored lacks what it had acknowledged once.
    way.unsynced[record.key.seq] = record.header.at().wall_ms();
  }
  // The heads of a life are signed by the key that its `opened` names, and by no later one.
  if (records.back().key.seq == way.tip.seq && life.head_key == signer_.public_key())
    *batch.mutable_head() = sign_head(writer_.tenant(), way.tip, signer_);
  way.outgoing.sent(records.back().key.seq, now_ms_);
  if (stream == v1::READINGS) batch_size_.sent(now_ms_, batch.ByteSizeLong());
  wire_->send(frame);
}

}  // namespace feldsher::sync
