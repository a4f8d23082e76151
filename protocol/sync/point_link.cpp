#include "protocol/sync/point_link.hpp"

#include <algorithm>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher::sync {
namespace {

constexpr const char* ticket_value = "link/ticket";
constexpr const char* next_ticket_value = "link/next-ticket";
// One batch of readings on the line at a time: an act that is written now waits for no more than that.
constexpr int readings_window = 1;
// Restores that may wait for an earlier one.
constexpr std::size_t early_kept = 64;

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
      patience_(patience) {
  begin_windows();
}

void PointLink::begin_windows() {
  acts_ = {.tip = writer_.tip(v1::ACTS), .outgoing = Outgoing()};
  readings_ = {.tip = writer_.tip(v1::READINGS), .outgoing = Outgoing(readings_window)};
}

void PointLink::resume(JournalStore& store) {
  ticket_ = store.value(ticket_value).value_or("");
  next_ticket_ = store.value(next_ticket_value).value_or("");
  feed_.resume(store);
  // Also of a journal that has no record yet: central may hold some that this disk has lost.
  begin_windows();
  for (const JournalTip& tip : store.tips())
    if (tip.journal.origin == writer_.node() && tip.journal.epoch == writer_.epoch()) {
      up(tip.journal.stream).tip = tip;
      up(tip.journal.stream).outgoing.offer(tip.seq);
    }
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
  acts_.reading = readings_.reading = false;
  draw_ticket();
}

void PointLink::leave_life() {
  ensure(behind_, "only who is behind leaves a life that goes on at central");
  // What is still to be handed back stays at central: this box cannot wait for it any longer.
  open_new_life();
  if (wire_) drop("acts were written before all was handed back");
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
  v1::Frame frame;
  v1::Hello& hello = *frame.mutable_hello();
  hello.set_version(protocol_version);
  hello.set_tenant(writer_.tenant().to_octets());
  hello.set_node(writer_.node().to_octets());
  hello.set_software(software_);
  hello.set_epoch(writer_.epoch().value);
  *hello.add_held() = acts_.tip.mark();
  *hello.add_held() = readings_.tip.mark();
  hello.set_ticket(ticket_);
  hello.set_next_ticket(next_ticket_);
  hello.set_feed_epoch(feed_.epoch());
  hello.set_feed_position(feed_.position());
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
  if (welcome.behind()) {
    phase_ = Phase::restoring;
    behind_ = true;
    restore_to_.clear();
    for (const v1::JournalMark& mark : welcome.held()) restore_to_[mark.stream()] = mark.seq();
    return put_back_early();
  }
  behind_ = false;
  // Not before: learning the time is an act, and who is behind has no place for one.
  if (welcome.wall_ms() != 0) host_.central_time(welcome.wall_ms(), welcome.uncertainty_ms());
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) up(stream).outgoing.restart(0, now_ms_);
  for (const v1::JournalMark& mark : welcome.held())
    if (mark.epoch() == writer_.epoch().value) {
      up(mark.stream()).outgoing.restart(mark.seq(), now_ms_);
      if (mark.stream() == v1::ACTS) unsynced_.erase(unsynced_.begin(), unsynced_.upper_bound(mark.seq()));
    }
  if (welcome.feed_epoch() != feed_.epoch()) {
    host_.feed_began();
    ledger_.submit(feed_.begin(welcome.feed_epoch()), [] {});
  }
  last_feed_ms_ = now.wall_ms;
  phase_ = Phase::live;
  pump();
}

void PointLink::on_restore(const v1::Restore& restore) {
  // One that overtook the welcome, or an earlier one, waits until it can follow.
  const bool expected = phase_ == Phase::restoring || phase_ == Phase::greeting;
  if (!expected || restore.epoch() != writer_.epoch().value || early_.size() >= early_kept) return;
  early_[{restore.stream(), restore.first_seq()}] = restore;
  if (phase_ == Phase::restoring) put_back_early();
}

void PointLink::put_back_early() {
  while (phase_ == Phase::restoring) {
    auto next = std::find_if(early_.begin(), early_.end(), [this](const auto& entry) {
      return entry.first.second <= up(entry.first.first).tip.seq + 1;
    });
    if (next == early_.end()) break;
    put_back(early_.extract(next).mapped());
  }
  for (const auto& [stream, seq] : restore_to_)
    if (up(stream).tip.seq < seq) return;
  if (phase_ == Phase::restoring) finish_restore();
}

void PointLink::put_back(const v1::Restore& restore) {
  Up& at = up(restore.stream());
  std::vector<Record> records;
  JournalTip tip = at.tip;
  std::uint64_t seq = restore.first_seq();
  for (const v1::WireRecord& wire : restore.records()) {
    if (seq++ <= tip.seq) continue;  // A repeat.
    Record record;
    RecordFault fault = from_wire(wire, &tip.hash, record);
    if (fault != RecordFault::none || record.journal() != tip.journal || record.key.seq != tip.seq + 1)
      return drop("central handed back records that are not ours");
    tip.advance(record);
    records.push_back(std::move(record));
  }
  at.tip = tip;
  writer_.resume(tip);
  if (!records.empty()) {
    writer_.resume_after(records.back().header.at());
    Transaction transaction;
    transaction.records = records;
    ledger_.submit(std::move(transaction), [] {});
    host_.restored(records);
  }
}

void PointLink::finish_restore() {
  open_new_life();
  phase_ = Phase::greeting;
  draw_ticket();
}

void PointLink::open_new_life() {
  behind_ = false;
  v1::NodeLife life;
  life.set_parent_epoch(writer_.epoch().value);
  life.set_parent_seq(acts_.tip.seq);
  life.set_parent_hash(to_octets(acts_.tip.hash));
  life.set_reason(v1::OPEN_WAS_BEHIND);
  life.set_head_key(signer_.public_key());
  Epoch epoch;
  do epoch.value = random_.u64();
  while (epoch.value == 0);
  writer_.begin(epoch);
  begin_windows();
  host_.open_life(life);
}

void PointLink::on_acknowledgement(const v1::Acknowledgement& acknowledgement) {
  const v1::JournalMark& stored = acknowledgement.stored();
  if (phase_ != Phase::live || stored.epoch() != writer_.epoch().value) return;
  if (acknowledgement.has_countersigned()) {
    v1::Head head;
    if (head.ParseFromString(acknowledgement.countersigned().head()) && !central_key_.empty() &&
        check_.verify(central_key_, acknowledgement.countersigned().head(),
                      acknowledgement.countersigned().countersignature())) {
      Transaction transaction;
      transaction.heads.push_back(acknowledgement.countersigned());
      ledger_.submit(std::move(transaction), [] {});
    }
  }
  up(stored.stream()).outgoing.acknowledge(stored.seq(), now_ms_);
  if (stored.stream() == v1::ACTS) unsynced_.erase(unsynced_.begin(), unsynced_.upper_bound(stored.seq()));
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
  if (applied.mark) check_mark(*applied.mark);
  // Also a repeat is acknowledged: the acknowledgement may be what was lost.
  durably(std::move(applied.transaction), [this, epoch = feed_.epoch(), position = feed_.position()] {
    v1::Frame frame;
    frame.mutable_feed_acknowledgement()->set_feed_epoch(epoch);
    frame.mutable_feed_acknowledgement()->set_n(position);
    wire_->send(frame);
  });
}

void PointLink::check_mark(const v1::FeedItem& mark) {
  if (!check_.verify(central_key_, mark_place(writer_.tenant(), writer_.node(), feed_.epoch(), mark),
                     mark.mark_signature()))
    return host_.incident(v1::INCIDENT_QUARANTINE, "feed: a mark that central did not sign");
  bool differs = mark.state_hash() != view_of(feed_.scope().hash());
  // Our own acts can be compared only when central has projected all of them.
  if (mark.up().epoch() == writer_.epoch().value && mark.up().seq() == writer_.tip(v1::ACTS).seq)
    differs = differs || mark.up_state_hash() != view_of(own_.hash());
  if (differs && !mark_differed_)
    host_.incident(v1::INCIDENT_HASH, "state hashes differ at feed item " + std::to_string(mark.n()));
  mark_differed_ = differs;
}

void PointLink::durable(const JournalTip& tip, const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  if (tip.journal.epoch != writer_.epoch()) return;
  Up& at = up(tip.journal.stream);
  if (tip.seq <= at.tip.seq) return;
  at.tip = tip;
  at.outgoing.offer(tip.seq);
  pump();
}

void PointLink::wrote(const Record& record) {
  if (record.key.stream != v1::ACTS) return;
  own_.put(record.subject, record.key);
  if (record.key.epoch != std::exchange(unsynced_life_, record.key.epoch)) unsynced_.clear();
  unsynced_[record.key.seq] = record.header.at().wall_ms();
}

void PointLink::pump() {
  if (phase_ != Phase::live) return;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    Up& at = up(stream);
    if (at.reading || !at.outgoing.has_more() || !at.outgoing.window_open()) {
      // Readings never overtake acts that wait to be read.
      if (at.reading && stream == v1::ACTS) return;
      continue;
    }
    at.reading = true;
    ledger_.read(at.tip.journal, at.outgoing.next(), {},
                 [this, stream, connection = connection_](std::vector<Record> records) {
                   if (connection != connection_) return;
                   up(stream).reading = false;
                   if (phase_ != Phase::live || records.empty()) return;
                   send_batch(stream, std::move(records));
                   pump();
                 });
    return;
  }
}

void PointLink::send_batch(v1::Stream stream, std::vector<Record> records) {
  Up& at = up(stream);
  // Sending may have begun anew while the disk was read.
  if (records.front().key.seq != at.outgoing.next() || records.front().key.epoch != writer_.epoch()) return;
  v1::Frame frame;
  v1::Batch& batch = *frame.mutable_batch();
  batch.set_stream(stream);
  batch.set_epoch(writer_.epoch().value);
  batch.set_first_seq(records.front().key.seq);
  batch.set_prev(to_octets(records.front().stored.prev));
  for (const Record& record : records) *batch.add_records() = to_wire(record.stored, true);
  if (records.back().key.seq == at.tip.seq)
    *batch.mutable_head() = sign_head(writer_.tenant(), at.tip, signer_);
  at.outgoing.sent(records.back().key.seq, now_ms_);
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
  for (v1::Stream stream : {v1::ACTS, v1::READINGS})
    up(stream).outgoing.give_up_waiting(now_ms_, patience_.resend_ms);
  pump();
  if (now_ms_ - beat_ms_ >= patience_.heartbeat_ms) {
    beat_ms_ = now_ms_;
    v1::Frame frame;
    frame.mutable_heartbeat()->set_n(++beats_);
    wire_->send(frame);
  }
}

}  // namespace feldsher::sync
