#include "protocol/sync/point_feed.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <utility>

#include "protocol/clinic/authority.hpp"

namespace feldsher::sync {
namespace {

constexpr const char* position_value = "feed/position";
// Not empty: an older feed gave some of what is held, and the present one has not brought it again yet.
constexpr const char* stale_value = "feed/stale";
// Central's id, then epoch and seq of each of its lives.
constexpr const char* heard_value = "feed/heard";
constexpr std::size_t id_octets = 16, row_octets = 16;
// Epoch, seq and header hash of each: a value of its own, since older versions write only the one before.
constexpr const char* heard_chain_value = "feed/heard-chain";
constexpr std::size_t chain_row_octets = row_octets + sizeof(Digest);

}  // namespace

void PointFeed::resume(JournalStore& store) {
  auto octets = store.value(position_value);
  if (octets && octets->size() == 16) {
    epoch_ = boost::endian::load_big_u64(reinterpret_cast<const unsigned char*>(octets->data()));
    position_ = boost::endian::load_big_u64(reinterpret_cast<const unsigned char*>(octets->data()) + 8);
  }
  const bool some_stale = !store.value(stale_value).value_or("").empty();
  if (some_stale) applied_ = std::exchange(position_, 0);
  const Octets heard = store.value(heard_value).value_or("");
  const auto* rows = reinterpret_cast<const unsigned char*>(heard.data());
  if (heard.size() >= id_octets)
    central_ = NodeId::from_octets(heard.substr(0, id_octets)).value_or(NodeId{});
  for (std::size_t at = id_octets; at + row_octets <= heard.size(); at += row_octets)
    heard_[Epoch{boost::endian::load_big_u64(rows + at)}].seq = boost::endian::load_big_u64(rows + at + 8);
  const Octets chains = store.value(heard_chain_value).value_or("");
  rows = reinterpret_cast<const unsigned char*>(chains.data());
  for (std::size_t at = 0; at + chain_row_octets <= chains.size(); at += chain_row_octets)
    if (auto heard_of = heard_.find(Epoch{boost::endian::load_big_u64(rows + at)});
        heard_of != heard_.end() && heard_of->second.seq == boost::endian::load_big_u64(rows + at + 8))
      std::copy_n(rows + at + row_octets, sizeof(Digest), heard_of->second.chain.begin());
  scope_.clear();
  stale_.clear();
  store.scope([&](Record&& record) {
    if (some_stale)
      stale_.insert(record.subject);
    else
      scope_.put(record.subject, record.key);
  });
}

void PointFeed::put_position(Transaction& transaction) const {
  unsigned char octets[16];
  boost::endian::store_big_u64(octets, epoch_);
  boost::endian::store_big_u64(octets + 8, std::max(position_, applied_));
  transaction.values[position_value] = Octets(reinterpret_cast<const char*>(octets), sizeof octets);
  transaction.values[stale_value] = stale_.empty() ? "" : "some";
  Octets heard = central_.to_octets(), chains;
  for (const auto& [epoch, last] : heard_) {
    boost::endian::store_big_u64(octets, epoch.value);
    boost::endian::store_big_u64(octets + 8, last.seq);
    heard.append(reinterpret_cast<const char*>(octets), sizeof octets);
    chains.append(reinterpret_cast<const char*>(octets), sizeof octets).append(view_of(last.chain));
  }
  transaction.values[heard_value] = std::move(heard);
  transaction.values[heard_chain_value] = std::move(chains);
}

Transaction PointFeed::begin(std::uint64_t epoch, NodeId central) {
  central_ = central;
  heard_.clear();
  epoch_ = epoch;
  position_ = applied_ = 0;
  for (const auto& [subject, record] : scope_.all()) stale_.insert(subject);
  scope_.clear();
  Transaction transaction;
  put_position(transaction);
  return transaction;
}

PointFeed::Applied PointFeed::apply(const v1::FeedBatch& batch, TenantId tenant) {
  Applied applied;
  if (batch.feed_epoch() != epoch_) return applied;
  // A batch is applied whole or not at all, so its numbers are looked at first.
  std::uint64_t before = 0;
  for (const v1::FeedItem& item : batch.items()) {
    if (item.n() == 0) return applied;
    if (before != 0 && item.n() != (item.kind() == v1::FEED_MARK ? before : before + 1)) return applied;
    before = item.n();
  }
  if (batch.items_size() > 0 && batch.items(0).n() > position_ + 1) return applied;
  std::uint64_t reached = position_;
  for (const v1::FeedItem& item : batch.items()) {
    if (item.kind() == v1::FEED_MARK) {
      if (item.n() == reached) applied.mark = item;
      continue;
    }
    if (item.n() <= position_) continue;  // A repeat.
    reached = item.n();
    if (item.kind() == v1::FEED_LEAVE) {
      auto id = Uuid::from_octets(item.subject());
      if (!id) {
        applied.quarantined.push_back("a leave without a subject");
        continue;
      }
      SubjectKey subject{item.subject_type(), *id};
      scope_.drop(subject);
      stale_.erase(subject);
      if (item.n() <= applied_) continue;
      applied.transaction.scope.push_back({subject, std::nullopt});
      applied.changes.push_back({subject, std::nullopt});
      continue;
    }
    Record record;
    RecordFault fault = from_wire(item.record(), nullptr, record);
    if (fault != RecordFault::none || record.tenant != tenant) {
      applied.quarantined.push_back(fault == RecordFault::none ? "a record of another tenant"
                                                               : to_text(fault));
      continue;
    }
    if (record.key.origin == central_ && record.key.stream == v1::ACTS)
      if (Heard& last = heard_[record.key.epoch]; last.seq < record.key.seq)
        last = {record.key.seq, record.stored.hash};
    // It must not take the place of what is held, here or on the disk.
    if (!central_.is_nil() && !may_write(record, central_)) {
      applied.quarantined.push_back(misplaced(record));
      continue;
    }
    scope_.put(record.subject, record.key);
    stale_.erase(record.subject);
    if (item.n() <= applied_) continue;
    applied.transaction.scope.push_back({record.subject, record.stored});
    const SubjectKey subject = record.subject;
    applied.changes.push_back({subject, std::move(record)});
  }
  applied.in_order = true;
  if (reached > position_) {
    position_ = reached;
    put_position(applied.transaction);
  }
  return applied;
}

std::set<SubjectKey> PointFeed::drop_stale(Transaction& transaction) {
  std::set<SubjectKey> dropped = std::exchange(stale_, {});
  if (dropped.empty()) return dropped;
  for (const SubjectKey& subject : dropped) transaction.scope.push_back({subject, std::nullopt});
  put_position(transaction);
  return dropped;
}

}  // namespace feldsher::sync
