// CentralLink and a node that has lost journals which had been cut: it is handed back what was kept of them,
// worked out anew from central's own.
#include <algorithm>
#include <deque>

#include "protocol/clinic/authority.hpp"
#include "protocol/contracts/readings.pb.h"
#include "protocol/readings/range_set.hpp"
#include "protocol/sync/central_link.hpp"

namespace feldsher::sync {
namespace {

constexpr std::size_t octets_a_range = 20;  // At most.

/// The parts of a hand-back, as they fill.
class Parts {
 public:
  /// `octets`: of each part, some more when one record has more.
  explicit Parts(std::size_t octets) : octets_a_part_(octets) {}
  v1::Rebuild& first() { return parts_.front(); }
  void add_record(const StoredRecord& stored) {
    make_room(stored.core.size() + (stored.body ? stored.body->size() : 0));
    *parts_.back().add_kept() = to_wire(stored, false);
  }
  void add_ranges(DeviceId device, Epoch epoch, const readings::RangeSet& numbers) {
    v1::CutReadings* at = nullptr;
    for (const readings::Range& range : numbers.ranges()) {
      if (make_room(octets_a_range) || !at) {
        at = parts_.back().add_readings();
        at->set_device(device.to_octets());
        at->set_epoch(epoch.value);
      }
      at->add_first(range.first);
      at->add_last(range.last);
    }
  }
  std::deque<v1::Frame> frames(std::uint64_t attempt) && {
    std::deque<v1::Frame> frames;
    for (v1::Rebuild& part : parts_) {
      part.set_attempt(attempt);
      part.set_part(static_cast<std::uint32_t>(frames.size() + 1));
      part.set_parts(static_cast<std::uint32_t>(parts_.size()));
      *frames.emplace_back().mutable_rebuild() = std::move(part);
    }
    return frames;
  }

 private:
  /// True: it comes first in a new part.
  bool make_room(std::size_t octets) {
    const bool is_full = octets_ != 0 && octets_ + octets > octets_a_part_;
    if (is_full) {
      parts_.emplace_back();
      octets_ = 0;
    }
    octets_ += octets;
    return is_full;
  }

  std::size_t octets_a_part_;
  std::vector<v1::Rebuild> parts_{1};
  std::size_t octets_ = 0;
};

}  // namespace

/// What was kept before the cuts of a checkpoint, while it is being worked out.
struct CentralLink::Rebuilding {
  Rebuilding(KeptSet of, NodeId at) : kept(std::move(of)), central(at) {}

  v1::Checkpoint checkpoint;
  std::vector<Missing> missing;     // What the node lacks; after the cuts, once it is known to be good.
  std::vector<JournalTip> reached;  // Of each of its cuts.
  KeptSet kept;
  NodeId central;
  std::map<RecordKey, StoredRecord> records;
  std::map<std::pair<DeviceId, Epoch>, readings::RangeSet> numbers;

  void take(const Record& record) {
    reached.back().advance(record);
    if (record.key.stream == v1::READINGS) return take_block(record);
    const auto gone = kept.pass(record);
    if (gone != record.key) records.emplace(record.key, record.stored);
    if (gone) records.erase(*gone);
  }
  void take_block(const Record& record) {
    if (record.subject.type != v1::READING_BLOCK || !may_write(record, central)) return;
    const auto block = record.body<v1::ReadingBlock>();
    const auto device = block ? DeviceId::from_octets(block->device()) : std::nullopt;
    if (!device) return;  // It was erased, or is none.
    std::uint64_t number = 0;
    readings::RangeSet& of = numbers[{*device, Epoch{block->epoch()}}];
    for (std::uint64_t delta : block->seq_delta()) of.add(number += delta);
  }
};

bool CentralLink::may_rebuild(const v1::Hello& hello) const {
  v1::Checkpoint checkpoint;
  if (!hello.takes_checkpoint() || hello.cut_size() != 0 || countersigned_.checkpoint().empty() ||
      !checkpoint.ParseFromString(countersigned_.checkpoint()) || checkpoint.cuts().empty())
    return false;
  return std::all_of(checkpoint.cuts().begin(), checkpoint.cuts().end(), [&](const v1::JournalCut& cut) {
    const auto at = journals_.find({Epoch{cut.epoch()}, cut.stream()});
    const bool is_held =
        std::any_of(hello.held().begin(), hello.held().end(), [&cut](const v1::JournalMark& mark) {
          return mark.epoch() == cut.epoch() && mark.stream() == cut.stream() && mark.seq() != 0;
        });
    return !is_held && cut.epoch() != hello.epoch() && cut.seq() != 0 && at != journals_.end() &&
           at->second.durable >= cut.seq();
  });
}

void CentralLink::begin_rebuild(std::vector<Missing> missing) {
  rebuilding_ = std::make_shared<Rebuilding>(new_walked_set(), central_);
  rebuilding_->checkpoint.ParseFromString(countersigned_.checkpoint());
  rebuilding_->missing = std::move(missing);
  walk_next();
}

void CentralLink::walk_next() {
  const auto& cuts = rebuilding_->checkpoint.cuts();
  std::vector<JournalTip>& reached = rebuilding_->reached;
  const bool at_cut =
      !reached.empty() && reached.back().seq == cuts[static_cast<int>(reached.size()) - 1].seq();
  if (reached.empty() || at_cut) {
    if (reached.size() == static_cast<std::size_t>(cuts.size())) return send_rebuild();
    const v1::JournalCut& cut = cuts[static_cast<int>(reached.size())];
    reached.push_back({.journal = {node_, cut.stream(), Epoch{cut.epoch()}}, .edge = {}});
  }
  ledger_.read(
      reached.back().journal, reached.back().seq + 1, {},
      [this, rebuilding = rebuilding_, connection = connection_](const std::vector<Record>& records) {
        if (connection == connection_ && rebuilding == rebuilding_) walk(records);
      });
}

void CentralLink::walk(const std::vector<Record>& records) {
  Rebuilding& at = *rebuilding_;
  const std::uint64_t to = at.checkpoint.cuts(static_cast<int>(at.reached.size()) - 1).seq();
  // What cannot be worked out any more is handed back record by record, as far as it is here.
  if (records.empty()) return hand_back(std::exchange(rebuilding_, nullptr)->missing);
  for (const Record& record : records)
    if (record.key.seq <= to) at.take(record);
  walk_next();
}

void CentralLink::send_rebuild() {
  const auto done = std::exchange(rebuilding_, nullptr);
  std::vector<JournalTip> tips = done->reached;
  for (JournalTip& tip : tips)
    if (tip.journal.stream == v1::READINGS) tip.edge = {};  // As the node says it.
  const Epoch epoch{done->checkpoint.epoch()};
  v1::SignedCheckpoint checkpoint = countersigned_;
  if (make_checkpoint(tenant_, node_, epoch, tips, done->kept).SerializeAsString() !=
          checkpoint.checkpoint() ||
      !is_signed_by(life_keys_[epoch], checkpoint, checkpoint.signature(), check_))
    return hand_back(std::move(done->missing));
  countersign(checkpoint, signer_);  // The key may be another since.
  Parts parts(part_size_.octets());
  *parts.first().mutable_checkpoint() = std::move(checkpoint);
  for (const JournalTip& tip : done->reached) {
    v1::CutTree& tree = *parts.first().add_trees();
    tree.set_stream(tip.journal.stream);
    tree.set_epoch(tip.journal.epoch.value);
    tree.set_edge(tip.edge.to_octets());
    for (Missing& missing : done->missing)
      if (missing.journal == tip.journal) missing.from = tip.seq + 1;
  }
  for (const auto& [key, stored] : done->records) parts.add_record(stored);
  for (const auto& [stream, numbers] : done->numbers) parts.add_ranges(stream.first, stream.second, numbers);
  ++rebuilds_;
  std::erase_if(done->missing, [this](const Missing& each) {
    return each.from > journal(each.journal.stream, each.journal.epoch).tip.seq;
  });
  send_parts(std::move(parts).frames(rebuilds_), std::move(done->missing));
}

void CentralLink::send_parts(std::deque<v1::Frame> parts, std::vector<Missing> missing) {
  if (parts.empty()) return hand_back(std::move(missing));
  const v1::Frame part = std::move(parts.front());
  parts.pop_front();
  send_paced(part, [this, parts = std::move(parts), missing = std::move(missing)]() mutable {
    send_parts(std::move(parts), std::move(missing));
  });
}

void CentralLink::send_paced(const v1::Frame& frame, std::function<void()> then) {
  wire_->send(frame);
  part_size_.sent(now_ms_, frame.ByteSizeLong());
  when_arrived_ = std::move(then);
  if (const auto question = heartbeat_.due(now_ms_, 0)) wire_->send(*question);
}

}  // namespace feldsher::sync
