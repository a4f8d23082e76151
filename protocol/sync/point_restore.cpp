// PointLink and the lives of its node: what a restored disk gets back, and where a new life begins.
#include <algorithm>

#include "protocol/sync/point_link.hpp"

namespace feldsher::sync {
namespace {

// Restores that may wait for an earlier one.
constexpr std::size_t early_kept = 64;
// 15 s become 8 minutes: the largest block that a point seals crosses a line of 10 kbit/s in less.
constexpr int most_halts = 5;

}  // namespace

void PointLink::recall(const v1::Welcome& welcome, Transaction& with) {
  std::vector<Epoch> at_central;
  for (const v1::JournalMark& mark : welcome.held())
    if (std::find(at_central.begin(), at_central.end(), Epoch{mark.epoch()}) == at_central.end())
      at_central.push_back(Epoch{mark.epoch()});
  lives_.recall(at_central);
  lives_.put(with);
}

void PointLink::begin_restore(const v1::Welcome& welcome) {
  phase_ = Phase::restoring;
  restoring_since_ms_ = now_ms_;
  restore_to_.clear();
  for (const v1::JournalMark& mark : welcome.held()) {
    restore_to_[{writer_.node(), mark.stream(), Epoch{mark.epoch()}}] = mark.seq();
    // Somebody has written in it after this disk was copied: it is not ours to go on with.
    if (mark.epoch() == writer_.epoch().value) confirmed_ = false;
  }
  put_back_early();
}

void PointLink::on_restore(const v1::Restore& restore) {
  // One that overtook the welcome, or an earlier one, waits until it can follow.
  const bool expected = phase_ == Phase::restoring || phase_ == Phase::greeting;
  if (!expected || early_.size() >= early_kept) return;
  early_[{JournalId{writer_.node(), restore.stream(), Epoch{restore.epoch()}}, restore.first_seq()}] =
      restore;
  if (phase_ == Phase::restoring) put_back_early();
}

void PointLink::wait_for_restore() {
  // While a part crosses a slow line nothing else does, and one record may be larger than a part should be.
  if (now_ms_ - told_ms_ >= patience_.resend_ms << halts_) {
    halts_ = std::min(halts_ + 1, most_halts);
    return drop("the restore came to a halt");
  }
  // Central hears nothing of us either, and would take us for gone.
  if (const auto question = heartbeat_.due(now_ms_, patience_.heartbeat_ms)) wire_->send(*question);
}

void PointLink::put_back_early() {
  rebuild_early();
  while (phase_ == Phase::restoring) {
    auto next = std::find_if(early_.begin(), early_.end(), [this](const auto& entry) {
      const Life* life = lives_.find(entry.first.first.epoch);
      return life && entry.first.second <= life->way(entry.first.first.stream).tip.seq + 1;
    });
    if (next == early_.end()) break;
    put_back(early_.extract(next).mapped());
  }
  if (phase_ != Phase::restoring) return;
  for (const auto& [journal, seq] : restore_to_)
    if (lives_.find(journal.epoch)->way(journal.stream).tip.seq < seq) return;
  // All is back. What comes now belongs to a life that nobody else has written in.
  if (!confirmed_) open_life(v1::OPEN_WAS_BEHIND);
  greet_again();
}

void PointLink::put_back(const v1::Restore& restore) {
  Life& life = *lives_.find(Epoch{restore.epoch()});
  Life::Way& way = life.way(restore.stream());
  std::vector<Record> records;
  JournalTip tip = way.tip;
  std::uint64_t seq = restore.first_seq();
  for (const v1::WireRecord& wire : restore.records()) {
    if (seq++ <= tip.seq) continue;  // A repeat.
    Record record;
    RecordFault fault = from_wire(wire, &tip.hash, record);
    if (fault != RecordFault::none || record.tenant != writer_.tenant() || record.journal() != tip.journal ||
        record.key.seq != tip.seq + 1)
      return drop("central handed back records that are not ours");
    tip.advance(record);
    records.push_back(std::move(record));
  }
  if (records.empty()) return;
  way.tip = tip;
  way.outgoing.offer(tip.seq);
  if (life.epoch == writer_.epoch()) writer_.resume(tip);
  writer_.resume_after(records.back().header.at());
  Transaction transaction;
  transaction.records = records;
  lives_.put(transaction);
  ledger_.submit(std::move(transaction), [] {});
  host_.restored(records);
}

void PointLink::open_life(v1::OpenReason reason) {
  v1::NodeLife life;
  // One that central has and that has not come back yet is not where this disk goes on.
  const auto& lives = lives_.all();
  const auto known =
      std::find_if(lives.rbegin(), lives.rend(), [](const Life& each) { return each.acts.tip.seq != 0; });
  if (known != lives.rend()) {
    const JournalTip& parent = known->acts.tip;
    life.set_parent_epoch(parent.journal.epoch.value);
    life.set_parent_seq(parent.seq);
    life.set_parent_hash(to_octets(parent.hash));
  }
  life.set_reason(reason);
  life.set_head_key(signer_.public_key());
  life.set_handover(signer_.handover());
  Epoch epoch;
  do epoch.value = random_.u64();
  while (epoch.value == 0 || lives_.find(epoch));
  writer_.begin(epoch);
  lives_.begin(epoch);
  confirmed_ = true;
  Transaction with;
  lives_.put(with);
  host_.open_life(life, std::move(with));
}

bool PointLink::outdated(const Record& record) const {
  const auto current = own_.current(record.subject);
  return current && lives_.later(*current, record.key);
}

}  // namespace feldsher::sync
