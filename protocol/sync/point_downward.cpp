// PointLink on the way down: the feed and its marks.
#include "protocol/sync/point_link.hpp"

namespace feldsher::sync {

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
  const bool in_scope = mark.state_hash() != view_of(feed_.scope().hash());
  // Our own acts can be compared only when central has projected all of them.
  const bool in_own = mark.up().epoch() == writer_.epoch().value &&
                      mark.up().seq() == writer_.tip(v1::ACTS).seq &&
                      mark.up_state_hash() != view_of(own_.hash());
  const bool differs = in_scope || in_own;
  if (differs && !mark_differed_) search_difference(!in_scope, mark.n());
  mark_differed_ = differs;
  return true;
}

}  // namespace feldsher::sync
