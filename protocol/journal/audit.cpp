#include "protocol/journal/audit.hpp"

#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/head_keys.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

std::optional<Digest> digest_of(const std::optional<Octets>& octets) {
  Digest digest;
  return octets && digest_from(*octets, digest) ? std::optional(digest) : std::nullopt;
}

}  // namespace

Audit audit(SqlcipherJournal& journal, const TrustedKeys& trusted,
            const std::vector<v1::SignedHead>& known_heads) {
  Audit report{.tenant = journal.tenant().to_text(),
               .rows = {},
               .cuts = {},
               .countersigned = {},
               .findings = {},
               .damage = {}};
  Verifier verifier(journal.tenant());
  verifier.trust(trusted);
  try {
    for (auto& [name, signature] : journal.values(central_handover_values))
      verifier.handover(from_hex(name.substr(std::string_view(central_handover_values).size())), signature);
    std::vector<v1::SignedHead> heads;
    for (const Octets& octets : journal.heads())
      if (!heads.emplace_back().ParseFromString(octets))
        heads.back().Clear();  // Reported as unreadable below.
    heads.insert(heads.end(), known_heads.begin(), known_heads.end());
    for (const v1::SignedHead& head : heads) verifier.expect_head(head);
    const auto ends = journal.ends();
    for (const auto& end : ends) {
      report.rows[end.journal] = 0;
      if (end.cut_seq == 0) continue;
      report.cuts[end.journal] = end.cut_seq;
      JournalTip cut{.journal = end.journal, .seq = end.cut_seq, .hash = {}, .edge = {}};
      cut.hash = digest_of(end.cut_hash).value_or(zero_digest);
      if (end.cut_edge && !cut.edge.restore(end.cut_seq, *end.cut_edge)) cut.edge = {};
      verifier.cut(cut);
    }
    for (const auto& [name, octets] : journal.values(checkpoint_value)) {
      v1::SignedCheckpoint checkpoint;
      if (!checkpoint.ParseFromString(octets)) checkpoint.Clear();
      verifier.expect_checkpoint(checkpoint);
    }
    journal.rows([&](StoredRow&& row) {
      ++report.rows[row.journal];
      Digest hash{};  // A hash of another length is no record's.
      if (!digest_from(row.hash, hash)) hash.fill(0);
      verifier.record(row.journal, row.seq, std::move(row.core), std::move(row.body),
                      digest_of(row.body_digest), hash, digest_of(row.prev));
    });
    verifier.lead(heads, Ed25519Check());
    verifier.kept(Ed25519Check());
    for (const auto& end : ends)
      verifier.tip(end.journal, end.seq, digest_of(end.hash).value_or(zero_digest));
    for (const v1::SignedHead& head : heads) verifier.head(head, Ed25519Check());
    verifier.expect_led_to();
  } catch (const Fault& fault) {
    report.damage = fault.what();
  }
  if (!trusted.central.empty())
    for (const auto& [id, count] : report.rows) report.countersigned[id] = verifier.countersigned(id);
  report.findings = verifier.findings();
  report.records = verifier.records_checked();
  report.heads = verifier.heads_checked();
  return report;
}

}  // namespace feldsher
