#include "protocol/sync/point_link.hpp"

#include <utility>

namespace feldsher::sync {

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
    if (connection == connection_) work();
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
  if (!std::exchange(rebuild_parts_, {}).empty()) ++rebuilds_broken_off_;
  batch_size_.reset();
  for (Life& life : lives_.all()) life.acts.reading = life.readings.reading = false;
  draw_ticket();
}

void PointLink::disconnected() {
  ++connection_;
  wire_ = nullptr;
  if (phase_ != Phase::refused) phase_ = Phase::offline;
  if (difference_) report_difference("");
}

void PointLink::drop(const std::string& why) {
  Wire& wire = *wire_;
  disconnected();
  wire.close(why);
}

void PointLink::receive(const v1::Frame& frame, const Instant& now) {
  if (!wire_) return;
  now_ = now;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  if (!frame.heartbeat().answer()) told_ms_ = now_ms_;
  switch (frame.message_case()) {
    case v1::Frame::kWelcome:
      return on_welcome(frame.welcome(), now);
    case v1::Frame::kAcknowledgement:
      return on_acknowledgement(frame.acknowledgement());
    case v1::Frame::kRestore:
      return on_restore(frame.restore());
    case v1::Frame::kStateAnswer:
      return on_state_answer(frame.state_answer());
    case v1::Frame::kRebuild:
      return on_rebuild(frame.rebuild());
    case v1::Frame::kFeed:
      return on_feed(frame.feed(), now);
    case v1::Frame::kCheckpoint:
      if (is_signed_by(central_key_, frame.checkpoint(), frame.checkpoint().countersignature(), check_))
        on_checkpoint(frame.checkpoint());
      return;
    case v1::Frame::kHeartbeat:
      if (!frame.heartbeat().answer()) return wire_->send(Heartbeat::answer_to(frame));
      // A central without room answers and takes no readings: they go on being repeated ever more seldom.
      if (const auto asked_ms = heartbeat_.answered(frame.heartbeat()))
        for (Life& life : lives_.all()) life.acts.outgoing.line_answered(*asked_ms);
      return;
    default:
      return;  // A newer central may say what this version does not know.
  }
}

void PointLink::tick(const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  if (!wire_) return;
  if (phase_ == Phase::restoring) return wait_for_restore();
  if (now_ms_ - heard_ms_ >= patience_.silence_ms) return drop("central is silent");
  if (phase_ == Phase::greeting && greeted_ && now_ms_ - greeted_ms_ >= patience_.resend_ms) return greet();
  if (phase_ != Phase::live) return;
  if (difference_ && now_ms_ - difference_->asked_ms >= patience_.resend_ms) report_difference("");
  for (Life& life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS})
      if (life.way(stream).outgoing.give_up_waiting(now_ms_, patience_.resend_ms)) batch_size_.reset();
  pump();
  if (const auto question = heartbeat_.due(now_ms_, patience_.heartbeat_ms)) wire_->send(*question);
}

}  // namespace feldsher::sync
