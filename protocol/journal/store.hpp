#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "protocol/journal/tip.hpp"

namespace feldsher {

/// The answer that an ask got: a repeat of the ask gets the same.
struct Answered {
  AskId ask;
  Octets answer;  ///< A serialised v1::Answer.
};

/// A subject of the feed: its current record, or that it left the scope.
struct ScopeChange {
  SubjectKey subject;
  std::optional<StoredRecord> record;  ///< Absent: it left, drop its body.
};

/// Readings that are durable and receipted but not yet sealed: one chunk a commit.
struct IntakeChunk {
  std::uint64_t id = 0;
  Octets octets;
};

/// Neighbouring records of one journal, both ends in it.
struct RecordRange {
  JournalId journal;
  std::uint64_t first = 0, last = 0;
};

/// A journal that begins here as one that was cut elsewhere: its disk was lost.
struct BegunJournal {
  JournalTip cut;            ///< Its edge is over records 1 … cut, always.
  bool tree_known = false;   ///< The cut itself has the tree's edge too, as in `Transaction::cuts`.
  std::vector<Record> kept;  ///< What is held up to the cut, ascending.

  /// Whether all of it is of one journal of this tenant, in its order, and up to the cut.
  bool is_sound(TenantId of) const;
};

/// Picks records whose bodies shall be dropped. Runs on the store's thread: it owns all that it looks at.
using ErasePick = std::function<bool(const Record&)>;

/// What becomes durable together, or not at all.
struct Transaction {
  std::vector<BegunJournal> begun;  ///< Journals of which nothing is held. Before all else.
  std::vector<Record>
      records;  ///< Own or received, each the next of its journal. They get intake numbers in this order.
  std::vector<Answered> answered;
  std::vector<ScopeChange> scope;
  std::vector<IntakeChunk> intake;
  std::vector<std::uint64_t> emptied;    ///< Intake chunks whose readings are all sealed.
  std::vector<v1::SignedHead> heads;     ///< Of each journal KeptHeads says which stay.
  std::map<std::string, Octets> values;  ///< Small named values: tickets, positions, acknowledgements.
  /// Every record that is held, also of this transaction, and is picked by one of these loses its body: in
  /// the journals, where its header, digest and place stay and verify as before, and in the scope, which it
  /// leaves. The octets themselves are gone from the files when `commit` returns. Looks at every record:
  /// slow, and rare.
  std::vector<ErasePick> erased;
  std::vector<AskId> forgotten;  ///< Asks whose answers nobody will ask for again: they hold names.
  /// Journals are cut: what lies up to the new cut is not read again, and is there to be kept or dropped. A
  /// cut only moves on, and ends at a transaction's end; without the tree's edge only the chain goes on from
  /// it.
  std::vector<JournalTip> cuts;
  /// Records up to the cut of their journal that nobody needs. The others keep their place in the chain.
  std::vector<RecordRange> dropped;

  bool empty() const;
  /// Adds what `other` holds, to become durable together with this.
  void merge(Transaction&& other);
};

/// How much one read gives at the most. Always at least one record, and whole transactions.
struct ReadLimits {
  std::size_t records = 512;
  std::size_t octets = 64 * 1024;
};

/// Where a node's promises rest: journals and what must be durable beside them.
///
/// Not thread-safe: one thread owns a store, the first that uses it, and a call by another throws
/// std::logic_error. Every call throws Fault when the disk fails; after a failed write (commit, checkpoint)
/// the store is poisoned and throws at every call: the process must end and recover.
class JournalStore {
 public:
  virtual ~JournalStore() = default;

  /// Durable on return, in this order; all of the group or nothing. Throws Fault, and std::logic_error
  /// for a record that is not the next of its journal or is of another tenant.
  virtual void commit(std::span<const Transaction> group) = 0;

  /// The end of each journal that is held, in no particular order.
  virtual std::vector<JournalTip> tips() = 0;

  /// The cut of each journal that was cut, in no particular order. Without the tree's edge: it has no leaves.
  virtual std::vector<JournalTip> cuts() = 0;

  /// What is still held up to the cuts, each journal in order.
  virtual void kept(const std::function<void(Record&&)>& visit) = 0;

  /// Records of one journal from `from` on, in order: whole transactions within `limits` (at least one).
  /// None when `from` is not after the journal's cut.
  virtual std::vector<Record> read(const JournalId& journal, std::uint64_t from,
                                   const ReadLimits& limits) = 0;

  /// Every record that is held with an intake number above `after`, in intake order.
  virtual void replay(std::uint64_t after,
                      const std::function<void(std::uint64_t intake, Record&&)>& visit) = 0;

  /// Records with intake numbers from `after` + 1 on, in intake order: whole transactions within `limits` (at
  /// least one). Where nothing was ever dropped intake numbers have no gap: the n-th of the answer has
  /// `after`
  /// + n.
  virtual std::vector<Record> read_intake(std::uint64_t after, const ReadLimits& limits) = 0;

  /// The subjects of the feed.
  virtual void scope(const std::function<void(Record&&)>& visit) = 0;

  virtual std::vector<IntakeChunk> intake() = 0;
  virtual std::optional<Octets> answered(AskId ask) = 0;
  virtual void each_answered(const std::function<void(AskId ask, Octets answer)>& visit) = 0;
  virtual std::optional<Octets> value(const std::string& name) = 0;
  /// All values whose names begin with `prefix`.
  virtual std::map<std::string, Octets> values(const std::string& prefix) = 0;
  /// What is kept of each journal's heads; of one journal the countersigned one first.
  virtual std::vector<v1::SignedHead> heads() = 0;

  /// From now on the thread `owner` uses this store, and the caller no more.
  virtual void give_to(std::thread::id owner) = 0;
};

/// The order in which a loop gets things durable, without waiting for the disk itself.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Becomes durable soon, after everything submitted before; then `on_durable` runs on the loop. When
  /// the disk fails no `on_durable` runs again: the process ends.
  virtual void submit(Transaction transaction, std::function<void()> on_durable) = 0;

  /// Reads what is durable; `done` runs on the loop.
  virtual void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
                    std::function<void(std::vector<Record>)> done) = 0;

  /// JournalStore::read_intake of what is durable; `done` runs on the loop.
  virtual void read_intake(std::uint64_t after, const ReadLimits& limits,
                           std::function<void(std::vector<Record>)> done) = 0;
};

}  // namespace feldsher
