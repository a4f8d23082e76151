#include "protocol/sync/point_link.hpp"

#include <algorithm>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher::sync {
namespace {

constexpr const char* ticket_value = "link/ticket";
constexpr const char* next_ticket_value = "link/next-ticket";

}  // namespace

PointLink::PointLink(std::string software, JournalWriter& writer, Ledger& ledger, Random& random,
                     const Signer& signer, const SignatureCheck& check, PointLinkHost& host,
                     Patience patience)
    : software_(std::move(software)),
      writer_(writer),
      ledger_(ledger),
      random_(random),
      signer_(signer),
      check_(check),
      host_(host),
      patience_(patience),
      lives_(writer.node()) {}

bool PointLink::resume(JournalStore& store) {
  ticket_ = store.value(ticket_value).value_or("");
  next_ticket_ = store.value(next_ticket_value).value_or("");
  feed_.resume(store);
  lives_.resume(store);
  if (lives_.empty()) return false;
  writer_.begin(lives_.present().epoch);
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) writer_.resume(lives_.present().way(stream).tip);
  return true;
}

void PointLink::durably(Transaction transaction, std::function<void()> work) {
  ledger_.submit(std::move(transaction), [this, connection = connection_, work = std::move(work)] {
    if (connection == connection_ && wire_) work();
  });
}

void PointLink::connected(Wire& wire, const Instant& now) {
  ++connection_;
  wire_ = &wire;
  now_ = now;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  phase_ = Phase::greeting;
  refusal_ = v1::REFUSAL_NONE;
  early_.clear();
  batch_size_.reset();
  for (Life& life : lives_.all()) life.acts.reading = life.readings.reading = false;
  draw_ticket();
}

void PointLink::draw_ticket() {
  greeted_ = false;
  Transaction tickets;
  if (ticket_.empty()) ticket_ = random_.octets(16);
  if (next_ticket_.empty()) next_ticket_ = random_.octets(16);
  tickets.values[ticket_value] = ticket_;
  tickets.values[next_ticket_value] = next_ticket_;
  durably(std::move(tickets), [this] { greet(); });
}

void PointLink::greet() {
  greeted_ = true;
  greeted_ms_ = now_ms_;
  greeted_life_ = writer_.epoch();
  v1::Frame frame;
  v1::Hello& hello = *frame.mutable_hello();
  hello.set_version(protocol_version);
  hello.set_tenant(writer_.tenant().to_octets());
  hello.set_node(writer_.node().to_octets());
  hello.set_software(software_);
  hello.set_epoch(writer_.epoch().value);
  for (const Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) *hello.add_held() = life.way(stream).tip.mark();
  hello.set_ticket(ticket_);
  hello.set_next_ticket(next_ticket_);
  hello.set_feed_epoch(feed_.epoch());
  hello.set_feed_position(feed_.position());
  hello.set_unsealed(unsealed);
  for (const Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
      if (life.way(stream).cut == 0) continue;
      v1::JournalMark& cut = *hello.add_cut();
      cut.set_stream(stream);
      cut.set_epoch(life.epoch.value);
      cut.set_seq(life.way(stream).cut);
    }
  for (const auto& [epoch, seq] : feed_.heard()) {
    v1::JournalMark& heard = *hello.add_heard();
    heard.set_stream(v1::ACTS);
    heard.set_epoch(epoch.value);
    heard.set_seq(seq);
  }
  hello.mutable_at()->set_wall_ms(now_.wall_ms);
  hello.mutable_at()->set_boot(now_.boot);
  hello.mutable_at()->set_since_boot_ms(now_.since_boot_ms);
  hello.mutable_at()->set_trust(now_.trust);
  wire_->send(frame);
}

void PointLink::disconnected() {
  ++connection_;
  wire_ = nullptr;
  if (phase_ != Phase::refused) phase_ = Phase::offline;
}

void PointLink::drop(const std::string& why) {
  Wire* wire = wire_;
  disconnected();
  if (wire) wire->close(why);
}

void PointLink::receive(const v1::Frame& frame, const Instant& now) {
  if (!wire_) return;
  now_ = now;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  switch (frame.message_case()) {
    case v1::Frame::kWelcome:
      return on_welcome(frame.welcome(), now);
    case v1::Frame::kAcknowledgement:
      return on_acknowledgement(frame.acknowledgement());
    case v1::Frame::kRestore:
      return on_restore(frame.restore());
    case v1::Frame::kFeed:
      return on_feed(frame.feed(), now);
    case v1::Frame::kCheckpoint:
      if (is_signed_by(central_key_, frame.checkpoint(), frame.checkpoint().countersignature(), check_))
        on_checkpoint(frame.checkpoint());
      return;
    case v1::Frame::kHeartbeat:
      if (!frame.heartbeat().answer()) {
        v1::Frame answer = frame;
        answer.mutable_heartbeat()->set_answer(true);
        wire_->send(answer);
      }
      return;
    default:
      return;  // A newer central may say what this version does not know.
  }
}

void PointLink::on_welcome(const v1::Welcome& welcome, const Instant& now) {
  // A repeated welcome to an earlier hello must not move our tickets.
  if (phase_ != Phase::greeting || welcome.next_ticket() != next_ticket_ || next_ticket_.empty()) return;
  if (welcome.refusal() != v1::REFUSAL_NONE) {
    phase_ = Phase::refused;
    refusal_ = welcome.refusal();
    if (refusal_ == v1::REFUSAL_CLONE)
      host_.incident(v1::INCIDENT_CLONE, "central refused this box as a copy");
    return drop("refused by central");
  }
  // The ticket was accepted: the next hello shows the next one.
  ticket_ = next_ticket_;
  next_ticket_.clear();
  Transaction accepted;
  accepted.values[ticket_value] = ticket_;
  accepted.values[next_ticket_value] = "";
  ledger_.submit(std::move(accepted), [] {});

  central_key_ = welcome.central_head_key();
  if (welcome.behind()) return begin_restore(welcome);
  if (greeted_life_ != writer_.epoch())
    return greet_again();  // A life began while this hello was on its way.
  confirmed_ = true;
  if (welcome.wall_ms() != 0) host_.central_time(welcome.wall_ms(), welcome.uncertainty_ms());
  for (Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) life.way(stream).outgoing.restart(0, now_ms_);
  for (const v1::JournalMark& mark : welcome.held())
    if (Life* life = lives_.find(Epoch{mark.epoch()})) {
      life->way(mark.stream()).outgoing.restart(mark.seq(), now_ms_);
      life->settle(mark.stream(), mark.seq());
    }
  // A central that was restored without its standby may hold less than what was safe.
  lives_.bound_safe();
  if (welcome.feed_epoch() != feed_.epoch())
    ledger_.submit(
        feed_.begin(welcome.feed_epoch(), NodeId::from_octets(welcome.central()).value_or(NodeId{})), [] {});
  last_feed_ms_ = now.wall_ms;
  phase_ = Phase::live;
  note_lost();
  pump();
}

void PointLink::greet_again() {
  phase_ = Phase::greeting;
  draw_ticket();
}

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

void PointLink::on_feed(const v1::FeedBatch& batch, const Instant& now) {
  if (phase_ != Phase::live) return;
  PointFeed::Applied applied = feed_.apply(batch, writer_.tenant());
  if (!applied.in_order) return;  // Central sends again from what we acknowledge.
  last_feed_ms_ = now.wall_ms;
  for (const auto& [subject, record] : applied.changes) {
    if (!record) {
      host_.feed_left(subject);
      continue;
    }
    if (!writer_.clock().hear(record->header.at(), now))
      host_.incident(v1::INCIDENT_CLOCK, "a stamp of the feed is far ahead of our synchronised clock");
    host_.feed_record(*record);
  }
  for (const std::string& what : applied.quarantined)
    host_.incident(v1::INCIDENT_QUARANTINE, "feed: " + what);
  if (applied.mark && check_mark(*applied.mark))
    for (const SubjectKey& subject : feed_.drop_stale(applied.transaction)) host_.feed_left(subject);
  // Also a repeat is acknowledged: the acknowledgement may be what was lost.
  durably(std::move(applied.transaction), [this, epoch = feed_.epoch(), position = feed_.position()] {
    v1::Frame frame;
    frame.mutable_feed_acknowledgement()->set_feed_epoch(epoch);
    frame.mutable_feed_acknowledgement()->set_n(position);
    wire_->send(frame);
  });
}

bool PointLink::check_mark(const v1::FeedItem& mark) {
  if (!check_.verify(central_key_, mark_place(writer_.tenant(), writer_.node(), feed_.epoch(), mark),
                     mark.mark_signature())) {
    host_.incident(v1::INCIDENT_QUARANTINE, "feed: a mark that central did not sign");
    return false;
  }
  bool differs = mark.state_hash() != view_of(feed_.scope().hash());
  // Our own acts can be compared only when central has projected all of them.
  if (mark.up().epoch() == writer_.epoch().value && mark.up().seq() == writer_.tip(v1::ACTS).seq)
    differs = differs || mark.up_state_hash() != view_of(own_.hash());
  if (differs && !mark_differed_)
    host_.incident(v1::INCIDENT_HASH, "state hashes differ at feed item " + std::to_string(mark.n()));
  mark_differed_ = differs;
  return true;
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

void PointLink::note_lost() {
  for (const Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
      const Life::Way& way = life.way(stream);
      if (way.outgoing.acknowledged() < way.cut)
        host_.incident(v1::INCIDENT_FORGOTTEN, "central holds " + v1::Stream_Name(stream) + " up to " +
                                                   std::to_string(way.outgoing.acknowledged()) +
                                                   " only, and here they were cut up to " +
                                                   std::to_string(way.cut));
    }
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
  if (record.key.stream != v1::ACTS) return;
  if (!outdated(record)) own_.put(record.subject, record.key);
  Life* life = lives_.find(record.key.epoch);
  if (!life) return;
  if (record.key.seq > life->acts.outgoing.acknowledged())
    life->unsynced[record.key.seq] = record.header.at().wall_ms();
  if (record.header.verb() == v1::OPENED)
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
          if (phase_ != Phase::live || records.empty()) return;
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
  for (const Record& record : records) *batch.add_records() = to_wire(record.stored, true);
  // The heads of a life are signed by the key that its `opened` names, and by no later one.
  if (records.back().key.seq == way.tip.seq && life.head_key == signer_.public_key())
    *batch.mutable_head() = sign_head(writer_.tenant(), way.tip, signer_);
  way.outgoing.sent(records.back().key.seq, now_ms_);
  if (stream == v1::READINGS) batch_size_.sent(now_ms_, batch.ByteSizeLong());
  wire_->send(frame);
}

void PointLink::tick(const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  if (!wire_) return;
  if (now_ms_ - heard_ms_ >= patience_.silence_ms) return drop("central is silent");
  if (phase_ == Phase::greeting && greeted_ && now_ms_ - greeted_ms_ >= patience_.resend_ms) return greet();
  if (phase_ == Phase::restoring && now_ms_ - heard_ms_ >= patience_.resend_ms)
    return drop("the restore came to a halt");
  if (phase_ != Phase::live) return;
  for (Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS})
      if (life.way(stream).outgoing.give_up_waiting(now_ms_, patience_.resend_ms)) batch_size_.reset();
  pump();
  if (now_ms_ - beat_ms_ >= patience_.heartbeat_ms) {
    beat_ms_ = now_ms_;
    v1::Frame frame;
    frame.mutable_heartbeat()->set_n(++beats_);
    wire_->send(frame);
  }
}

}  // namespace feldsher::sync
