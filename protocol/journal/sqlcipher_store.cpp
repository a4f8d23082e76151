#include <algorithm>

#include "protocol/journal/kept_heads.hpp"
#include "protocol/journal/sqlcipher_parts.hpp"

namespace feldsher {
namespace {

/// Whether something about people goes that a holder of the key must not find in the files any more.
bool takes_content_away(const Transaction& transaction) {
  return !transaction.erased.empty() || !transaction.dropped.empty() || !transaction.forgotten.empty() ||
         std::any_of(transaction.scope.begin(), transaction.scope.end(),
                     [](const ScopeChange& change) { return !change.record; });
}

/// A record has its body, or the digest in its place.
struct BodyColumns {
  explicit BodyColumns(const StoredRecord& record) {
    if (record.body)
      body = *record.body;
    else
      digest = view_of(record.body_digest);
  }
  std::optional<OctetsView> body, digest;
};

}  // namespace

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
    found.cut.journal = tip.journal;
    found.cut.seq = static_cast<std::uint64_t>(rows.integer(7));
    if (found.cut.seq != 0 && (found.cut.seq > tip.seq || !digest_from(rows.octets(8), found.cut.hash) ||
                               (!rows.is_null(9) && !found.cut.edge.restore(found.cut.seq, rows.octets(9)))))
      damaged(tip.journal, found.cut.seq, "the cut of the journal cannot be read");
    by_row[found.row] = tip.journal;
    held[tip.journal] = std::move(found);
  }
  // A tail that was cut off with the key in hand shows here, at once; the rest is for the verifier.
  for (const auto& [journal, found] : held) {
    // All of it may have been dropped.
    if (found.tip.seq == found.cut.seq && found.tip.hash == found.cut.hash) continue;
    auto rows = select_last.ask(found.row);
    if (!rows.next() || static_cast<std::uint64_t>(rows.integer(0)) != found.tip.seq ||
        rows.octets(1) != view_of(found.tip.hash))
      damaged(journal, found.tip.seq, "it is not the last one that the journal holds");
  }
  last_intake = static_cast<std::uint64_t>(database.number("SELECT max(intake) FROM record"));
}

SqlcipherStore::Parts::Held& SqlcipherStore::Parts::moving(const JournalId& journal,
                                                           std::map<JournalId, Held>& moved) {
  if (auto at = moved.find(journal); at != moved.end()) return at->second;
  if (auto known = held.find(journal); known != held.end()) return moved.insert(*known).first->second;
  const auto fresh = static_cast<std::int64_t>(held.size() + moved.size()) + 1;
  Held& at = moved[journal];
  at = {fresh, {.journal = journal, .edge = {}}, {.journal = journal, .edge = {}}};
  while (by_row.contains(at.row)) ++at.row;
  by_row[at.row] = journal;
  return at;
}

void SqlcipherStore::Parts::put(const Record& record, std::map<JournalId, Held>& moved) {
  ensure(record.tenant == tenant, "a journal takes records of its tenant only");
  Held& at = moving(record.journal(), moved);
  at.tip.advance(record);
  const StoredRecord& stored = record.stored;
  const BodyColumns columns(stored);
  put_record.run(++last_intake, at.row, record.key.seq, stored.core, columns.body, columns.digest,
                 view_of(stored.hash));
}

void SqlcipherStore::Parts::begin_at(const BegunJournal& begun, std::map<JournalId, Held>& moved) {
  Held& at = moving(begun.cut.journal, moved);
  ensure(at.tip.seq == 0, "of a journal that begins at its cut nothing is held");
  ensure(begun.is_sound(tenant), "what is kept up to a cut is of its journal");
  at.tip = at.cut = begun.cut;
  if (!begun.tree_known) at.cut.edge = {};
  for (const Record& record : begun.kept) {
    const StoredRecord& stored = record.stored;
    const BodyColumns columns(stored);
    put_kept.run(++last_intake, at.row, record.key.seq, stored.core, columns.body, columns.digest,
                 view_of(stored.hash), view_of(stored.prev));
  }
}

void SqlcipherStore::Parts::put(const v1::SignedHead& signed_head) {
  v1::Head head;
  ensure(head.ParseFromString(signed_head.head()), "a store takes heads that were checked");
  const int stream = static_cast<int>(head.stream());
  const std::uint64_t epoch = head.epoch();
  KeptHeads kept;
  for (auto rows = select_head.ask(head.origin(), stream, epoch); rows.next();)
    for (const v1::SignedHead& before : heads_of(rows)) kept.take(before);
  kept.take(signed_head);
  const auto heads = kept.all();
  std::optional<Octets> own;
  if (heads.size() > 1) own = heads[1].SerializeAsString();
  put_head.run(head.origin(), stream, epoch, heads[0].SerializeAsString(), own);
}

void SqlcipherStore::Parts::apply(const Transaction& transaction, std::map<JournalId, Held>& moved) {
  for (const BegunJournal& begun : transaction.begun) begin_at(begun, moved);
  for (const Record& record : transaction.records) put(record, moved);
  for (const Answered& one : transaction.answered) put_answered.run(one.ask.to_octets(), one.answer);
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
  for (const v1::SignedHead& signed_head : transaction.heads) put(signed_head);
  for (const auto& [name, octets] : transaction.values) put_value.run(name, octets);
  for (AskId ask : transaction.forgotten) drop_answered.run(ask.to_octets());
  for (const ErasePick& pick : transaction.erased) erase(pick, moved);
  for (const JournalTip& each : transaction.cuts) cut(each, moved);
  for (const RecordRange& range : transaction.dropped) drop(range, moved);
}

void SqlcipherStore::Parts::cut(const JournalTip& cut, std::map<JournalId, Held>& moved) {
  Held& at = moving(cut.journal, moved);
  ensure(cut.seq > at.cut.seq && cut.seq <= at.tip.seq, "a cut moves on, within its journal");
  {
    auto rows = select_place.ask(at.row, cut.seq);
    if (!rows.next()) damaged(cut.journal, cut.seq, "it is missing");
    ensure(rows.octets(0) == view_of(cut.hash), "a cut is at a record of its journal");
    const OctetsView core = rows.octets(1);
    v1::HeaderCore header;
    if (!header.ParseFromArray(core.data(), static_cast<int>(core.size())))
      damaged(cut.journal, cut.seq, "its header cannot be read");
    ensure(header.more() == 0, "a cut is at the end of a transaction");
  }
  // A journal that began at its cut may never have held the record there: only that cut knew its hash.
  if (at.cut.seq != 0) keep_first.run(at.row, at.cut.seq, view_of(at.cut.hash));
  at.cut = cut;
  if (cut.edge.leaves() != cut.seq) at.cut.edge = {};
}

void SqlcipherStore::Parts::drop(const RecordRange& range, std::map<JournalId, Held>& moved) {
  const Held& at = moving(range.journal, moved);
  ensure(range.first <= range.last && range.last <= at.cut.seq, "only what lies before a cut is dropped");
  keep_prev.run(at.row, range.last);
  drop_records.run(at.row, range.first, range.last);
  auto rows = select_last_intake.ask();
  last_intake = rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

void SqlcipherStore::Parts::erase(const RecordsAt& named, const std::map<JournalId, Held>& moved) {
  for (const RecordKey& place : named.places()) {
    const JournalId id{place.origin, place.stream, place.epoch};
    auto journal = moved.find(id);  // One that begins in this very group is not held yet.
    if (journal == moved.end() && (journal = held.find(id)) == held.end()) continue;
    std::optional<std::pair<std::int64_t, Octets>>
        found;  // Intake; digest, which stands in the body's place.
    if (auto rows = select_body.ask(journal->second.row, place.seq); rows.next())
      found.emplace(rows.integer(0), to_octets(sha256(rows.octets(1))));
    if (found) erase_record.run(found->first, found->second);
  }
}

void SqlcipherStore::Parts::erase(const ErasePick& pick, const std::map<JournalId, Held>& moved) {
  if (const auto* named = pick.target<RecordsAt>()) return erase(*named, moved);
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
  const bool erases = std::any_of(group.begin(), group.end(), takes_content_away);
  try {
    // What is deleted is overwritten, whatever it costs.
    if (erases) parts.database.execute("PRAGMA secure_delete=ON");
    parts.begin.run();
    for (const Transaction& transaction : group) parts.apply(transaction, moved);
    for (const auto& [journal, at] : moved) {
      parts.put_journal.run(at.row, journal.origin.to_octets(), static_cast<int>(journal.stream),
                            journal.epoch.value, at.tip.seq, view_of(at.tip.hash), at.tip.edge.to_octets());
      if (at.cut.seq == 0) continue;
      std::optional<Octets> edge;
      if (at.cut.edge.leaves() != 0) edge = at.cut.edge.to_octets();
      parts.put_cut.run(at.row, at.cut.seq, view_of(at.cut.hash), edge);
    }
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

void SqlcipherStore::give_to(std::thread::id owner) {
  parts_->owner.give_to(owner, "one thread uses a store");
}

void SqlcipherStore::checkpoint() {
  parts_->usable();
  parts_->checkpoint();
}

}  // namespace feldsher
