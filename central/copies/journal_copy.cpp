#include "central/copies/journal_copy.hpp"

#include <fmt/format.h>

#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr std::size_t records_a_commit = 2048;

/// The record of a row, which must be the next of its journal.
Record next_record(StoredRow&& row, std::map<JournalId, JournalTip>& tips) {
  JournalTip& tip =
      tips.try_emplace(row.journal, JournalTip{.journal = row.journal, .edge = {}}).first->second;
  Digest digest{};
  const bool has_digest = row.body_digest && digest_from(*row.body_digest, digest);
  Record record;
  const RecordFault fault = read_record(std::move(row.core), std::move(row.body),
                                        has_digest ? std::optional(digest) : std::nullopt, tip.hash, record);
  if (fault != RecordFault::none || record.journal() != row.journal || record.key.seq != tip.seq + 1 ||
      view_of(record.stored.hash) != row.hash)
    throw Fault(fmt::format("record {} of {}/{}/{:016x} is damaged", tip.seq + 1,
                            row.journal.origin.to_text(), v1::Stream_Name(row.journal.stream),
                            row.journal.epoch.value));
  tip.advance(record);
  return record;
}

}  // namespace

std::map<JournalId, JournalTip> work_out_tips(SqlcipherJournal& journal) {
  std::map<JournalId, JournalTip> tips;
  journal.rows([&](StoredRow&& row) { next_record(std::move(row), tips); });
  return tips;
}

void copy_journal(SqlcipherJournal& from, JournalStore& store, const CopyProgress& progress) {
  std::uint64_t total = 0, copied = 0;
  for (const auto& end : from.ends()) total += end.seq;
  std::map<JournalId, JournalTip> tips;
  Transaction transaction;
  auto commit = [&] {
    store.commit({&transaction, 1});
    copied += transaction.records.size();
    transaction = {};
    progress(copied, total);
  };
  from.rows_as_taken_in([&](StoredRow&& row) {
    transaction.records.push_back(next_record(std::move(row), tips));
    if (transaction.records.size() >= records_a_commit && transaction.records.back().header.more() == 0)
      commit();
  });
  for (const Octets& octets : from.heads())
    if (!transaction.heads.emplace_back().ParseFromString(octets)) throw Fault("a signed head is damaged");
  transaction.values = from.values(copied_values);
  commit();
}

}  // namespace feldsher::central
