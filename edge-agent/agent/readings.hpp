#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "edge-agent/agent/block_runs.hpp"
#include "edge-agent/agent/point_node.hpp"
#include "edge-agent/ingest/intake.hpp"

namespace feldsher::edge {

/// A point's readings: takes messages in, makes them durable, receipts them, seals them into blocks.
///
/// Stands beside the node and does no I/O of its own. Messages are committed as they come, all that came
/// while one commit ran in the next; a receipt is published after that. Only the device's home says `upto`:
/// all numbers up to it lie in blocks that are on the disks of central and of its standby, or were erased
/// by order. Without a standby nothing is, and `upto` stays where it was.
class Readings {
 public:
  struct World {
    Ledger& ledger;
    /// Runs `work` on the loop, after what waits there already.
    std::function<void(std::function<void()> work)> soon;
    /// Runs `work` on the loop once, `ms` from now; asked for again only after that.
    std::function<void(std::uint64_t ms, std::function<void()> work)> later;
    std::function<void(DeviceId device, const readings::Receipt& receipt)> publish;
  };
  /// Receipts of so many ms go together, one a device: under a flood one for each commit would cost the
  /// broker as much as the readings, and longer would leave devices waiting with a full window.
  static constexpr std::uint64_t receipts_together_ms = 2;
  /// So many messages may wait for the disk; beyond it they are let fall, and the devices send them again.
  static constexpr std::size_t most_waiting = 8192;

  /// Before `node.start`: what the journal holds comes from there.
  Readings(PointNode& node, NodeId self, World world, std::uint64_t seal_after_ms);

  /// Before `node.start`: what is known of readings whose blocks were cut, from the store's values of that
  /// name.
  void resume_cut(const std::map<std::string, Octets>& values);
  static constexpr const char* cut_values = "readings/safe/";
  /// Blocks that are safe are about to be cut: adds which numbers lie in them, so that a reading that is sent
  /// again is known, and receipted, and never stored twice.
  void keep_cut(Transaction& transaction);

  /// Central handed back which readings lie in blocks that a former disk had cut; `with` keeps it.
  void rebuilt(const std::vector<v1::CutReadings>& cut, Transaction& with);

  /// After `node.start`: takes up what was not yet sealed. `rows`: the store's `intake()`, read before the
  /// node started: it may have written since, and then the store belongs to the ledger's thread.
  void resume(std::vector<IntakeChunk> rows);

  /// `device` published `message`.
  void on(DeviceId device, OctetsView message);
  void tick();
  void set_disk(DiskClass disk) { intake_.set_disk(disk); }

  const ingest::IntakeCounts& counts() const { return intake_.counts(); }
  std::uint64_t dropped() const { return dropped_; }
  /// Messages receipted since the journal began.
  std::uint64_t receipted() const { return receipted_before_ + intake_.counts().receipted; }
  std::size_t unsealed() const { return intake_.unsealed_messages(); }
  /// How many runs of blocks are kept in memory because they are not safe.
  std::size_t not_safe() const { return not_safe_.size(); }

 private:
  /// Digests of the messages of one block.
  struct Sealed {
    std::vector<std::uint64_t> numbers;
    Octets digests;
  };
  static constexpr std::size_t most_seals_under_way = 64;
  struct Wearer {
    std::optional<PatientId> patient;
    bool home = false;
    std::int64_t from_ms = 0;
    auto operator<=>(const Wearer&) const = default;
  };

  void flush();
  void tell();
  void tell_soon();
  /// False: nothing of it can be sealed now.
  bool seal(const ingest::StreamKey& stream);
  /// What an order to erase concerns is dropped: sealed by the store, the rest as soon as it is sealed. Its
  /// numbers stay known.
  void erased(const v1::Erasure& order, Transaction& with);
  void seal_erased();
  /// Some blocks of the run are dropped, and will say no more which numbers lay in them: the disk keeps it.
  void keep_run(const ingest::StreamKey& stream, Epoch life, const BlockRun& run, Transaction& with);
  void resume_run(const Octets& key, const Octets& ranges);
  /// Takes back what `keep_run` wrote of numbers that are known without it.
  void forget_runs(Transaction& with);
  /// It was counted as receipted before its block is read.
  bool is_counted(const ingest::StreamKey& stream, std::uint64_t number) const;
  void held(const Record& record);
  std::optional<ingest::ShortDigest> sealed_digest(const ingest::StreamKey& stream, std::uint64_t seq) const;
  void learn_wearers();
  void learn_safe();
  void add_safe(const BlockRuns::Numbers& numbers);
  void publish(DeviceId device, readings::Receipt receipt);

  PointNode& node_;
  NodeId self_;
  World world_;
  ingest::Intake intake_;
  std::size_t under_way_ = 0, seals_under_way_ = 0;
  bool scheduled_ = false, writing_ = false, telling_ = false;
  std::uint64_t dropped_ = 0, receipted_before_ = 0;
  std::map<ingest::StreamKey, std::map<std::uint64_t, Sealed>> sealed_;  // By first number.
  std::deque<std::pair<ingest::StreamKey, std::uint64_t>> sealed_order_;
  std::size_t digests_kept_ = 0;
  BlockRuns not_safe_;
  std::vector<std::uint64_t> safe_as_of_;  // How many blocks were safe, life by life.
  std::set<ingest::StreamKey> to_erase_;   // What of them is not sealed yet.
  std::map<ingest::StreamKey, readings::RangeSet> safe_;
  std::map<ingest::StreamKey, readings::RangeSet> cut_;   // What is on the disk of it: `cut_values`.
  std::map<ingest::StreamKey, readings::RangeSet> kept_;  // Of `keep_run`, when this process began.
  std::map<Octets, readings::RangeSet> runs_;             // Of `keep_run`, on the disk now; by its key.
  std::map<DeviceId, Wearer> wearers_;
  std::optional<std::tuple<std::uint64_t, std::uint64_t, std::size_t>>
      wearers_as_of_;  // Feed epoch and position, and what is stale.
};

/// The blocks that `block` must be cut into for each to fit into a record; usually itself alone.
std::vector<v1::ReadingBlock> fitting_parts(v1::ReadingBlock block, std::size_t most_octets);

}  // namespace feldsher::edge
