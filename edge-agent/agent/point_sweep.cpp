// PointNode and what a thief of the box must not find: what is past is dropped here, once a day. What leaves
// the scope by feed is dropped with the feed's own commit.
#include "edge-agent/agent/point_node.hpp"
#include "edge-agent/desk/past_acts.hpp"

namespace feldsher::edge {

void PointNode::sweep(const DeskTime& now) {
  swept_day_ = now.day;
  Transaction transaction;
  transaction.values[swept_value] = now.day;
  forget_answers(transaction);
  std::set<SubjectKey> past = past_acts(state_, now);
  std::erase_if(past, [this](const SubjectKey& subject) { return !is_safe(*state_.current(subject)); });
  for (const SubjectKey& subject : past) state_.erase(subject);
  if (!past.empty())
    transaction.erased.push_back([past = std::move(past), node = identity_.node](const Record& record) {
      return record.key.origin == node && record.key.stream == v1::ACTS && past.contains(record.subject);
    });
  world_.ledger.submit(std::move(transaction), [] {});
}

bool PointNode::is_safe(const RecordKey& act) const {
  // An earlier version of the subject may stand in an older life: it has to be safe too, for it would be the
  // present state again if only the later body were dropped.
  for (const sync::Life& life : link_.lives().all()) {
    if (life.epoch == act.epoch) return act.seq <= life.acts.safe;
    if (life.acts.safe < life.acts.tip.seq) return false;
  }
  return false;
}

void PointNode::forget_answers(Transaction& transaction) {
  for (AskId ask : std::exchange(older_answers_, {})) {
    answers_.erase(ask);
    transaction.forgotten.push_back(ask);
  }
  for (const auto& [ask, answer] : answers_) older_answers_.insert(ask);
}

}  // namespace feldsher::edge
