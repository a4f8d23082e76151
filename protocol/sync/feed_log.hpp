#pragma once
#include <deque>
#include <memory>

#include "protocol/record/state_hash.hpp"
#include "protocol/sync/wire.hpp"

namespace feldsher::sync {

/// The feed of one point, as central derives it: numbered items, the subjects in scope, their hash.
///
/// The newest items are kept so that a point can go on where it was; one that is further behind gets a
/// new feed epoch, which begins with states.
class FeedLog {
 public:
  explicit FeedLog(std::uint64_t epoch = 0) : epoch_(epoch) {}

  void record(std::shared_ptr<const Record> record) { add(v1::FEED_RECORD, std::move(record)); }
  void state(std::shared_ptr<const Record> record) { add(v1::FEED_STATE, std::move(record)); }
  void leave(SubjectKey subject);
  /// What was added since the last call came of one transaction: no batch cuts it.
  void end_transaction();

  bool in_scope(const SubjectKey& subject) const { return scope_.current(subject).has_value(); }
  const SubjectSet& scope() const { return scope_; }
  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t last() const { return last_; }
  /// Whether a point that has applied `n` can go on from there.
  bool can_resume(std::uint64_t n) const { return n <= last_ && n + items_.size() >= last_; }
  /// Whether that is shorter than to begin anew with a state of each subject in scope.
  bool worth_resuming(std::uint64_t n) const {
    return can_resume(n) && last_ - n <= scope_.all().size() + always_resumed;
  }

  /// Items from `n` on: whole transactions, as many as fit (at least one). Empty when there are none.
  v1::FeedBatch batch(std::uint64_t n, std::size_t octets = 64 * 1024) const;

  /// How many items are kept beyond one for each subject in scope.
  static constexpr std::size_t items_kept = 20'000;
  /// So many items are never a reason to begin anew, however small the scope.
  static constexpr std::size_t always_resumed = 1'000;

 private:
  struct Item {
    v1::FeedKind kind;
    std::shared_ptr<const Record> record;
    SubjectKey subject;
    bool last_of_transaction = false;
  };
  void add(v1::FeedKind kind, std::shared_ptr<const Record> record);
  void push(Item item);

  std::uint64_t epoch_ = 0, last_ = 0;
  std::deque<Item> items_;  // The last ones; the newest has number last_.
  SubjectSet scope_;
};

}  // namespace feldsher::sync
