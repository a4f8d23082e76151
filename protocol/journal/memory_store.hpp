#pragma once
#include <map>
#include <set>

#include "protocol/journal/kept_heads.hpp"
#include "protocol/journal/owner_thread.hpp"
#include "protocol/journal/store.hpp"

namespace feldsher {

/// A store in memory, under the same contract suite as the one on disk: for unit tests and simulation.
/// Copying it is what a backup, or a thief, does with a disk.
class MemoryStore final : public JournalStore {
 public:
  explicit MemoryStore(TenantId tenant) : tenant_(tenant) {}

  void commit(std::span<const Transaction> group) override;
  std::vector<JournalTip> tips() override;
  std::vector<JournalTip> cuts() override;
  void kept(const std::function<void(Record&&)>& visit) override;
  std::vector<Record> read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits) override;
  void replay(std::uint64_t after, const std::function<void(std::uint64_t, Record&&)>& visit) override;
  std::vector<Record> read_intake(std::uint64_t after, const ReadLimits& limits) override;
  void scope(const std::function<void(Record&&)>& visit) override;
  std::vector<IntakeChunk> intake() override;
  std::optional<Octets> answered(AskId ask) override;
  void each_answered(const std::function<void(AskId, Octets)>& visit) override;
  std::optional<Octets> value(const std::string& name) override;
  std::map<std::string, Octets> values(const std::string& prefix) override;
  std::vector<v1::SignedHead> heads() override;
  void give_to(std::thread::id owner) override;

  /// The disk fails at the next commit, as a full or dying one does.
  void fail_next_commit() { fail_ = true; }

 private:
  /// Where a journal ends and is cut while a group is looked at.
  struct Place {
    std::uint64_t seq = 0, cut = 0;
    Digest hash = zero_digest, cut_hash = zero_digest;
  };
  Place place(const JournalId& journal) const;
  void check(std::span<const Transaction> group) const;
  void apply(const Transaction& transaction);
  void put(const Record& record);
  void drop(const RecordRange& range);

  OwnerThread owner_;
  TenantId tenant_;
  bool fail_ = false, poisoned_ = false;
  std::map<JournalId, JournalTip> tips_;
  std::map<JournalId, JournalTip> cuts_;
  std::map<JournalId, std::map<std::uint64_t, std::uint64_t>> by_seq_;  // seq → intake number.
  std::map<std::uint64_t, Record> records_;                             // By intake number.
  std::map<SubjectKey, Record> scope_;
  std::map<std::uint64_t, Octets> intake_;
  std::map<AskId, Octets> answered_;
  std::map<std::string, Octets> values_;
  std::map<Octets, KeptHeads> heads_;  // By journal: the head's octets up to seq.
};

}  // namespace feldsher
