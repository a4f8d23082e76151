// PointLink on a disk that lost journals which had been cut: it takes what was kept of them, all or nothing.
#include <algorithm>

#include "protocol/sync/point_link.hpp"

namespace feldsher::sync {

void PointLink::on_rebuild(const v1::Rebuild& part) {
  if ((phase_ != Phase::restoring && phase_ != Phase::greeting) || part.part() == 0) return;
  // Of an attempt that another has followed nothing counts.
  if (!rebuild_parts_.empty() && rebuild_parts_.begin()->second.attempt() != part.attempt())
    rebuild_parts_.clear();
  rebuild_parts_[part.part()] = part;
  if (phase_ == Phase::restoring) put_back_early();
}

void PointLink::rebuild_early() {
  if (phase_ != Phase::restoring || rebuild_parts_.empty()) return;
  const std::uint32_t parts = rebuild_parts_.begin()->second.parts();
  if (rebuild_parts_.size() != parts || rebuild_parts_.rbegin()->first != parts) return;
  std::vector<v1::Rebuild> all;
  for (auto& [n, part] : std::exchange(rebuild_parts_, {})) all.push_back(std::move(part));
  // One that holds something of its journals, or has cuts of its own, does not need it: a repeat.
  const bool empty = std::all_of(lives_.all().begin(), lives_.all().end(), [](const Life& life) {
    return life.acts.cut == 0 && life.readings.cut == 0;
  });
  if (!empty) return;
  auto read = read_rebuild(
      all, {.tenant = writer_.tenant(), .node = writer_.node(), .central_key = central_key_}, check_);
  if (auto* rebuilt = std::get_if<Rebuilt>(&read)) return rebuild(std::move(*rebuilt));
  // The next hello asks for all records, each of which the chain bears out.
  rebuild_refused_ = true;
  const std::string why = "central handed back " + std::get<std::string>(read);
  host_.incident(v1::INCIDENT_QUARANTINE, why);
  drop(why);
}

void PointLink::rebuild(Rebuilt rebuilt) {
  for (const BegunJournal& journal : rebuilt.journals) {
    const JournalId& id = journal.cut.journal;
    const Life* life = lives_.find(id.epoch);
    if (!life || id.epoch == writer_.epoch() || life->way(id.stream).tip.seq != 0) return;
  }
  for (const BegunJournal& journal : rebuilt.journals) {
    Life::Way& way = lives_.find(journal.cut.journal.epoch)->way(journal.cut.journal.stream);
    way.tip = journal.cut;
    way.cut = journal.cut.seq;
    way.outgoing.offer(way.tip.seq);
    for (const Record& record : journal.kept) writer_.resume_after(record.header.at());
  }
  Transaction transaction;
  transaction.values[checkpoint_value] = rebuilt.checkpoint.SerializeAsString();
  lives_.put(transaction);
  host_.rebuilt(rebuilt, transaction);
  transaction.begun = std::move(rebuilt.journals);
  ledger_.submit(std::move(transaction), [] {});
}

}  // namespace feldsher::sync
