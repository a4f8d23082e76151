// The greeting of PointLink: what it says of itself, and where it goes on after the welcome.
#include <algorithm>

#include "protocol/journal/head_keys.hpp"
#include "protocol/sync/point_link.hpp"
#include "protocol/sync/refusals.hpp"

namespace feldsher::sync {
namespace {

// Records that are handed back one by one stay, whenever the line ends; parts do not.
constexpr int rebuilds_tried = 2;

/// A central that was restored lacks what it had acknowledged once: since when it waits, only the disk knows.
/// Of what was cut here nobody knows any more.
void learn_ages(Lives& lives, Ledger& ledger) {
  for (const Life& life : lives.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
      const Life::Way& way = life.way(stream);
      const std::uint64_t first = std::max(way.outgoing.acknowledged(), way.cut) + 1;
      if (first > way.tip.seq || (!way.unsynced.empty() && way.unsynced.begin()->first == first)) continue;
      ledger.read(way.tip.journal, first, {.records = 1},
                  [&lives, stream, epoch = life.epoch](const std::vector<Record>& records) {
                    Life* of = lives.find(epoch);
                    if (!of || records.empty()) return;
                    const Record& oldest = records.front();
                    if (oldest.key.seq > of->way(stream).outgoing.acknowledged())
                      of->way(stream).unsynced[oldest.key.seq] = oldest.header.at().wall_ms();
                  });
    }
}

}  // namespace

void PointLink::draw_ticket() {
  greeted_ = false;
  Transaction tickets;
  if (ticket_.empty()) ticket_ = random_.octets(16);
  if (next_ticket_.empty()) next_ticket_ = random_.octets(16);
  tickets.values[ticket_value] = ticket_;
  tickets.values[next_ticket_value] = next_ticket_;
  durably(std::move(tickets), [this] {
    // Central judges the first of the hellos with these tickets; a repeat may name a life that began since.
    greeted_life_ = writer_.epoch();
    greet();
  });
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
  for (const Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) *hello.add_held() = life.way(stream).tip.mark();
  hello.set_ticket(ticket_);
  hello.set_next_ticket(next_ticket_);
  hello.set_feed_epoch(feed_.epoch());
  hello.set_feed_position(feed_.position());
  hello.set_unsealed(unsealed);
  hello.set_takes_checkpoint(!rebuild_refused_ && rebuilds_broken_off_ < rebuilds_tried);
  for (const Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
      if (life.way(stream).cut == 0) continue;
      v1::JournalMark& cut = *hello.add_cut();
      cut.set_stream(stream);
      cut.set_epoch(life.epoch.value);
      cut.set_seq(life.way(stream).cut);
    }
  for (const auto& [epoch, last] : feed_.heard()) {
    v1::JournalMark& heard = *hello.add_heard();
    heard.set_stream(v1::ACTS);
    heard.set_epoch(epoch.value);
    heard.set_seq(last.seq);
    if (last.chain != Digest{}) heard.set_chain(to_octets(last.chain));
  }
  hello.mutable_at()->set_wall_ms(now_.wall_ms);
  hello.mutable_at()->set_boot(now_.boot);
  hello.mutable_at()->set_since_boot_ms(now_.since_boot_ms);
  hello.mutable_at()->set_trust(now_.trust);
  wire_->send(frame);
}

void PointLink::on_welcome(const v1::Welcome& welcome, const Instant& now) {
  // A repeated welcome to an earlier hello must not move our tickets.
  if (phase_ != Phase::greeting || welcome.next_ticket() != next_ticket_) return;
  if (welcome.refusal() != v1::REFUSAL_NONE) {
    phase_ = Phase::refused;
    refusal_ = welcome.refusal();
    if (refusal_ == v1::REFUSAL_CLONE)
      host_.incident(v1::INCIDENT_CLONE, "central refused this box as a copy");
    return drop(sentence_of(welcome.refusal()));
  }
  // The ticket was accepted: the next hello shows the next one.
  ticket_ = next_ticket_;
  next_ticket_.clear();
  Transaction accepted;
  accepted.values[ticket_value] = ticket_;
  accepted.values[next_ticket_value] = "";
  for (const v1::HeadKeyHandover& handover : welcome.handovers())
    accepted.values[central_handover_values + to_hex(handover.key())] = handover.signature();
  // Whoever has this ticket knows these lives: it is no copy if it dies before it has any of them back.
  if (welcome.behind()) recall(welcome, accepted);
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
  // The standby that made it safe may be gone, or central another: it says anew what is.
  lives_.forget_safe();
  Transaction marks;
  lives_.put(marks);
  ledger_.submit(std::move(marks), [] {});
  if (welcome.feed_epoch() != feed_.epoch())
    ledger_.submit(
        feed_.begin(welcome.feed_epoch(), NodeId::from_octets(welcome.central()).value_or(NodeId{})), [] {});
  last_feed_ms_ = now.wall_ms;
  phase_ = Phase::live;
  halts_ = 0;
  learn_ages(lives_, ledger_);
  note_lost();
  pump();
}

void PointLink::greet_again() {
  phase_ = Phase::greeting;
  draw_ticket();
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

}  // namespace feldsher::sync
