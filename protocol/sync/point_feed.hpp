#pragma once
#include <set>

#include "protocol/journal/store.hpp"
#include "protocol/record/state_hash.hpp"
#include "protocol/sync/wire.hpp"

namespace feldsher::sync {

/// The receiving end of a point's feed: takes items in order, keeps the subjects in scope and their
/// state hash, and says what must become durable.
///
/// A new feed takes minutes on a slow line, and the line may go down meanwhile: what the old feed gave stays,
/// as stale, until the new one has brought it again or is whole. Which subjects are stale is not stored, only
/// that some are: a process that starts then takes all for stale, and asks for the feed from its first item.
/// What a former process applied of it is counted again and not applied: no subject goes back in time.
class PointFeed {
 public:
  /// What applying a batch came to.
  struct Applied {
    bool in_order = false;    ///< False: not the next items; nothing was applied.
    Transaction transaction;  ///< To be made durable before it is acknowledged.
    struct Change {
      SubjectKey subject;
      std::optional<Record> record;  ///< Its current record; absent: it left.
    };
    std::vector<Change> changes;           ///< In order: a subject may leave and come back within one batch.
    std::vector<std::string> quarantined;  ///< Items that fail their own checks: counted over, not applied.
    std::optional<v1::FeedItem> mark;      ///< The last mark, when the batch ends with one.
  };

  /// What a store held when the process started.
  void resume(JournalStore& store);

  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t position() const { return position_; }
  /// What this feed gave.
  const SubjectSet& scope() const { return scope_; }

  /// The last act of a life of central's that this feed has brought.
  struct Heard {
    std::uint64_t seq = 0;
    Digest chain{};  ///< Its header hash; zero where an older version wrote down the number only.
    bool operator==(const Heard&) const = default;
  };
  /// The node whose feed it is; nil before a feed has begun.
  NodeId central() const { return central_; }
  /// How far this feed has brought acts of `central`, by its lives.
  const std::map<Epoch, Heard>& heard() const { return heard_; }

  /// What an older feed gave and this one has not brought again yet.
  const std::set<SubjectKey>& stale() const { return stale_; }

  /// A new feed of `central`: what the old one gave is stale.
  Transaction begin(std::uint64_t epoch, NodeId central = {});
  Applied apply(const v1::FeedBatch& batch, TenantId tenant);
  /// The feed is whole, central has signed a mark: what is still stale leaves, with `transaction`. Says what.
  std::set<SubjectKey> drop_stale(Transaction& transaction);

 private:
  void put_position(Transaction& transaction) const;

  std::uint64_t epoch_ = 0, position_ = 0;
  SubjectSet scope_;
  std::set<SubjectKey> stale_;
  std::uint64_t applied_ = 0;  // Up to here a former process of ours has applied this feed.
  NodeId central_;
  std::map<Epoch, Heard> heard_;
};

}  // namespace feldsher::sync
