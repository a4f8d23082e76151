// PointNode and what a thief of the box must not find: what is past is dropped here, once a day, and what two
// people ordered to be erased. What leaves the scope by feed is dropped with the feed's own commit.
#include "edge-agent/agent/point_node.hpp"
#include "edge-agent/desk/past_acts.hpp"
#include "protocol/journal/records_at.hpp"

namespace feldsher::edge {
namespace {

// Of so many subjects one transaction drops the bodies, at the most: people are served between two of them.
constexpr std::size_t sweep_step = 500;

}  // namespace

void PointNode::sweep(const DeskTime& now) {
  swept_day_ = now.day;
  past_ = past_acts(state_, now);
  Transaction transaction;
  forget_answers(transaction);
  sweep_on(std::move(transaction));
}

void PointNode::sweep_on(Transaction transaction) {
  std::set<SubjectKey> past;
  while (!past_.empty() && past.size() < sweep_step) {
    const SubjectKey subject = past_.extract(past_.begin()).value();
    if (const auto act = state_.current(subject); act && is_safe(*act)) past.insert(subject);
  }
  for (const SubjectKey& subject : past) state_.erase(subject);
  if (!past.empty()) transaction.erased.push_back(RecordsAt(bodies_.take(past)));
  // Written down when all is done: a process that dies before it begins anew with what is left.
  if (past_.empty()) transaction.values[swept_value] = swept_day_;
  sweeping_ = true;
  world_.ledger.submit(std::move(transaction), [this] { sweeping_ = false; });
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

void PointNode::keep_ended() {
  if (state_.ended() == ended_kept_) return;
  ended_kept_ = state_.ended();
  Transaction transaction;
  transaction.values[ended_value] = ended_kept_.to_octets();
  world_.ledger.submit(std::move(transaction), [] {});
}

void PointNode::erase(const Record& order) {
  const auto erasure = order.body<v1::Erasure>();
  if (!erasure || erasure->status() != v1::ERASURE_ORDERED) return;
  std::set<SubjectKey> subjects;
  for (const v1::ErasedSubject& each : erasure->subjects())
    if (auto id = Uuid::from_octets(each.id())) subjects.insert({each.type(), *id});
  for (const SubjectKey& subject : subjects) state_.erase(subject);
  bodies_.take(subjects);
  // Each new feed brings the order again: the journal is searched once.
  const std::string name = erased_value + order.subject.id.to_text();
  if (std::exchange(erased_[name], order.key.to_octets()) == order.key.to_octets()) return;
  Transaction transaction;
  transaction.erased.push_back(erase_pick(*erasure));
  transaction.values[name] = order.key.to_octets();
  for (const auto& [ask, answer] : answers_) transaction.forgotten.push_back(ask);
  answers_.clear();
  older_answers_.clear();
  on_erased(*erasure, transaction);
  world_.ledger.submit(std::move(transaction), [] {});
}

bool PointNode::erases(const BlockSpan& block) const {
  for (const auto& [id, row] : state_.erasures.rows())
    if (feldsher::erases(row.state, block)) return true;
  return false;
}

void PointNode::drop_erased(const std::vector<Record>& written, Transaction& with) const {
  if (state_.erasures.rows().empty()) return;
  std::vector<RecordKey> gone;
  for (const Record& record : written)
    if (const auto block = record.body<v1::ReadingBlock>(); block && erases(span_of(*block)))
      gone.push_back(record.key);
  if (!gone.empty()) with.erased.push_back(RecordsAt(std::move(gone)));
}

}  // namespace feldsher::edge
