#include "protocol/journal/audit.hpp"

#include "protocol/journal/ed25519.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

std::optional<Digest> digest_of(const std::optional<Octets>& octets) {
  Digest digest;
  return octets && digest_from(*octets, digest) ? std::optional(digest) : std::nullopt;
}

}  // namespace

Audit audit(SqlcipherJournal& journal, const std::optional<Octets>& central_key) {
  Audit report{.tenant = journal.tenant().to_text(), .rows = {}, .findings = {}, .damage = {}};
  Verifier verifier(journal.tenant());
  if (central_key) verifier.demand_countersignatures(*central_key);
  try {
    std::vector<v1::SignedHead> heads;
    for (const Octets& octets : journal.heads())
      if (!heads.emplace_back().ParseFromString(octets))
        heads.back().Clear();  // Reported as unreadable below.
    for (const v1::SignedHead& head : heads) verifier.expect_head(head);
    const auto ends = journal.ends();
    for (const auto& end : ends) report.rows[end.journal] = 0;
    journal.rows([&](StoredRow&& row) {
      ++report.rows[row.journal];
      Digest hash{};  // A hash of another length is no record's.
      if (!digest_from(row.hash, hash)) hash.fill(0);
      verifier.record(row.journal, row.seq, std::move(row.core), std::move(row.body),
                      digest_of(row.body_digest), hash);
    });
    for (const auto& end : ends)
      verifier.tip(end.journal, end.seq, digest_of(end.hash).value_or(zero_digest));
    for (const v1::SignedHead& head : heads) verifier.head(head, Ed25519Check());
  } catch (const Fault& fault) {
    report.damage = fault.what();
  }
  report.findings = verifier.findings();
  report.records = verifier.records_checked();
  report.heads = verifier.heads_checked();
  return report;
}

}  // namespace feldsher
