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
      : database_(file, key, sqlcipher::Access::write) {
    database_.execute("PRAGMA synchronous=OFF; BEGIN");
    Statement find(database_, "SELECT id FROM journal WHERE origin=?1 AND stream=?2 AND epoch=?3");
    const Octets origin = journal.origin.to_octets();
    auto rows = find.ask(origin, static_cast<int>(journal.stream), journal.epoch.value);
    ensure(rows.next(), "the journal is there");
    journal_ = rows.integer(0);
  }
  void finish() { database_.execute("COMMIT"); }

  void make(const Mutation& mutation, const StoredRow& before, const std::vector<StoredRow>& later) {
    switch (mutation.kind) {
      case Kind::cut:
        return erase(mutation.seq, UINT32_MAX);
      case Kind::cut_and_close:
        erase(mutation.seq, UINT32_MAX);
        return close_at(mutation.seq - 1, before.hash);
      case Kind::rewrite:
        return rewrite(mutation, later);
      case Kind::flip_head:
        return flip_head(mutation.seq);
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
  void rewrite(const Mutation& mutation, const std::vector<StoredRow>& later) {
    Octets prev = mutation.rows.front().hash;
    erase(mutation.seq, UINT32_MAX);
    put(mutation.rows.front());
    for (StoredRow row : later) {
      row.hash = prev = hash_in(row, prev);
      put(row);
    }
    close_at(mutation.seq + later.size(), prev);
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
  std::int64_t journal_ = 0;
};

}  // namespace

Result tamper_files(const std::filesystem::path& folder, std::uint64_t count, std::uint64_t seed) {
  const DataFolder data = DataFolder::open(folder);
  const Octets central_key = Ed25519Signer(SigningKey::from_seed({8})).public_key();
  std::map<JournalId, std::vector<StoredRow>> journals;
  {
    SqlcipherJournal journal(data.journal(), data.key());
    journal.rows([&](StoredRow&& row) { journals[row.journal].push_back(std::move(row)); });
  }
  testing::SeededRandom random(seed);
  Result result;
  testing::TemporaryFolder place;
  const auto copy = place.path() / "journal.db";
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto& [journal, rows] =
        *std::next(journals.begin(), static_cast<std::ptrdiff_t>(random.below(journals.size())));
    std::optional<Mutation> mutation;
    std::size_t at = 0;
    const auto before = [&] { return at == 0 ? StoredRow{} : rows[at - 1]; };
    while (!mutation) {
      at = random.below(rows.size());
      const std::vector<StoredRow> ahead(
          rows.begin() + static_cast<std::ptrdiff_t>(at),
          rows.begin() + static_cast<std::ptrdiff_t>(std::min(at + 2, rows.size())));
      mutation = mutate(kinds()[i % kinds().size()], before(), ahead, random);
    }
    // Its own hashes all fit: the signed head at the journal's end is what does not.
    if (mutation->kind == Kind::rewrite) mutation->expected = rows.size();
    std::filesystem::copy_file(data.journal(), copy, std::filesystem::copy_options::overwrite_existing);
    {
      Forgery forgery(copy, data.key(), journal);
      forgery.make(*mutation, before(), {rows.begin() + static_cast<std::ptrdiff_t>(at) + 1, rows.end()});
      forgery.finish();
    }
    SqlcipherJournal seen(copy, data.key());
    const Audit audited = audit(seen, {central_key});
    result.records = audited.records;
    Tally& tally = result.kinds[mutation->kind];
    ++tally.made;
    const auto found =
        std::find_if(audited.findings.begin(), audited.findings.end(),
                     [&, wanted = journal](const auto& each) { return each.journal == wanted; });
    if (found != audited.findings.end() && found->seq == mutation->expected && !audited.good()) {
      ++tally.found;
      continue;
    }
    result.missed.push_back(fmt::format(
        "{} at record {} of {}: {}", to_text(mutation->kind), mutation->seq, rows.size(),
        found == audited.findings.end() ? "not found" + audited.damage
                                        : fmt::format("record {} named: {}", found->seq, found->what)));
  }
  return result;
}

}  // namespace feldsher::tamper
