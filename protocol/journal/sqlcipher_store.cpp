#include "protocol/journal/sqlcipher_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/journal/owner_thread.hpp"
#include "protocol/journal/sqlcipher_schema.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

std::string name_of(const JournalId& journal) {
  return fmt::format("{}/{}/{:016x}", journal.origin.to_text(), v1::Stream_Name(journal.stream),
                     journal.epoch.value);
}

std::optional<Octets> optional_octets(const sqlcipher::Statement::Rows& rows, int column) {
  return rows.is_null(column) ? std::nullopt : std::optional(Octets(rows.octets(column)));
}

constexpr const char* one_owner = "one thread uses a store";

std::optional<Digest> optional_digest(const sqlcipher::Statement::Rows& rows, int column) {
  Digest digest;
  return digest_from(rows.octets(column), digest) ? std::optional(digest) : std::nullopt;
}

}  // namespace

struct SqlcipherStore::Parts {
  struct Held {
    std::int64_t row = 0;
    JournalTip tip;
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
  sqlcipher::Statement put_record{database,
                                  "INSERT INTO record(intake, journal, seq, core, body, body_digest, hash) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
  sqlcipher::Statement erase_record{database, "UPDATE record SET body=NULL, body_digest=?2 WHERE intake=?1"};
  sqlcipher::Statement put_answered{database, "INSERT OR REPLACE INTO answered VALUES(?1, ?2)"};
  sqlcipher::Statement drop_answered{database, "DELETE FROM answered WHERE ask=?1"};
  sqlcipher::Statement clear_scope{database, "DELETE FROM scope"};
  sqlcipher::Statement put_scope{database, "INSERT OR REPLACE INTO scope VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
  sqlcipher::Statement drop_scope{database, "DELETE FROM scope WHERE type=?1 AND id=?2"};
  sqlcipher::Statement put_intake{database, "INSERT OR REPLACE INTO intake VALUES(?1, ?2)"};
  sqlcipher::Statement drop_intake{database, "DELETE FROM intake WHERE id=?1"};
  sqlcipher::Statement put_head{database, "INSERT OR REPLACE INTO head VALUES(?1, ?2, ?3, ?4)"};
  sqlcipher::Statement put_value{database, "INSERT OR REPLACE INTO value VALUES(?1, ?2)"};
  sqlcipher::Statement select_tips{database,
                                   "SELECT id, origin, stream, epoch, seq, hash, edge FROM journal"};
  sqlcipher::Statement select_last{database,
                                   "SELECT seq, hash FROM record WHERE journal=?1 ORDER BY seq DESC LIMIT 1"};
  sqlcipher::Statement select_hash{database, "SELECT hash FROM record WHERE journal=?1 AND seq=?2"};
  sqlcipher::Statement select_journal{database,
                                      "SELECT seq, core, body, body_digest, hash FROM record "
                                      "WHERE journal=?1 AND seq>=?2 ORDER BY seq"};
  sqlcipher::Statement select_intake_order{
      database,
      "SELECT seq, core, body, body_digest, hash, intake, journal FROM record "
      "WHERE intake>?1 ORDER BY intake"};
  sqlcipher::Statement select_scope{
      database, "SELECT type, id, core, body, body_digest, prev FROM scope ORDER BY type, id"};
  sqlcipher::Statement select_intake{database, "SELECT id, octets FROM intake ORDER BY id"};
  sqlcipher::Statement select_answered{database, "SELECT answer FROM answered WHERE ask=?1"};
  sqlcipher::Statement select_all_answered{database, "SELECT ask, answer FROM answered ORDER BY ask"};
  sqlcipher::Statement select_value{database, "SELECT octets FROM value WHERE name=?1"};
  sqlcipher::Statement select_values{database, "SELECT name, octets FROM value WHERE name>=?1 ORDER BY name"};
  sqlcipher::Statement select_heads{database, "SELECT octets FROM head ORDER BY origin, stream, epoch"};

  void usable() {
    owner.mine(one_owner);
    if (poisoned)
      throw Fault(
          fmt::format("{} has failed before: this process must end and recover", database.path().string()));
  }

  [[noreturn]] void damaged(const JournalId& journal, std::uint64_t seq, const char* what) const {
    throw Fault(fmt::format("{}: record {} of {} is damaged: {}", database.path().string(), seq,
                            name_of(journal), what));
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
  void erase(const ErasePick& pick);
  Digest hash_at(std::int64_t row, const JournalId& journal, std::uint64_t seq);
  Record record_of(const sqlcipher::Statement::Rows& rows, const JournalId& journal, std::uint64_t seq,
                   const Digest& prev);
  /// Per journal, by its row: the last record passed, and its hash.
  using Reached = std::map<std::int64_t, std::pair<std::uint64_t, Digest>>;
  /// The record of a row of `select_intake_order`.
  Record next_of(const sqlcipher::Statement::Rows& rows, Reached& reached);
};

void SqlcipherStore::Parts::load() {
  for (auto rows = select_tips.ask(); rows.next();) {
    Held found;
    found.row = rows.integer(0);
    auto origin = NodeId::from_octets(rows.octets(1));
    JournalTip& tip = found.tip;
    if (origin) tip.journal.origin = *origin;
    tip.journal.stream = static_cast<v1::Stream>(rows.integer(2));
    tip.journal.epoch.value = static_cast<std::uint64_t>(rows.integer(3));
    tip.seq = static_cast<std::uint64_t>(rows.integer(4));
    if (!origin || !digest_from(rows.octets(5), tip.hash) || !tip.edge.restore(tip.seq, rows.octets(6)))
      damaged(tip.journal, tip.seq, "the end of the journal cannot be read");
    by_row[found.row] = tip.journal;
    held[tip.journal] = std::move(found);
  }
  // A tail that was cut off with the key in hand shows here, at once; the rest is for the verifier.
  for (const auto& [journal, found] : held) {
    auto rows = select_last.ask(found.row);
    if (!rows.next() || static_cast<std::uint64_t>(rows.integer(0)) != found.tip.seq ||
        rows.octets(1) != view_of(found.tip.hash))
      damaged(journal, found.tip.seq, "it is not the last one that the journal holds");
  }
  last_intake = static_cast<std::uint64_t>(database.number("SELECT max(intake) FROM record"));
}

void SqlcipherStore::Parts::put(const Record& record, std::map<JournalId, Held>& moved) {
  ensure(record.tenant == tenant, "a journal takes records of its tenant only");
  const JournalId journal = record.journal();
  auto at = moved.find(journal);
  if (at == moved.end()) {
    auto known = held.find(journal);
    if (known != held.end()) {
      at = moved.insert(*known).first;
    } else {
      const auto fresh = static_cast<std::int64_t>(held.size() + moved.size()) + 1;
      at = moved.emplace(journal, Held{fresh, {.journal = journal, .edge = {}}}).first;
      while (by_row.contains(at->second.row)) ++at->second.row;
      by_row[at->second.row] = journal;
    }
  }
  at->second.tip.advance(record);
  const StoredRecord& stored = record.stored;
  std::optional<OctetsView> body, digest;
  if (stored.body)
    body = *stored.body;
  else
    digest = view_of(stored.body_digest);
  put_record.run(++last_intake, at->second.row, record.key.seq, stored.core, body, digest,
                 view_of(stored.hash));
}

void SqlcipherStore::Parts::apply(const Transaction& transaction, std::map<JournalId, Held>& moved) {
  for (const Record& record : transaction.records) put(record, moved);
  for (const Answered& one : transaction.answered) put_answered.run(one.ask.to_octets(), one.answer);
  if (transaction.clear_scope) clear_scope.run();
  for (const ScopeChange& change : transaction.scope) {
    const int type = static_cast<int>(change.subject.type);
    const Octets id = change.subject.id.to_octets();
    if (!change.record) {
      drop_scope.run(type, id);
      continue;
    }
    const StoredRecord& record = *change.record;
    Record read;
    ensure(read_record(record.core, record.body, record.body_digest, record.prev, read) == RecordFault::none,
           "a scope takes records that were read");
    put_scope.run(type, id, record.core, record.body, view_of(record.body_digest), view_of(record.prev));
  }
  for (const IntakeChunk& chunk : transaction.intake) put_intake.run(chunk.id, chunk.octets);
  for (std::uint64_t id : transaction.emptied) drop_intake.run(id);
  for (const v1::SignedHead& signed_head : transaction.heads) {
    v1::Head head;
    ensure(head.ParseFromString(signed_head.head()), "a store takes heads that were checked");
    put_head.run(head.origin(), static_cast<int>(head.stream()), static_cast<std::uint64_t>(head.epoch()),
                 signed_head.SerializeAsString());
  }
  for (const auto& [name, octets] : transaction.values) put_value.run(name, octets);
  for (AskId ask : transaction.forgotten) drop_answered.run(ask.to_octets());
  for (const ErasePick& pick : transaction.erased) erase(pick);
}

void SqlcipherStore::Parts::erase(const ErasePick& pick) {
  std::map<std::int64_t, Octets> picked;  // Intake → digest, which stands in the body's place.
  for (auto rows = select_intake_order.ask(0); rows.next();) {
    if (rows.is_null(2)) continue;
    Record record;
    // Where the chain stood before it matters to its hash only.
    const RecordFault fault =
        read_record(Octets(rows.octets(1)), Octets(rows.octets(2)), std::nullopt, zero_digest, record);
    if (fault != RecordFault::none || !pick(record)) continue;
    picked[rows.integer(5)] = to_octets(record.stored.body_digest);
  }
  for (const auto& [intake_number, digest] : picked) erase_record.run(intake_number, digest);
  std::vector<SubjectKey> leaving;
  for (auto rows = select_scope.ask(); rows.next();) {
    Record record;
    if (!rows.is_null(3) &&
        read_record(Octets(rows.octets(2)), Octets(rows.octets(3)), std::nullopt, zero_digest, record) ==
            RecordFault::none &&
        pick(record))
      leaving.push_back(record.subject);
  }
  for (const SubjectKey& subject : leaving)
    drop_scope.run(static_cast<int>(subject.type), subject.id.to_octets());
}

Digest SqlcipherStore::Parts::hash_at(std::int64_t row, const JournalId& journal, std::uint64_t seq) {
  Digest digest = zero_digest;
  if (seq == 0) return digest;
  auto rows = select_hash.ask(row, seq);
  if (!rows.next() || !digest_from(rows.octets(0), digest)) damaged(journal, seq, "it is missing");
  return digest;
}

Record SqlcipherStore::Parts::record_of(const sqlcipher::Statement::Rows& rows, const JournalId& journal,
                                        std::uint64_t seq, const Digest& prev) {
  Record record;
  RecordFault fault =
      read_record(Octets(rows.octets(1)), optional_octets(rows, 2), optional_digest(rows, 3), prev, record);
  if (fault != RecordFault::none) damaged(journal, seq, to_text(fault));
  if (static_cast<std::uint64_t>(rows.integer(0)) != seq || record.key.seq != seq ||
      record.journal() != journal)
    damaged(journal, seq, "another stands in its place");
  if (rows.octets(4) != view_of(record.stored.hash)) damaged(journal, seq, "it is not what was hashed");
  return record;
}

SqlcipherStore::SqlcipherStore(const std::filesystem::path& path, TenantId tenant, const DatabaseKey& key,
                               const sqlcipher::Disk& disk)
    : parts_(std::make_unique<Parts>(path, tenant, key, disk)) {
  parts_->load();
  // A process that was killed leaves commits in the log that only the kernel's cache may have, after a failed
  // fsync without knowing that they are not on the disk. We read them, so the world will hear of them: they
  // are written into the file, and synced, first.
  parts_->checkpoint();
}

SqlcipherStore::~SqlcipherStore() = default;

void SqlcipherStore::commit(std::span<const Transaction> group) {
  Parts& parts = *parts_;
  parts.usable();
  const std::uint64_t last_intake = parts.last_intake;
  std::map<JournalId, Parts::Held> moved;
  const bool erases = std::any_of(group.begin(), group.end(),
                                  [](const Transaction& transaction) { return !transaction.erased.empty(); });
  try {
    // What is deleted is overwritten, whatever it costs.
    if (erases) parts.database.execute("PRAGMA secure_delete=ON");
    parts.begin.run();
    for (const Transaction& transaction : group) parts.apply(transaction, moved);
    for (const auto& [journal, at] : moved)
      parts.put_journal.run(at.row, journal.origin.to_octets(), static_cast<int>(journal.stream),
                            journal.epoch.value, at.tip.seq, view_of(at.tip.hash), at.tip.edge.to_octets());
    parts.end.run();
    if (erases) {
      parts.database.checkpoint();  // The log still had the pages as they were.
      parts.database.execute("PRAGMA secure_delete=FAST");
    }
  } catch (const std::logic_error&) {
    try {
      parts.undo.run();
    } catch (...) {
      parts.poison();
      throw;
    }
    parts.last_intake = last_intake;
    for (const auto& [journal, at] : moved)
      if (!parts.held.contains(journal)) parts.by_row.erase(at.row);
    throw;
  } catch (...) {
    parts.poison();
    throw;
  }
  for (auto& [journal, at] : moved) parts.held[journal] = std::move(at);
}

std::vector<JournalTip> SqlcipherStore::tips() {
  parts_->usable();
  std::vector<JournalTip> tips;
  for (const auto& [journal, at] : parts_->held) tips.push_back(at.tip);
  return tips;
}

std::vector<Record> SqlcipherStore::read(const JournalId& journal, std::uint64_t from,
                                         const ReadLimits& limits) {
  parts_->usable();
  std::vector<Record> records;
  auto at = parts_->held.find(journal);
  if (at == parts_->held.end() || from == 0 || from > at->second.tip.seq) return records;
  const std::int64_t row = at->second.row;
  Digest prev = parts_->hash_at(row, journal, from - 1);
  std::size_t octets = 0, whole = 0;  // `whole`: how many records end with a finished transaction.
  for (auto rows = parts_->select_journal.ask(row, from); rows.next();) {
    octets += rows.octets(1).size() + rows.octets(2).size();
    if (whole > 0 && (records.size() >= limits.records || octets > limits.octets)) break;
    records.push_back(parts_->record_of(rows, journal, from + records.size(), prev));
    prev = records.back().stored.hash;
    if (records.back().header.more() == 0) whole = records.size();
  }
  records.resize(whole);
  return records;
}

Record SqlcipherStore::Parts::next_of(const sqlcipher::Statement::Rows& rows, Reached& reached) {
  const std::int64_t row = rows.integer(6);
  auto journal = by_row.find(row);
  if (journal == by_row.end())
    throw Fault(fmt::format("{}: a record of an unknown journal", database.path().string()));
  auto [at, is_first] = reached.try_emplace(row);
  auto& [seq, hash] = at->second;
  if (is_first) {
    seq = static_cast<std::uint64_t>(rows.integer(0)) - 1;
    hash = hash_at(row, journal->second, seq);
  }
  Record record = record_of(rows, journal->second, ++seq, hash);
  hash = record.stored.hash;
  return record;
}

void SqlcipherStore::replay(std::uint64_t after, const std::function<void(std::uint64_t, Record&&)>& visit) {
  parts_->usable();
  Parts::Reached reached;
  for (auto rows = parts_->select_intake_order.ask(after); rows.next();) {
    Record record = parts_->next_of(rows, reached);
    visit(static_cast<std::uint64_t>(rows.integer(5)), std::move(record));
  }
}

std::vector<Record> SqlcipherStore::read_intake(std::uint64_t after, const ReadLimits& limits) {
  parts_->usable();
  Parts::Reached reached;
  std::vector<Record> records;
  std::size_t octets = 0, whole = 0;  // `whole`: how many records end with a finished transaction.
  for (auto rows = parts_->select_intake_order.ask(after); rows.next();) {
    octets += rows.octets(1).size() + rows.octets(2).size();
    if (whole > 0 && (records.size() >= limits.records || octets > limits.octets)) break;
    records.push_back(parts_->next_of(rows, reached));
    if (records.back().header.more() == 0) whole = records.size();
  }
  records.resize(whole);
  return records;
}

void SqlcipherStore::scope(const std::function<void(Record&&)>& visit) {
  parts_->usable();
  for (auto rows = parts_->select_scope.ask(); rows.next();) {
    Record record;
    Digest prev{};
    const bool has_prev = digest_from(rows.octets(5), prev);
    RecordFault fault =
        read_record(Octets(rows.octets(2)), optional_octets(rows, 3), optional_digest(rows, 4), prev, record);
    if (!has_prev || fault != RecordFault::none)
      throw Fault(fmt::format("{}: a subject of the scope is damaged: {}", parts_->database.path().string(),
                              to_text(fault)));
    visit(std::move(record));
  }
}

std::vector<IntakeChunk> SqlcipherStore::intake() {
  parts_->usable();
  std::vector<IntakeChunk> chunks;
  for (auto rows = parts_->select_intake.ask(); rows.next();)
    chunks.push_back({static_cast<std::uint64_t>(rows.integer(0)), Octets(rows.octets(1))});
  return chunks;
}

std::optional<Octets> SqlcipherStore::answered(AskId ask) {
  parts_->usable();
  const Octets id = ask.to_octets();
  auto rows = parts_->select_answered.ask(id);
  return rows.next() ? std::optional(Octets(rows.octets(0))) : std::nullopt;
}

void SqlcipherStore::each_answered(const std::function<void(AskId, Octets)>& visit) {
  parts_->usable();
  for (auto rows = parts_->select_all_answered.ask(); rows.next();)
    if (auto ask = AskId::from_octets(rows.octets(0))) visit(*ask, Octets(rows.octets(1)));
}

std::optional<Octets> SqlcipherStore::value(const std::string& name) {
  parts_->usable();
  auto rows = parts_->select_value.ask(name);
  return rows.next() ? std::optional(Octets(rows.octets(0))) : std::nullopt;
}

std::map<std::string, Octets> SqlcipherStore::values(const std::string& prefix) {
  parts_->usable();
  std::map<std::string, Octets> found;
  for (auto rows = parts_->select_values.ask(prefix); rows.next() && rows.octets(0).starts_with(prefix);)
    found.emplace(rows.octets(0), rows.octets(1));
  return found;
}

std::vector<v1::SignedHead> SqlcipherStore::heads() {
  parts_->usable();
  std::vector<v1::SignedHead> heads;
  for (auto rows = parts_->select_heads.ask(); rows.next();) {
    const OctetsView octets = rows.octets(0);
    if (!heads.emplace_back().ParseFromArray(octets.data(), static_cast<int>(octets.size())))
      throw Fault(fmt::format("{}: a signed head is damaged", parts_->database.path().string()));
  }
  return heads;
}

void SqlcipherStore::give_to(std::thread::id owner) { parts_->owner.give_to(owner, one_owner); }

void SqlcipherStore::checkpoint() {
  parts_->usable();
  parts_->checkpoint();
}

}  // namespace feldsher
