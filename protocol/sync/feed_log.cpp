#include "protocol/sync/feed_log.hpp"

namespace feldsher::sync {

void FeedLog::push(Item item) {
  items_.push_back(std::move(item));
  ++last_;
  // The states that began it are kept as well, so that a new feed can always be sent from its first item.
  if (items_.size() > items_kept + scope_.all().size()) items_.pop_front();
}

void FeedLog::add(v1::FeedKind kind, std::shared_ptr<const Record> record) {
  scope_.put(record->subject, record->key);
  SubjectKey subject = record->subject;
  push({kind, std::move(record), subject, false});
}

void FeedLog::leave(SubjectKey subject) {
  if (!in_scope(subject)) return;
  scope_.drop(subject);
  push({v1::FEED_LEAVE, nullptr, subject, false});
}

void FeedLog::end_transaction() {
  if (!items_.empty()) items_.back().last_of_transaction = true;
}

v1::FeedBatch FeedLog::batch(std::uint64_t n, std::size_t octets) const {
  v1::FeedBatch batch;
  batch.set_feed_epoch(epoch_);
  std::size_t used = 0;
  for (bool whole = true; n <= last_ && (used < octets || !whole); ++n) {
    const Item& item = items_[static_cast<std::size_t>(n - (last_ - items_.size()) - 1)];
    v1::FeedItem& wire = *batch.add_items();
    wire.set_n(n);
    wire.set_kind(item.kind);
    if (item.record) {
      *wire.mutable_record() = to_wire(item.record->stored, false);
    } else {
      wire.set_subject_type(item.subject.type);
      wire.set_subject(item.subject.id.to_octets());
    }
    used += wire.ByteSizeLong();
    whole = item.last_of_transaction;
  }
  return batch;
}

}  // namespace feldsher::sync
