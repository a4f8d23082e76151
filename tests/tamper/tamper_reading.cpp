#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "protocol/journal/audit.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "tests/tamper/tampering.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::tamper {
namespace {

Digest digest_of(const Octets& octets) {
  Digest digest{};
  digest_from(octets, digest);
  return digest;
}

void feed(Verifier& verifier, const StoredRow& row) {
  Digest absent{};
  std::optional<Digest> body_digest;
  if (row.body_digest && digest_from(*row.body_digest, absent)) body_digest = absent;
  verifier.record(row.journal, row.seq, row.core, row.body, body_digest, digest_of(row.hash));
}

/// One pass over a file; at each drawn place a copy of the verifier sees what was mutated.
class Pass {
 public:
  Pass(SqlcipherJournal& journal, std::uint64_t count, std::uint64_t seed)
      : random_(seed), truth_(journal.tenant()), ends_(journal.ends()) {
    std::uint64_t records = 0;
    for (const auto& end : ends_) records += end.seq;
    for (std::uint64_t i = 0; i < count; ++i) places_.push_back(random_.below(records));
    std::sort(places_.begin(), places_.end());
    for (const Octets& octets : journal.heads()) {
      v1::SignedHead head;
      if (head.ParseFromString(octets)) heads_.push_back(head);
    }
    for (const auto& head : heads_) truth_.expect_head(head);
  }

  void row(StoredRow&& next) {
    ahead_.push_back(std::move(next));
    if (ahead_.size() > 3) step();
  }
  Result finish() {
    while (!ahead_.empty()) step();
    return std::move(result_);
  }

 private:
  void step() {
    for (; at_ < places_.size() && places_[at_] == passed_; ++at_) attack();
    StoredRow row = std::move(ahead_.front());
    ahead_.erase(ahead_.begin());
    feed(truth_, row);
    before_ = std::move(row);
    ++passed_;
  }

  void attack() {
    std::vector<StoredRow> rows;
    for (const StoredRow& row : ahead_)
      if (row.journal == ahead_.front().journal) rows.push_back(row);
    const StoredRow before = before_.journal == rows.front().journal ? before_ : StoredRow{};
    std::optional<Mutation> mutation;
    while (!mutation) {
      const Kind kind = kinds()[random_.below(kinds().size())];
      // What touches the whole journal is for tamper_files.
      if (kind != Kind::rewrite && kind != Kind::flip_head && kind != Kind::anew)
        mutation = mutate(kind, before, rows, random_);
    }
    Verifier verifier = truth_;
    show(verifier, *mutation, before, rows);
    Tally& tally = result_.kinds[mutation->kind];
    ++tally.made;
    const auto& findings = verifier.findings();
    const JournalId& journal = rows.front().journal;
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&](const Verifier::Finding& each) { return each.journal == journal; });
    if (found != findings.end() && found->seq == mutation->expected) {
      ++tally.found;
      return;
    }
    result_.missed.push_back(fmt::format(
        "{} at record {}: {}", to_text(mutation->kind), mutation->seq,
        found == findings.end() ? "not found" : fmt::format("record {} named: {}", found->seq, found->what)));
  }

  /// What the file would give from here on.
  void show(Verifier& verifier, const Mutation& mutation, const StoredRow& before,
            const std::vector<StoredRow>& rows) {
    for (const StoredRow& row : mutation.rows) feed(verifier, row);
    if (mutation.kind == Kind::cut) {
      for (const auto& end : ends_) verifier.tip(end.journal, end.seq, digest_of(end.hash));
      return;
    }
    // The heads: the file's own, or those that somebody else keeps.
    if (mutation.kind == Kind::cut_and_close || mutation.kind == Kind::old_copy) {
      verifier.tip(rows.front().journal, mutation.seq - 1, digest_of(before.hash));
      for (const v1::SignedHead& head : heads_) verifier.head(head, check_);
      return;
    }
    const std::uint64_t moved = mutation.rows.size() > mutation.consumed ? 1 : 0;
    for (std::size_t i = mutation.consumed; i < rows.size(); ++i) {
      StoredRow later = rows[i];
      later.seq += moved;
      feed(verifier, later);
    }
  }

  testing::SplitMix random_;
  Verifier truth_;
  std::vector<SqlcipherJournal::End> ends_;
  std::vector<v1::SignedHead> heads_;
  std::vector<std::uint64_t> places_;
  std::vector<StoredRow> ahead_;
  StoredRow before_;
  std::uint64_t passed_ = 0;
  std::size_t at_ = 0;
  Ed25519Check check_;
  Result result_;
};

}  // namespace

Result tamper_reading(const std::filesystem::path& folder, std::uint64_t count, std::uint64_t seed) {
  const DataFolder data = DataFolder::open(folder);
  SqlcipherJournal journal(data.journal(), data.key());
  const auto began = std::chrono::steady_clock::now();
  const Audit whole = audit(journal);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  Pass pass(journal, count, seed);
  journal.rows([&](StoredRow&& row) { pass.row(std::move(row)); });
  Result result = pass.finish();
  if (!whole.good()) result.missed.push_back("the journal was bad before anybody changed it");
  result.records = whole.records;
  result.verifying_s = took.count();
  return result;
}

}  // namespace feldsher::tamper
