#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "devices/senml/senml.hpp"
#include "edge-agent/ingest/intake_chunk.hpp"
#include "protocol/contracts/readings.pb.h"
#include "protocol/journal/disk_class.hpp"
#include "protocol/readings/range_set.hpp"
#include "protocol/readings/receipt.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::ingest {

/// One life of one device.
struct StreamKey {
  DeviceId device;
  Epoch epoch;
  auto operator<=>(const StreamKey&) const = default;
};

/// The first 8 octets of SHA-256 of a message, as blocks keep them.
using ShortDigest = std::array<char, 8>;

/// What became of a message.
enum class Admission {
  fresh,      ///< Goes into the next commit; receipted after it.
  repeat,     ///< Held already; receipted again (when it is durable).
  conflict,   ///< The same key with other content: a cloned device. Not stored, not receipted, an incident.
  malformed,  ///< Not a numbered pack. Not stored, not receipted.
  refused_disk,  ///< The disk is too full. Not receipted: the device keeps it.
  refused_busy,  ///< Too much waits for the disk. Not receipted: the device sends it again.
};

/// A key that came with two contents.
struct Conflict {
  StreamKey stream;
  std::uint64_t seq = 0;
  ShortDigest held{}, other{};
};

/// Counts since the process began, for the metrics.
struct IntakeCounts {
  std::uint64_t fresh = 0, repeats = 0, conflicts = 0, malformed = 0, refused_disk = 0, refused_busy = 0;
  std::uint64_t receipted = 0;  ///< Fresh messages whose commit is done.
  std::uint64_t sealed = 0;     ///< Messages in blocks.
};

/// Takes readings in, says what to write, whom to receipt, and what to seal. Pure: no clock, disk or broker.
///
/// The owner calls `on` for each message; every ≤ 10 ms or 256 messages it writes `take_chunk()` in one
/// commit (several may be under way; they are done in order), then calls `committed` and publishes
/// `take_receipts()`. From time to time it asks `due` and seals those streams: the block's record and the
/// deletion of `Seal::emptied` go into one transaction. After a failed commit the process ends, and begins
/// again with `restore_*`: this object is never rolled back.
class Intake {
 public:
  struct Limits {
    std::size_t unsealed_octets = 256U << 20;  ///< Held in memory until sealed.
    std::size_t streams = 100'000;
    std::size_t seal_messages = 1024;  ///< At most `readings::most_block_messages`.
    std::size_t seal_octets = 1U << 20;
    std::uint64_t seal_after_ms = 5 * 60 * 1000;  ///< Monotonic, from the first message.
  };
  /// The digest of a message that lies in a sealed block; nothing when the block is no longer here.
  using SealedDigest = std::function<std::optional<ShortDigest>(const StreamKey&, std::uint64_t seq)>;

  Intake(NodeId agent, SealedDigest sealed_digest) : Intake(agent, std::move(sealed_digest), Limits()) {}
  Intake(NodeId agent, SealedDigest sealed_digest, Limits limits);

  // --- at the start, in this order

  /// These numbers lie in sealed blocks; also later, when central hands back blocks that this disk had lost.
  /// Adds to `emptied` the rows of which nothing is left to seal; returns how many unsealed messages went.
  std::size_t restore_sealed(const StreamKey& stream, readings::Range sealed,
                             std::vector<std::uint64_t>& emptied);
  /// A row of the intake. False when all of it is sealed already: it may be deleted.
  boost::system::result<bool, ChunkError> restore_chunk(const IntakeChunk& chunk, const Instant& now);

  // --- messages

  Admission on(DeviceId device, OctetsView message, const Instant& now);
  void set_disk(DiskClass disk) { disk_ = disk; }

  /// All fresh messages since the last chunk; nothing when there are none.
  std::optional<IntakeChunk> take_chunk();
  /// How many messages the next chunk would hold.
  std::size_t waiting() const { return pending_count_; }
  /// The commit of this chunk is done (`synchronous=FULL`). Gives rows to delete: all of theirs came back in
  /// blocks (`restore_sealed`) while they were on their way to the disk.
  std::vector<std::uint64_t> committed(std::uint64_t chunk);

  struct Addressed {
    DeviceId device;
    readings::Receipt receipt;
  };
  /// Receipts for all that became durable or came again since the last time, one for each stream.
  std::vector<Addressed> take_receipts();
  std::vector<Conflict> take_conflicts();

  // --- sealing

  /// Who wears `device` from now on; nobody at the start. What came before is due at once, for the one
  /// before.
  void set_wearer(DeviceId device, std::optional<PatientId> patient);
  /// Streams to seal now: old enough, full, or of another wearer. Each may need several blocks.
  std::vector<StreamKey> due(const Instant& now) const;
  /// Streams with anything durable to seal: before the point closes.
  std::vector<StreamKey> unsealed() const;

  struct Seal {
    std::uint64_t id = 0;
    StreamKey stream;
    v1::ReadingBlock block;              ///< The body of the record.
    readings::Range numbers;             ///< First and last number in it (there may be gaps).
    std::vector<std::uint64_t> emptied;  ///< Intake rows to delete in the same transaction.
  };
  /// The next block of a stream: durable messages of one wearer; nothing when there are none. Transactions
  /// of seals must be done in the order of their ids.
  std::optional<Seal> seal(const StreamKey& stream);
  /// The transaction of this seal is done: `SealedDigest` knows its messages now.
  void sealed(std::uint64_t seal);

  const IntakeCounts& counts() const { return counts_; }
  std::size_t unsealed_messages() const { return unsealed_messages_; }

 private:
  struct Entry {
    Octets octets;
    std::int64_t received_ms = 0;
    std::uint64_t since_boot_ms = 0;  // When it came.
    std::uint64_t chunk = 0;
    ShortDigest digest{};
    std::optional<PatientId> wearer;
    bool durable = false;
    bool in_block = false;  // Came back in one while it was on its way to the disk: not to be sealed again.
  };
  struct Stream {
    readings::RangeSet held;  // Durable or on its way, sealed or not.
    std::map<std::uint64_t, Entry> unsealed;
    std::map<std::uint64_t, ShortDigest> sealing;  // In blocks whose transaction is not known to be done.
    readings::RangeSet to_receipt;                 // Durable, and a receipt is owed.
    std::uint64_t oldest_ms = 0;                   // Since boot: the first unsealed message came.
    std::size_t durable = 0, octets = 0;           // Of `unsealed`.
    bool wearer_changed = false;                   // Some of `unsealed` are of another wearer.
  };
  using Streams = std::map<StreamKey, Stream>;
  struct Chunk {
    std::size_t messages = 0;  // Not sealed yet.
    std::vector<std::pair<Streams::iterator, std::uint64_t>> to_commit;
  };
  struct Sealing {
    Streams::iterator stream;
    std::vector<std::uint64_t> numbers;
  };

  /// An entry goes: into a block, or because it lies in one. Its row, when that is empty now.
  std::optional<std::uint64_t> let_go(Stream& stream, std::map<std::uint64_t, Entry>::iterator entry);
  Admission come_again(const StreamKey& key, Stream& stream, std::uint64_t seq, const ShortDigest& digest);
  void hold(Streams::iterator stream, IntakeMessage message, const Instant& now, Entry entry);
  void owe(Streams::iterator stream, std::uint64_t seq);
  bool is_due(const Stream& stream, const Instant& now) const;
  std::optional<PatientId> wearer_of(DeviceId device) const;

  NodeId agent_;
  SealedDigest sealed_digest_;
  Limits limits_;
  DiskClass disk_ = DiskClass::ample;
  IntakeCounts counts_;
  Streams streams_;
  std::map<DeviceId, PatientId> wearers_;
  std::map<std::uint64_t, Chunk> chunks_;
  std::map<std::uint64_t, Sealing> seals_;
  std::uint64_t next_chunk_ = 1, next_seal_ = 1;
  ChunkWriter pending_;
  std::size_t pending_count_ = 0;
  std::size_t unsealed_octets_ = 0, unsealed_messages_ = 0;
  std::vector<Streams::iterator> owed_;  // Streams with something in `to_receipt`.
  std::vector<Conflict> conflicts_;
};

}  // namespace feldsher::ingest
