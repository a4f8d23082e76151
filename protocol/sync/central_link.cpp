#include "protocol/sync/central_link.hpp"

#include <algorithm>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher::sync {
namespace {

constexpr OctetsView pardon_value = "pardoned";
// Who was on the line so shortly before another came with an older disk is no former self of it.
constexpr std::uint64_t rival_ms = 30'000;

}  // namespace

CentralLink::CentralLink(TenantId tenant, NodeId node, NodeId central, Ledger& ledger, const Signer& signer,
                         const SignatureCheck& check, CentralLinkHost& host, Patience patience)
    : tenant_(tenant),
      node_(node),
      central_(central),
      ledger_(ledger),
      signer_(signer),
      check_(check),
      host_(host),
      patience_(patience) {}

std::string CentralLink::tickets_value(NodeId node) { return "node/" + node.to_text() + "/tickets"; }

std::string CentralLink::ahead_value(NodeId node) { return "node/" + node.to_text() + "/ahead"; }

std::string CentralLink::cut_value(NodeId node) { return "cut/" + node.to_text(); }

CentralLink::Journal& CentralLink::journal(v1::Stream stream, Epoch epoch) {
  auto [at, is_new] = journals_.try_emplace({epoch, stream});
  if (is_new) at->second.tip.journal = {node_, stream, epoch};
  return at->second;
}

void CentralLink::resume(const JournalTip& tip) {
  Journal& at = journal(tip.journal.stream, tip.journal.epoch);
  at.tip = tip;
  at.durable = tip.seq;
  at.recent[tip.seq] = tip.hash;
}

void CentralLink::resume_tickets(OctetsView octets) {
  pardoned_ = octets == pardon_value;
  by_pardon_ = octets.size() == 32 + by_pardon_mark.size();
  if (octets.size() != 32 && !by_pardon_) return;
  tickets_ = {Octets(octets.substr(0, 16)), Octets(octets.substr(16, 16))};
}

void CentralLink::resume_ahead(OctetsView octets) {
  forgiven_ = octets == forgiven_value;
  ahead_ = !octets.empty() && !forgiven_;
}

void CentralLink::resume_cut(OctetsView octets) {
  if (!countersigned_.ParseFromArray(octets.data(), static_cast<int>(octets.size()))) countersigned_.Clear();
}

void CentralLink::resume_life(const Record& opened) {
  if (lives_.contains(opened.key.epoch)) return;
  lives_.take(opened.key.epoch);
  if (auto life = opened.body<v1::NodeLife>()) {
    life_keys_[opened.key.epoch] = life->head_key();
    handovers_[opened.key.epoch] = life->handover();
  }
}

void CentralLink::forgive() {
  ahead_ = false;
  forgiven_ = true;
  anew_feed_ = 0;
}

void CentralLink::put_ahead(OctetsView octets) {
  Transaction transaction;
  transaction.values[ahead_value(node_)] = Octets(octets);
  ledger_.submit(std::move(transaction), [] {});
}

Transaction CentralLink::pardon() {
  pardoned_ = true;
  forgive();
  tickets_ = {};
  return pardoned(node_);
}

Transaction CentralLink::pardoned(NodeId node) {
  Transaction transaction;
  transaction.values[tickets_value(node)] = Octets(pardon_value);
  transaction.values[ahead_value(node)] = Octets(forgiven_value);
  return transaction;
}

void CentralLink::durably(Transaction transaction, std::function<void()> work) {
  ledger_.submit(std::move(transaction), [this, connection = connection_, work = std::move(work)] {
    if (connection == connection_) work();
  });
}

void CentralLink::connected(Wire& wire, const Instant& now) {
  if (wire_ && phase_ == Phase::live) rival_until_ms_ = heard_ms_ + rival_ms;
  if (wire_) drop("another connection of the same node took its place");
  ++connection_;
  wire_ = &wire;
  now_ = now;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  phase_ = Phase::greeted;
  greeting_.clear();
  gone_on_.clear();
}

void CentralLink::disconnected(const Wire& wire) {
  if (&wire != wire_) return;
  ++connection_;
  wire_ = nullptr;
  phase_ = Phase::offline;
  rebuilding_.reset();
  if (std::exchange(when_arrived_, nullptr)) part_size_.broke_off();
}

void CentralLink::drop(const std::string& why) {
  Wire* wire = wire_;
  if (!wire) return;
  disconnected(*wire);
  wire->close(why);
}

void CentralLink::fault(v1::IncidentKind kind, const std::string& why) {
  if (reported_.insert(std::to_string(kind) + why).second) host_.incident(kind, node_, why);
  drop(why);
}

void CentralLink::receive(const v1::Frame& frame, const Instant& now) {
  if (!wire_ || phase_ == Phase::refused) return;
  now_ = now;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  last_heard_wall_ms_ = now.wall_ms;
  switch (frame.message_case()) {
    case v1::Frame::kHello:
      return on_hello(frame.hello());
    case v1::Frame::kBatch:
      return on_batch(frame.batch());
    case v1::Frame::kCheckpoint:
      return on_checkpoint(frame.checkpoint());
    case v1::Frame::kStateQuestion:
      return on_state_question(frame.state_question());
    case v1::Frame::kFeedAcknowledgement:
      return on_feed_acknowledgement(frame.feed_acknowledgement());
    case v1::Frame::kHeartbeat:
      if (!frame.heartbeat().answer()) return wire_->send(Heartbeat::answer_to(frame));
      if (const auto asked_ms = heartbeat_.answered(frame.heartbeat())) {
        down_.line_answered(*asked_ms);
        if (const auto next = std::exchange(when_arrived_, nullptr)) {
          part_size_.arrived(now_ms_);
          next();
        }
      }
      return;
    default:
      return;
  }
}

void CentralLink::on_feed_acknowledgement(const v1::FeedAcknowledgement& acknowledgement) {
  if (phase_ != Phase::live || acknowledgement.feed_epoch() != host_.feed(node_).epoch()) return;
  if (forgiven_ && acknowledgement.feed_epoch() == anew_feed_) {
    forgiven_ = false;
    put_ahead("");
  }
  if (down_.acknowledge(acknowledgement.n(), now_ms_)) pump_feed();
}

void CentralLink::feed_grew(const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  if (phase_ == Phase::live) pump_feed();
}

void CentralLink::pump_feed() {
  FeedLog& feed = host_.feed(node_);
  if (feed.epoch() != fed_epoch_) return drop("the feed begins anew");
  down_.offer(feed.last());
  while (down_.has_more() && down_.window_open()) {
    // Items that are no longer kept cannot be sent: at its next hello the node gets a new feed.
    if (!feed.can_resume(down_.next() - 1)) return drop("the node is too far behind its feed");
    v1::Frame frame;
    *frame.mutable_feed() = feed.batch(down_.next());
    down_.sent(frame.feed().items().rbegin()->n(), now_ms_);
    wire_->send(frame);
  }
}

void CentralLink::send_mark() {
  FeedLog& feed = host_.feed(node_);
  if (feed.last() == 0) return;
  v1::Frame frame;
  frame.mutable_feed()->set_feed_epoch(feed.epoch());
  v1::FeedItem& mark = *frame.mutable_feed()->add_items();
  mark.set_n(feed.last());
  mark.set_kind(v1::FEED_MARK);
  marked_feed_ = feed.scope().hash();
  marked_up_ = host_.state_hash_of_acts(node_);
  mark.set_state_hash(to_octets(marked_feed_));
  mark.set_up_state_hash(to_octets(marked_up_));
  v1::JournalMark& up = *mark.mutable_up();
  up = journal(v1::ACTS, life()).tip.mark();
  mark.set_mark_signature(signer_.sign(mark_place(tenant_, node_, feed.epoch(), mark)));
  wire_->send(frame);
}

void CentralLink::tick(const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  if (!wire_) return;
  if (phase_ == Phase::refused) return drop("refused");
  if (now_ms_ - heard_ms_ >= patience_.silence_ms) return drop("the node is silent");
  // Working it out may take longer than a node waits for a word, and a question may have been lost.
  if (rebuilding_ || when_arrived_)
    if (const auto question = heartbeat_.due(now_ms_, patience_.heartbeat_ms)) wire_->send(*question);
  if (phase_ != Phase::live) return;
  down_.give_up_waiting(now_ms_, patience_.resend_ms);
  pump_feed();
  // A quiet node beats by itself; this only shows whether what is awaited may still be on its way.
  if (down_.in_flight())
    if (const auto question = heartbeat_.due(now_ms_, patience_.heartbeat_ms)) wire_->send(*question);
  const Journal& acts = journal(v1::ACTS, life());
  const bool quiet = !down_.has_more() && !down_.in_flight() && acts.durable == acts.tip.seq;
  if (quiet && now_ms_ - mark_ms_ >= patience_.mark_ms) {
    FeedLog& feed = host_.feed(node_);
    if (feed.scope().hash() == marked_feed_ && host_.state_hash_of_acts(node_) == marked_up_) return;
    mark_ms_ = now_ms_;
    send_mark();
  }
}

}  // namespace feldsher::sync
