#include "protocol/journal/sqlcipher_journal.hpp"

#include <map>

#include "protocol/journal/sqlcipher_schema.hpp"

namespace feldsher {

SqlcipherJournal::SqlcipherJournal(const std::filesystem::path& path, const DatabaseKey& key)
    : database_(path, key, sqlcipher::Access::look), tenant_(sqlcipher::journal_tenant(database_)) {}

SqlcipherJournal::~SqlcipherJournal() = default;

void SqlcipherJournal::rows(const std::function<void(StoredRow&&)>& visit) {
  each_row("ORDER BY journal, seq", visit);
}

void SqlcipherJournal::rows_as_taken_in(const std::function<void(StoredRow&&)>& visit) {
  each_row("ORDER BY intake", visit);
}

void SqlcipherJournal::each_row(const std::string& order, const std::function<void(StoredRow&&)>& visit) {
  std::map<std::int64_t, JournalId> journals;
  sqlcipher::Statement names(database_, "SELECT id, origin, stream, epoch FROM journal");
  for (auto rows = names.ask(); rows.next();)
    if (auto origin = NodeId::from_octets(rows.octets(1)))
      journals[rows.integer(0)] = {*origin, static_cast<v1::Stream>(rows.integer(2)),
                                   Epoch{static_cast<std::uint64_t>(rows.integer(3))}};
  const std::string prev = sqlcipher::has_cuts(database_) ? "prev" : "NULL";
  const std::string select =
      "SELECT seq, core, body, body_digest, hash, journal, " + prev + " FROM record " + order;
  sqlcipher::Statement records(database_, select.c_str());
  for (auto rows = records.ask(); rows.next();)
    visit({journals[rows.integer(5)], static_cast<std::uint64_t>(rows.integer(0)), Octets(rows.octets(1)),
           rows.optional_octets(2), rows.optional_octets(3), Octets(rows.octets(4)),
           rows.optional_octets(6)});
}

std::vector<SqlcipherJournal::End> SqlcipherJournal::ends() {
  std::vector<End> ends;
  const std::string cut = sqlcipher::has_cuts(database_) ? "cut_seq, cut_hash, cut_edge" : "0, NULL, NULL";
  sqlcipher::Statement select(
      database_, ("SELECT origin, stream, epoch, seq, hash, " + cut + " FROM journal ORDER BY id").c_str());
  for (auto rows = select.ask(); rows.next();)
    if (auto origin = NodeId::from_octets(rows.octets(0)))
      ends.push_back({{*origin, static_cast<v1::Stream>(rows.integer(1)),
                       Epoch{static_cast<std::uint64_t>(rows.integer(2))}},
                      static_cast<std::uint64_t>(rows.integer(3)),
                      Octets(rows.octets(4)),
                      static_cast<std::uint64_t>(rows.integer(5)),
                      Octets(rows.octets(6)),
                      rows.optional_octets(7)});
  return ends;
}

std::map<std::string, Octets> SqlcipherJournal::values(const std::string& prefix) {
  std::map<std::string, Octets> found;
  sqlcipher::Statement select(database_, "SELECT name, octets FROM value WHERE name>=?1 ORDER BY name");
  for (auto rows = select.ask(prefix); rows.next() && rows.octets(0).starts_with(prefix);)
    found.emplace(rows.octets(0), rows.octets(1));
  return found;
}

std::vector<Octets> SqlcipherJournal::heads() {
  std::vector<Octets> heads;
  const std::string own = sqlcipher::has_own_heads(database_) ? "own" : "NULL";
  sqlcipher::Statement select(
      database_, ("SELECT octets, " + own + " FROM head ORDER BY origin, stream, epoch").c_str());
  for (auto rows = select.ask(); rows.next();) {
    heads.emplace_back(rows.octets(0));
    if (auto later = rows.optional_octets(1)) heads.push_back(std::move(*later));
  }
  return heads;
}

}  // namespace feldsher
