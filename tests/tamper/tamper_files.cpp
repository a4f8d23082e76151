#include <fmt/format.h>

#include <algorithm>

#include "protocol/journal/audit.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "protocol/record/result.hpp"
#include "tests/tamper/tampering.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::tamper {
namespace {

using sqlcipher::Database;
using sqlcipher::Statement;

/// A copy of a closed journal file, changed by SQL: the database's key is all that it takes.
class Forgery {
 public:
  Forgery(const std::filesystem::path& file, const DatabaseKey& key, const JournalId& journal)
      : database_(file, key, sqlcipher::Access::write), id_(journal) {
    database_.execute("PRAGMA synchronous=OFF; BEGIN");
    Statement find(database_, "SELECT id FROM journal WHERE origin=?1 AND stream=?2 AND epoch=?3");
    const Octets origin = journal.origin.to_octets();
    auto rows = find.ask(origin, static_cast<int>(journal.stream), journal.epoch.value);
    ensure(rows.next(), "the journal is there");
    journal_ = rows.integer(0);
  }
  void finish() { database_.execute("COMMIT"); }

  /// At most `count` rows from `seq` on.
  std::vector<StoredRow> rows(std::uint64_t seq, std::uint64_t count) {
    std::vector<StoredRow> found;
    Statement select(database_,
                     "SELECT seq, core, body, body_digest, hash FROM record WHERE journal=?1 AND seq>=?2 "
                     "ORDER BY seq LIMIT ?3");
    for (auto rows = select.ask(journal_, seq, count); rows.next();)
      found.push_back({id_, static_cast<std::uint64_t>(rows.integer(0)), Octets(rows.octets(1)),
                       rows.optional_octets(2), rows.optional_octets(3), Octets(rows.octets(4))});
    return found;
  }

  void make(const Mutation& mutation, const StoredRow& before) {
    switch (mutation.kind) {
      case Kind::cut:
        return erase(mutation.seq, UINT32_MAX);
      case Kind::cut_and_close:
        erase(mutation.seq, UINT32_MAX);
        return close_at(mutation.seq - 1, before.hash);
      case Kind::rewrite:
        return rewrite(mutation.rows.front());
      case Kind::flip_head:
        return flip_head(mutation.seq);
      case Kind::old_copy:
        return go_back_before(mutation.seq);
      default:
        break;
    }
    const std::uint64_t from = mutation.seq + mutation.consumed;
    erase(mutation.seq, from);
    if (mutation.rows.size() > mutation.consumed) {
      Statement(database_, "UPDATE record SET seq=-(seq+1) WHERE journal=?1 AND seq>=?2").run(journal_, from);
      Statement(database_, "UPDATE record SET seq=-seq WHERE journal=?1 AND seq<0").run(journal_);
      Statement(database_, "UPDATE journal SET seq=seq+1 WHERE id=?1").run(journal_);
    }
    for (const StoredRow& row : mutation.rows) put(row);
  }

 private:
  void erase(std::uint64_t from, std::uint64_t until) {
    Statement(database_, "DELETE FROM record WHERE journal=?1 AND seq>=?2 AND seq<?3")
        .run(journal_, from, until);
  }
  void put(const StoredRow& row) {
    Statement(
        database_,
        "INSERT INTO record(journal, seq, core, body, body_digest, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
        .run(journal_, row.seq, row.core, row.body, row.body_digest, row.hash);
  }
  void close_at(std::uint64_t seq, const Octets& hash) {
    Statement(database_, "UPDATE journal SET seq=?2, hash=?3 WHERE id=?1").run(journal_, seq, hash);
  }
  void rewrite(const StoredRow& first) {
    erase(first.seq, first.seq + 1);
    put(first);
    Octets prev = first.hash;
    std::uint64_t seq = first.seq;
    Statement hash(database_, "UPDATE record SET hash=?3 WHERE journal=?1 AND seq=?2");
    for (auto later = rows(seq + 1, 1000); !later.empty(); later = rows(seq + 1, 1000))
      for (const StoredRow& row : later) {
        prev = hash_in(row, prev);
        hash.run(journal_, seq = row.seq, prev);
      }
    close_at(seq, prev);
  }
  /// To the moment before the record came: all that came later is gone in every journal, and no head had been
  /// signed yet.
  void go_back_before(std::uint64_t seq) {
    std::int64_t moment = 0;
    {
      Statement find(database_, "SELECT intake FROM record WHERE journal=?1 AND seq=?2");
      auto rows = find.ask(journal_, seq);
      ensure(rows.next(), "the record is there");
      moment = rows.integer(0);
    }
    Statement(database_, "DELETE FROM record WHERE intake>=?1").run(moment);
    database_.execute(
        "DELETE FROM head;"
        "DELETE FROM journal WHERE id NOT IN (SELECT journal FROM record);"
        "UPDATE journal SET (seq, hash) = (SELECT seq, hash FROM record WHERE journal=journal.id "
        "ORDER BY seq DESC LIMIT 1)");
  }
  /// Of the node's signature or of central's: the signed octets are their own proof.
  void flip_head(std::uint64_t which) {
    Statement find(database_,
                   "SELECT h.octets FROM head h JOIN journal j USING(origin, stream, epoch) WHERE j.id=?1");
    v1::SignedHead head;
    {
      auto rows = find.ask(journal_);
      ensure(rows.next() && head.ParseFromString(Octets(rows.octets(0))), "a head is there");
    }
    std::string& signature = which % 2 == 0 ? *head.mutable_signature() : *head.mutable_countersignature();
    signature[which % signature.size()] ^= 1;
    Statement(database_,
              "UPDATE head SET octets=?2 WHERE (origin, stream, epoch) IN "
              "(SELECT origin, stream, epoch FROM journal WHERE id=?1)")
        .run(journal_, head.SerializeAsString());
  }

  Database database_;
  JournalId id_;
  std::int64_t journal_ = 0;
};

/// Changes a copy of the file in this way somewhere in `journal`.
Mutation forge(const std::filesystem::path& copy, const DatabaseKey& key,
               const SqlcipherJournal::End& journal, Kind kind, Random& random) {
  Forgery forgery(copy, key, journal.journal);
  std::optional<Mutation> mutation;
  StoredRow before;
  while (!mutation) {
    const std::uint64_t seq = 1 + random.below(journal.seq);
    before = seq == 1 ? StoredRow{} : forgery.rows(seq - 1, 1).at(0);
    mutation = mutate(kind, before, forgery.rows(seq, 2), random);
  }
  forgery.make(*mutation, before);
  forgery.finish();
  // Its own hashes all fit: the signed head at the journal's end is what does not.
  if (kind == Kind::rewrite) mutation->expected = journal.seq;
  // Without central's countersignature nothing leads to any of its records.
  if (kind == Kind::flip_head && mutation->seq % 2 != 0) mutation->expected = 1;
  return std::move(*mutation);
}

/// Another history of the same journals in place of the copy: whole in itself, and signed by the forger.
Mutation write_anew(const std::filesystem::path& copy, const DataFolder& data, TenantId tenant,
                    const SqlcipherJournal::End& journal, Random& random) {
  for (const char* of : {"", "-wal"}) std::filesystem::remove(copy.string() + of);
  const Ed25519Signer forger{SigningKey::from_seed({66})};
  testing::WritingNode forging(random.u64(), tenant, journal.journal.origin);
  forging.writer.begin(journal.journal.epoch);
  SqlcipherStore store(copy, tenant, data.key());
  testing::commit(store, forging.open(forger.public_key()));
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    testing::commit(store, forging.write({"what never was", "nor this"}, stream));
    Transaction head;
    head.heads = {sign_head(tenant, forging.writer.tip(stream), forger)};
    if (random.below(2) == 0) countersign(head.heads[0], forger);
    testing::commit(store, head);
  }
  return {.kind = Kind::anew, .seq = 1, .rows = {}, .consumed = 0, .expected = 1};
}

}  // namespace

Result tamper_files(const std::filesystem::path& folder, std::uint64_t count, std::uint64_t seed) {
  const DataFolder data = DataFolder::open(folder);
  const Octets central_key = Ed25519Signer(SigningKey::from_seed({8})).public_key();
  std::vector<SqlcipherJournal::End> ends;
  std::vector<v1::SignedHead> kept_elsewhere;
  TenantId tenant;
  {
    SqlcipherJournal journal(data.journal(), data.key());
    ends = journal.ends();
    tenant = journal.tenant();
    for (const Octets& octets : journal.heads())
      ensure(kept_elsewhere.emplace_back().ParseFromString(octets), "the true heads can be read");
  }
  testing::SplitMix random(seed);
  Result result;
  const auto copy = folder / "changed.db";  // Beside it: there may be little room elsewhere.
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto& journal = ends.at(random.below(ends.size()));
    const Kind kind = kinds()[i % kinds().size()];
    std::filesystem::copy_file(data.journal(), copy, std::filesystem::copy_options::overwrite_existing);
    const Mutation mutation = kind == Kind::anew ? write_anew(copy, data, tenant, journal, random)
                                                 : forge(copy, data.key(), journal, kind, random);
    SqlcipherJournal seen(copy, data.key());
    const Audit audited = audit(seen, {.central = {central_key}},
                                kind == Kind::old_copy ? kept_elsewhere : std::vector<v1::SignedHead>());
    result.records = audited.records;
    Tally& tally = result.kinds[kind];
    ++tally.made;
    const auto found = std::find_if(audited.findings.begin(), audited.findings.end(),
                                    [&](const auto& each) { return each.journal == journal.journal; });
    if (found != audited.findings.end() && found->seq == mutation.expected && !audited.good()) {
      ++tally.found;
      continue;
    }
    result.missed.push_back(fmt::format("{} at record {} of {}: {}", to_text(kind), mutation.seq, journal.seq,
                                        found == audited.findings.end()
                                            ? "not found" + audited.damage
                                            : fmt::format("record {} named: {}", found->seq, found->what)));
  }
  for (const char* of : {"", "-wal"}) std::filesystem::remove(copy.string() + of);
  return result;
}

}  // namespace feldsher::tamper
