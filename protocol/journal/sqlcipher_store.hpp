#pragma once
#include <memory>

#include "protocol/journal/sqlcipher.hpp"
#include "protocol/journal/store.hpp"

namespace feldsher {

/// The store on disk: one SQLCipher file, `journal.db`.
///
/// What it holds when it has been opened is on the disk, whatever the process before was killed in.
/// It checks each record's place as it is committed, and on reading that the octets still give the hash that
/// was stored with them; a row that does not is a Fault that names it. Whoever must hear of every fault of a
/// file, not only the first, looks with SqlcipherJournal and Verifier instead.
class SqlcipherStore final : public JournalStore {
 public:
  /// Opens or makes the file. Throws Fault with a text for people: wrong key, foreign file, another tenant's,
  /// a newer version's, opened by another process, changed at its end.
  SqlcipherStore(const std::filesystem::path& path, TenantId tenant, const DatabaseKey& key,
                 const sqlcipher::Disk& disk = {});
  ~SqlcipherStore() override;

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

  /// Moves the write-ahead log into the file and empties it: in idle time, so that the log stays short.
  /// Throws Fault, and the store is poisoned.
  void checkpoint();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace feldsher
