// What CentralLink says to a node that wants to cut its journals: yes, when it comes to the same from its
// own.
#include <algorithm>

#include "protocol/record/result.hpp"
#include "protocol/sync/central_link.hpp"

namespace feldsher::sync {

/// A checkpoint that is being worked out, and what was worked out for those before it.
struct CentralLink::Judging {
  v1::SignedCheckpoint asked;
  v1::Checkpoint checkpoint;
  std::vector<JournalTip> reached;  // Of each of its cuts.
};

void CentralLink::on_checkpoint(const v1::SignedCheckpoint& asked) {
  if (phase_ != Phase::live || asked.checkpoint() == refused_checkpoint_) return;
  if (judging_ && judging_->asked.checkpoint() == asked.checkpoint()) return;  // A repeat.
  auto judging = std::make_shared<Judging>();
  judging->asked = asked;
  v1::Checkpoint& checkpoint = judging->checkpoint;
  const bool readable = checkpoint.ParseFromString(asked.checkpoint()) &&
                        checkpoint.tenant() == tenant_.to_octets() && checkpoint.node() == node_.to_octets();
  const auto key = life_keys_.find(Epoch{checkpoint.epoch()});
  if (!readable || key == life_keys_.end() || !is_signed_by(key->second, asked, asked.signature(), check_))
    return fault(v1::INCIDENT_QUARANTINE, "a checkpoint that cannot be read, or that it has not signed");
  std::map<JournalId, std::uint64_t> cuts;
  for (const v1::JournalCut& cut : checkpoint.cuts())
    if (!cuts.emplace(JournalId{node_, cut.stream(), Epoch{cut.epoch()}}, cut.seq()).second)
      return fault(v1::INCIDENT_QUARANTINE, "a checkpoint that cuts a journal twice");
  if (!may_cut(checkpoint)) return;  // Not yet: it asks again.
  // What passed for an earlier checkpoint need not be read again, unless this one is older.
  const bool older = std::any_of(walked_.begin(), walked_.end(), [&cuts](const auto& entry) {
    const auto at = cuts.find(entry.first);
    return at == cuts.end() ? entry.first.stream == v1::ACTS : at->second < entry.second.seq;
  });
  if (older) forget_walked();
  judging_ = std::move(judging);
  judge_next();
}

// Whoever has only one copy must not tell a node to let go of the other.
bool CentralLink::may_cut(const v1::Checkpoint& checkpoint) {
  return host_.standby_in_step() &&
         std::all_of(checkpoint.cuts().begin(), checkpoint.cuts().end(), [this](const v1::JournalCut& cut) {
           const auto at = journals_.find({Epoch{cut.epoch()}, cut.stream()});
           return at != journals_.end() && cut.seq() <= std::min(at->second.safe, at->second.durable);
         });
}

void CentralLink::forget_walked() {
  walked_.clear();
  walked_set_ = new_walked_set();
}

KeptSet CentralLink::new_walked_set() const {
  return KeptSet([this](const RecordKey& a, const RecordKey& b) { return lives_.later(a, b); });
}

void CentralLink::judge_next() {
  const auto& cuts = judging_->checkpoint.cuts();
  const auto n = judging_->reached.size();
  if (n == static_cast<std::size_t>(cuts.size())) return judge();
  const v1::JournalCut& cut = cuts[static_cast<int>(n)];
  const JournalId journal{node_, cut.stream(), Epoch{cut.epoch()}};
  // Of readings nothing is kept: the hash of the record at the cut stands for all before it.
  const bool acts = cut.stream() == v1::ACTS;
  JournalTip& at = walked_[journal];
  at.journal = journal;
  if (at.seq == cut.seq()) {
    judging_->reached.push_back(at);
    return judge_next();
  }
  const std::uint64_t from = acts ? at.seq + 1 : cut.seq();
  ledger_.read(journal, from, acts ? ReadLimits{} : ReadLimits{.records = 1, .octets = 1},
               [this, judging = judging_, connection = connection_, journal, acts,
                to = cut.seq()](const std::vector<Record>& records) {
                 if (judging != judging_) return;
                 if (connection != connection_ || records.empty()) return judging_.reset();
                 JournalTip& tip = walked_[journal];
                 for (const Record& record : records) {
                   if (record.key.seq > to) break;
                   if (acts) {
                     tip.advance(record);
                     walked_set_.pass(record);
                   } else {
                     tip = {.journal = journal, .seq = to, .hash = record.stored.hash, .edge = {}};
                   }
                   // A cut within a transaction is none.
                   if (record.key.seq == to && record.header.more() != 0) return refuse_checkpoint();
                 }
                 judge_next();
               });
}

void CentralLink::judge() {
  const v1::Checkpoint ours =
      make_checkpoint(tenant_, node_, Epoch{judging_->checkpoint.epoch()}, judging_->reached, walked_set_);
  // Both by this program: what a newer one says beside it is not known to be so, and not signed.
  if (ours.SerializeAsString() != judging_->checkpoint.SerializeAsString()) return refuse_checkpoint();
  const auto judging = std::exchange(judging_, nullptr);
  if (!may_cut(judging->checkpoint)) return;  // The standby went away meanwhile.
  v1::Frame frame;
  *frame.mutable_checkpoint() = judging->asked;
  countersign(*frame.mutable_checkpoint(), signer_);
  countersigned_ = frame.checkpoint();
  Transaction kept;
  kept.values[cut_value(node_)] = countersigned_.SerializeAsString();
  ledger_.submit(std::move(kept), [] {});
  wire_->send(frame);
}

void CentralLink::refuse_checkpoint() {
  refused_checkpoint_ = std::exchange(judging_, nullptr)->asked.checkpoint();
  forget_walked();
  if (reported_.insert("checkpoint").second)
    host_.incident(v1::INCIDENT_HASH, node_, "what it would keep of its journals is not what is held here");
}

void CentralLink::note_cut(const v1::Hello& hello) {
  for (const v1::JournalMark& cut : hello.cut()) {
    const auto at = journals_.find({Epoch{cut.epoch()}, cut.stream()});
    const std::uint64_t held = at == journals_.end() ? 0 : at->second.tip.seq;
    if (held < cut.seq() && reported_.insert("cut " + std::to_string(cut.stream())).second)
      host_.incident(v1::INCIDENT_FORGOTTEN, node_,
                     "of its " + v1::Stream_Name(cut.stream()) + " " + std::to_string(held) +
                         " are held here, and it has cut them up to " + std::to_string(cut.seq()) +
                         ": what lies between is with the standby or in a later backup only");
  }
}

}  // namespace feldsher::sync
