// What SqlcipherStore reads: each record's place and hash are checked on the way.
#include <algorithm>

#include "protocol/journal/sqlcipher_parts.hpp"

namespace feldsher {
namespace {

std::optional<Digest> optional_digest(const sqlcipher::Statement::Rows& rows, int column) {
  Digest digest;
  return digest_from(rows.octets(column), digest) ? std::optional(digest) : std::nullopt;
}

}  // namespace

Digest SqlcipherStore::Parts::hash_at(std::int64_t row, const JournalId& journal, std::uint64_t seq) {
  Digest digest = zero_digest;
  if (seq == 0) return digest;
  if (const JournalTip& cut = held.at(journal).cut; cut.seq == seq) return cut.hash;
  auto rows = select_hash.ask(row, seq);
  if (!rows.next() || !digest_from(rows.octets(0), digest)) damaged(journal, seq, "it is missing");
  return digest;
}

Record SqlcipherStore::Parts::record_of(const sqlcipher::Statement::Rows& rows, const JournalId& journal,
                                        std::uint64_t seq, const Digest& prev) {
  Record record;
  RecordFault fault =
      read_record(Octets(rows.octets(1)), rows.optional_octets(2), optional_digest(rows, 3), prev, record);
  if (fault != RecordFault::none) damaged(journal, seq, to_text(fault));
  if (static_cast<std::uint64_t>(rows.integer(0)) != seq || record.key.seq != seq ||
      record.journal() != journal)
    damaged(journal, seq, "another stands in its place");
  if (rows.octets(4) != view_of(record.stored.hash)) damaged(journal, seq, "it is not what was hashed");
  return record;
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
  if (at == parts_->held.end() || from <= at->second.cut.seq || from > at->second.tip.seq) return records;
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
  const auto place = static_cast<std::uint64_t>(rows.integer(0));
  const JournalTip& cut = held.at(journal->second).cut;
  auto [at, is_first] = reached.try_emplace(row);
  auto& [seq, hash] = at->second;
  if (place <= cut.seq) {
    // Some of its neighbours were dropped: then its `prev` was kept.
    if (!rows.is_null(7)) {
      if (!digest_from(rows.octets(7), hash)) damaged(journal->second, place, "its `prev` cannot be read");
    } else if (place == 1) {
      hash = zero_digest;
    } else if (seq + 1 != place) {
      hash = hash_at(row, journal->second, place - 1);
    }
    seq = place - 1;
  } else if (is_first || seq < cut.seq) {
    seq = is_first ? std::max(place - 1, cut.seq) : cut.seq;
    hash = hash_at(row, journal->second, seq);
  }
  Record record = record_of(rows, journal->second, ++seq, hash);
  hash = record.stored.hash;
  return record;
}

std::vector<JournalTip> SqlcipherStore::cuts() {
  parts_->usable();
  std::vector<JournalTip> cuts;
  for (const auto& [journal, at] : parts_->held)
    if (at.cut.seq != 0) cuts.push_back(at.cut);
  return cuts;
}

void SqlcipherStore::kept(const std::function<void(Record&&)>& visit) {
  parts_->usable();
  Parts::Reached reached;
  for (const auto& [journal, at] : parts_->held)
    if (at.cut.seq != 0)
      for (auto rows = parts_->select_kept.ask(at.row, at.cut.seq); rows.next();)
        visit(parts_->next_of(rows, reached));
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
        read_record(Octets(rows.octets(2)), rows.optional_octets(3), optional_digest(rows, 4), prev, record);
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
  for (auto rows = parts_->select_heads.ask(); rows.next();)
    for (v1::SignedHead& head : parts_->heads_of(rows)) heads.push_back(std::move(head));
  return heads;
}

std::vector<v1::SignedHead> SqlcipherStore::Parts::heads_of(const sqlcipher::Statement::Rows& rows) const {
  std::vector<v1::SignedHead> heads;
  for (const int column : {0, 1})
    if (const auto octets = rows.optional_octets(column))
      if (!heads.emplace_back().ParseFromString(*octets))
        throw Fault(fmt::format("{}: a signed head is damaged", database.path().string()));
  return heads;
}

}  // namespace feldsher
