#include "protocol/sync/rebuilt.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "protocol/contracts/clinic.pb.h"

namespace feldsher::sync {
namespace {

/// Puts the parts together. Each step says whether what it took is sound; `wrong` says what was not.
class Reading {
 public:
  Reading(const RebuildOf& of, const SignatureCheck& check) : of_(of), check_(check) {}

  bool read(std::span<const v1::Rebuild> parts) {
    const v1::Rebuild& first = parts.front();
    if (!take(first.checkpoint())) return false;
    if (!std::all_of(first.trees().begin(), first.trees().end(),
                     [this](const auto& tree) { return take(tree); }))
      return false;
    KeptSet kept(order_of(checkpoint_));
    for (const v1::Rebuild& part : parts) {
      for (const v1::WireRecord& wire : part.kept())
        if (!take(wire, kept)) return false;
      for (const v1::CutReadings& each : part.readings())
        if (!take(each)) return false;
    }
    return need(kept.size() == checkpoint_.kept() && checkpoint_.kept_root() == view_of(kept.root()) &&
                    checkpoint_.state_hash() == view_of(kept.state_hash()),
                "what was kept is not what the checkpoint names") &&
           need(std::all_of(journals_.begin(), journals_.end(),
                            [this](const auto& entry) { return entry.second.is_sound(of_.tenant); }),
                "a journal without its tree, or with a record of another place");
  }
  Rebuilt result() {
    for (auto& [id, journal] : journals_) rebuilt_.journals.push_back(std::move(journal));
    return std::move(rebuilt_);
  }
  const std::string& wrong() const { return wrong_; }

 private:
  bool need(bool holds, const char* otherwise) {
    if (!holds) wrong_ = otherwise;
    return holds;
  }

  bool take(const v1::SignedCheckpoint& checkpoint) {
    rebuilt_.checkpoint = checkpoint;
    if (!need(checkpoint_.ParseFromString(checkpoint.checkpoint()) &&
                  checkpoint_.tenant() == of_.tenant.to_octets() &&
                  checkpoint_.node() == of_.node.to_octets(),
              "a checkpoint that is not of this node") ||
        !need(is_signed_by(of_.central_key, checkpoint, checkpoint.countersignature(), check_),
              "a checkpoint that central has not countersigned"))
      return false;
    return need(std::all_of(checkpoint_.cuts().begin(), checkpoint_.cuts().end(),
                            [this](const v1::JournalCut& cut) { return take(cut); }),
                "a checkpoint with a cut that is none");
  }
  bool take(const v1::JournalCut& cut) {
    const JournalId id{of_.node, cut.stream(), Epoch{cut.epoch()}};
    BegunJournal& begun = journals_[id];
    if (begun.cut.seq != 0) return false;  // Named twice.
    begun.cut.journal = id;
    begun.cut.seq = cut.seq();
    begun.tree_known = !cut.tree_root().empty();
    return digest_from(cut.chain(), begun.cut.hash) && cut.seq() != 0 &&
           cut.stream() == (begun.tree_known ? v1::ACTS : v1::READINGS);
  }
  bool take(const v1::CutTree& tree) {
    const auto at = journals_.find({of_.node, tree.stream(), Epoch{tree.epoch()}});
    if (!need(at != journals_.end() && at->second.cut.edge.restore(at->second.cut.seq, tree.edge()),
              "a tree of no journal that was cut"))
      return false;
    const Digest root = at->second.cut.edge.root();
    return need(!at->second.tree_known || std::any_of(checkpoint_.cuts().begin(), checkpoint_.cuts().end(),
                                                      [&](const v1::JournalCut& cut) {
                                                        return cut.stream() == tree.stream() &&
                                                               cut.epoch() == tree.epoch() &&
                                                               cut.tree_root() == view_of(root);
                                                      }),
                "a tree that is not the checkpoint's");
  }
  bool take(const v1::WireRecord& wire, KeptSet& kept) {
    Record record;
    if (!need(from_wire(wire, nullptr, record) == RecordFault::none, "a record that cannot be read"))
      return false;
    const auto at = journals_.find(record.journal());
    if (!need(at != journals_.end() && record.key.stream == v1::ACTS && !kept.pass(record),
              "a record that would not be kept"))
      return false;
    if (record.key.epoch.value == checkpoint_.epoch() && record.key.seq == 1)
      if (const auto opened = record.body<v1::NodeLife>();
          opened && !need(is_signed_by(opened->head_key(), rebuilt_.checkpoint,
                                       rebuilt_.checkpoint.signature(), check_),
                          "a checkpoint that this node has not signed"))
        return false;
    at->second.kept.push_back(std::move(record));
    return true;
  }
  bool take(const v1::CutReadings& each) {
    bool sound = each.device().size() == 16 && each.first_size() == each.last_size();
    for (int n = 0; sound && n < each.first_size(); ++n) sound = each.first(n) <= each.last(n);
    rebuilt_.readings.push_back(each);
    return need(sound, "numbers of readings that are none");
  }

  const RebuildOf& of_;
  const SignatureCheck& check_;
  v1::Checkpoint checkpoint_;
  std::map<JournalId, BegunJournal> journals_;
  Rebuilt rebuilt_;
  std::string wrong_;
};

}  // namespace

std::variant<Rebuilt, std::string> read_rebuild(std::span<const v1::Rebuild> parts, const RebuildOf& of,
                                                const SignatureCheck& check) {
  Reading reading(of, check);
  if (!reading.read(parts)) return reading.wrong();
  return reading.result();
}

}  // namespace feldsher::sync
