#include "protocol/journal/audit.hpp"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/head_keys.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

std::optional<Digest> digest_of(const std::optional<Octets>& octets) {
  Digest digest;
  return octets && digest_from(*octets, digest) ? std::optional(digest) : std::nullopt;
}

/// One look at a journal. What cannot be read hides nothing of the rest.
class Auditing {
 public:
  Auditing(SqlcipherJournal& journal, const TrustedKeys& trusted)
      : journal_(journal), with_central_(!trusted.central.empty()), verifier_(journal.tenant()) {
    report_.tenant = journal.tenant().to_text();
    verifier_.trust(trusted);
  }

  Audit look(const std::vector<v1::SignedHead>& known_heads) {
    // These three are told before the records.
    const std::string no_values = unread("the handovers and the checkpoint", [&] { values(); });
    std::vector<v1::SignedHead> heads;
    unread("the signed heads", [&] { heads = this->heads(); });
    heads.insert(heads.end(), known_heads.begin(), known_heads.end());
    for (const v1::SignedHead& head : heads) verifier_.expect_head(head);
    std::vector<SqlcipherJournal::End> ends;
    const std::string no_ends = unread("the ends of the journals", [&] { ends = journal_.ends(); });
    for (const auto& end : ends) begin(end);
    // A journal may have been cut before the first record that is here.
    ends_known_ = no_ends.empty();
    if (!ends_known_) verifier_.damaged("where the journals were cut is not known: " + no_ends);
    unread("the records", [&] { rows(); });
    verifier_.lead(heads, Ed25519Check());
    if (no_values.empty() && ends_known_) verifier_.kept(Ed25519Check());
    for (const auto& end : ends)
      verifier_.tip(end.journal, end.seq, digest_of(end.hash).value_or(zero_digest));
    for (const v1::SignedHead& head : heads) verifier_.head(head, Ed25519Check());
    if (report_.damage.empty()) verifier_.expect_led_to();
    if (report_.damage.empty()) report_.damage = journal_.damage_beside();
    return finish();
  }

 private:
  /// Why it cannot be read, which is told; empty: it can.
  std::string unread(const char* what, const std::function<void()>& reading) {
    try {
      reading();
      return {};
    } catch (const Fault& fault) {
      damaged(what, fault.what());
      return fault.what();
    }
  }

  /// What is met first stands for all of it.
  void damaged(const char* what, const std::string& why) {
    if (report_.damage.empty()) report_.damage = fmt::format("{}; met in {}", why, what);
  }

  void values() {
    for (auto& [name, signature] : journal_.values(central_handover_values))
      verifier_.handover(from_hex(name.substr(std::string_view(central_handover_values).size())), signature);
    for (const auto& [name, octets] : journal_.values(checkpoint_value)) {
      v1::SignedCheckpoint checkpoint;
      if (!checkpoint.ParseFromString(octets)) checkpoint.Clear();
      verifier_.expect_checkpoint(checkpoint);
    }
  }

  std::vector<v1::SignedHead> heads() {
    std::vector<v1::SignedHead> heads;
    for (const Octets& octets : journal_.heads())
      if (!heads.emplace_back().ParseFromString(octets)) heads.back().Clear();  // Reported as unreadable.
    return heads;
  }

  void begin(const SqlcipherJournal::End& end) {
    report_.rows[end.journal] = 0;
    if (end.cut_seq == 0) return;
    report_.cuts[end.journal] = end.cut_seq;
    JournalTip cut{.journal = end.journal, .seq = end.cut_seq, .hash = {}, .edge = {}};
    cut.hash = digest_of(end.cut_hash).value_or(zero_digest);
    if (end.cut_edge && !cut.edge.restore(end.cut_seq, *end.cut_edge)) cut.edge = {};
    verifier_.cut(cut);
  }

  void rows() {
    auto take = [&](StoredRow&& row) {
      ++report_.rows[row.journal];
      Digest hash{};  // A hash of another length is no record's.
      if (!digest_from(row.hash, hash)) hash.fill(0);
      verifier_.record(row.journal, row.seq, std::move(row.core), std::move(row.body),
                       digest_of(row.body_digest), hash, digest_of(row.prev));
    };
    journal_.rows(take, {.damage =
                             [&](const std::string& why) {
                               damaged("the records, or in their index", why);
                               verifier_.damaged(why);
                             },
                         .lost = [&](const JournalId& id, std::uint64_t seq) { verifier_.lost(id, seq); }});
  }

  Audit finish() {
    if (with_central_)
      for (const auto& [id, count] : report_.rows) report_.countersigned[id] = verifier_.countersigned(id);
    report_.findings = verifier_.findings();
    report_.records = verifier_.records_checked();
    report_.heads = verifier_.heads_checked();
    if (!report_.damage.empty() && report_.findings.empty())
      report_.damage += fmt::format("; the {} records that were found all fit{}", report_.records,
                                    ends_known_ ? ", and no other is missing" : "");
    return std::move(report_);
  }

  SqlcipherJournal& journal_;
  bool with_central_, ends_known_ = false;
  Verifier verifier_;
  Audit report_{.tenant = {}, .rows = {}, .cuts = {}, .countersigned = {}, .findings = {}, .damage = {}};
};

}  // namespace

Audit audit(SqlcipherJournal& journal, const TrustedKeys& trusted,
            const std::vector<v1::SignedHead>& known_heads) {
  return Auditing(journal, trusted).look(known_heads);
}

}  // namespace feldsher
