#pragma once
// The inside of SqlcipherStore: for its own sources only.
#include <fmt/format.h>

#include "protocol/journal/owner_thread.hpp"
#include "protocol/journal/records_at.hpp"
#include "protocol/journal/sqlcipher_schema.hpp"
#include "protocol/journal/sqlcipher_store.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {

struct SqlcipherStore::Parts {
  struct Held {
    std::int64_t row = 0;
    JournalTip tip;
    JournalTip cut = {};  ///< seq 0: it was never cut.
  };

  Parts(const std::filesystem::path& path, TenantId of, const DatabaseKey& key, const sqlcipher::Disk& disk)
      : tenant(of), database(path, key, sqlcipher::Access::write, disk), tables(database, of) {}

  /// Before the statements are prepared, their tables are there.
  struct Tables {
    Tables(sqlcipher::Database& database, TenantId tenant) {
      sqlcipher::make_or_check_journal(database, tenant);
    }
  };

  OwnerThread owner;
  TenantId tenant;
  sqlcipher::Database database;
  Tables tables;
  bool poisoned = false;
  std::map<JournalId, Held> held;
  std::map<std::int64_t, JournalId> by_row;
  std::uint64_t last_intake = 0;

  sqlcipher::Statement begin{database, "BEGIN IMMEDIATE"};
  sqlcipher::Statement end{database, "COMMIT"};
  sqlcipher::Statement undo{database, "ROLLBACK"};
  sqlcipher::Statement put_journal{database,
                                   "INSERT INTO journal(id, origin, stream, epoch, seq, hash, edge) "
                                   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                                   "ON CONFLICT(id) DO UPDATE SET seq=?5, hash=?6, edge=?7"};
  sqlcipher::Statement put_cut{database,
                               "UPDATE journal SET cut_seq=?2, cut_hash=?3, cut_edge=?4 WHERE id=?1"};
  sqlcipher::Statement put_record{database,
                                  "INSERT INTO record(intake, journal, seq, core, body, body_digest, hash) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
  sqlcipher::Statement put_kept{
      database,
      "INSERT INTO record(intake, journal, seq, core, body, body_digest, hash, prev) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
  sqlcipher::Statement erase_record{database, "UPDATE record SET body=NULL, body_digest=?2 WHERE intake=?1"};
  sqlcipher::Statement select_body{
      database, "SELECT intake, body FROM record WHERE journal=?1 AND seq=?2 AND body IS NOT NULL"};
  sqlcipher::Statement keep_prev{
      database,
      "UPDATE record SET prev=(SELECT hash FROM record WHERE journal=?1 AND seq=?2) WHERE journal=?1 AND "
      "seq=?2+1 AND EXISTS(SELECT 1 FROM record WHERE journal=?1 AND seq=?2)"};
  sqlcipher::Statement keep_first{
      database,
      "UPDATE record SET prev=?3 WHERE journal=?1 AND seq=?2+1 AND prev IS NULL AND "
      "NOT EXISTS(SELECT 1 FROM record WHERE journal=?1 AND seq=?2)"};
  sqlcipher::Statement drop_records{database,
                                    "DELETE FROM record WHERE journal=?1 AND seq BETWEEN ?2 AND ?3"};
  sqlcipher::Statement select_last_intake{database, "SELECT max(intake) FROM record"};
  sqlcipher::Statement put_answered{database, "INSERT OR REPLACE INTO answered VALUES(?1, ?2)"};
  sqlcipher::Statement drop_answered{database, "DELETE FROM answered WHERE ask=?1"};
  sqlcipher::Statement put_scope{database, "INSERT OR REPLACE INTO scope VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
  sqlcipher::Statement drop_scope{database, "DELETE FROM scope WHERE type=?1 AND id=?2"};
  sqlcipher::Statement put_intake{database, "INSERT OR REPLACE INTO intake VALUES(?1, ?2)"};
  sqlcipher::Statement drop_intake{database, "DELETE FROM intake WHERE id=?1"};
  sqlcipher::Statement put_head{database, "INSERT OR REPLACE INTO head VALUES(?1, ?2, ?3, ?4, ?5)"};
  sqlcipher::Statement select_head{database,
                                   "SELECT octets, own FROM head WHERE origin=?1 AND stream=?2 AND epoch=?3"};
  sqlcipher::Statement put_value{database, "INSERT OR REPLACE INTO value VALUES(?1, ?2)"};
  sqlcipher::Statement select_tips{database,
                                   "SELECT id, origin, stream, epoch, seq, hash, edge, cut_seq, cut_hash, "
                                   "cut_edge FROM journal"};
  sqlcipher::Statement select_last{database,
                                   "SELECT seq, hash FROM record WHERE journal=?1 ORDER BY seq DESC LIMIT 1"};
  sqlcipher::Statement select_hash{database, "SELECT hash FROM record WHERE journal=?1 AND seq=?2"};
  sqlcipher::Statement select_place{database, "SELECT hash, core FROM record WHERE journal=?1 AND seq=?2"};
  sqlcipher::Statement select_journal{database,
                                      "SELECT seq, core, body, body_digest, hash FROM record "
                                      "WHERE journal=?1 AND seq>=?2 ORDER BY seq"};
  sqlcipher::Statement select_intake_order{
      database,
      "SELECT seq, core, body, body_digest, hash, intake, journal, prev FROM record "
      "WHERE intake>?1 ORDER BY intake"};
  sqlcipher::Statement select_kept{
      database,
      "SELECT seq, core, body, body_digest, hash, intake, journal, prev FROM record "
      "WHERE journal=?1 AND seq<=?2 ORDER BY seq"};
  sqlcipher::Statement select_scope{
      database, "SELECT type, id, core, body, body_digest, prev FROM scope ORDER BY type, id"};
  sqlcipher::Statement select_intake{database, "SELECT id, octets FROM intake ORDER BY id"};
  sqlcipher::Statement select_answered{database, "SELECT answer FROM answered WHERE ask=?1"};
  sqlcipher::Statement select_all_answered{database, "SELECT ask, answer FROM answered ORDER BY ask"};
  sqlcipher::Statement select_value{database, "SELECT octets FROM value WHERE name=?1"};
  sqlcipher::Statement select_values{database, "SELECT name, octets FROM value WHERE name>=?1 ORDER BY name"};
  sqlcipher::Statement select_heads{database, "SELECT octets, own FROM head ORDER BY origin, stream, epoch"};

  void usable() {
    owner.mine("one thread uses a store");
    if (poisoned)
      throw Fault(
          fmt::format("{} has failed before: this process must end and recover", database.path().string()));
  }

  [[noreturn]] void damaged(const JournalId& journal, std::uint64_t seq, const char* what) const {
    throw Fault(fmt::format("{}: record {} of {}/{}/{:016x} is damaged: {}", database.path().string(), seq,
                            journal.origin.to_text(), v1::Stream_Name(journal.stream), journal.epoch.value,
                            what));
  }

  /// After a failed write or fsync the kernel may have dropped pages that it calls clean: nothing that this
  /// process knows of the file can be relied on, and closing must not write to it either.
  void poison() {
    poisoned = true;
    database.leave_as_is();
  }

  void checkpoint() {
    try {
      database.checkpoint();
    } catch (...) {
      poison();
      throw;
    }
  }

  void load();
  void apply(const Transaction& transaction, std::map<JournalId, Held>& moved);
  void put(const Record& record, std::map<JournalId, Held>& moved);
  void begin_at(const BegunJournal& begun, std::map<JournalId, Held>& moved);
  void put(const v1::SignedHead& signed_head);
  /// The heads of a row of `octets` and `own`.
  std::vector<v1::SignedHead> heads_of(const sqlcipher::Statement::Rows& rows) const;
  void erase(const ErasePick& pick, const std::map<JournalId, Held>& moved);
  void erase(const RecordsAt& named, const std::map<JournalId, Held>& moved);
  void cut(const JournalTip& cut, std::map<JournalId, Held>& moved);
  void drop(const RecordRange& range, std::map<JournalId, Held>& moved);
  /// What the transaction that is under way makes of a journal.
  Held& moving(const JournalId& journal, std::map<JournalId, Held>& moved);
  Digest hash_at(std::int64_t row, const JournalId& journal, std::uint64_t seq);
  Record record_of(const sqlcipher::Statement::Rows& rows, const JournalId& journal, std::uint64_t seq,
                   const Digest& prev);
  /// Per journal, by its row: the last record passed, and its hash.
  using Reached = std::map<std::int64_t, std::pair<std::uint64_t, Digest>>;
  /// The record of a row of `select_intake_order` or `select_kept`.
  Record next_of(const sqlcipher::Statement::Rows& rows, Reached& reached);
};

}  // namespace feldsher
