#include "protocol/journal/sqlcipher_journal.hpp"

#include <utility>

#include "protocol/journal/sqlcipher_schema.hpp"

namespace feldsher {

SqlcipherJournal::SqlcipherJournal(const std::filesystem::path& path, const DatabaseKey& key)
    : database_(path, key, sqlcipher::Access::look) {
  sqlcipher::expect_journal(database_);
  Octets id;
  try {
    id = database_.text("SELECT id FROM tenant");
  } catch (const sqlcipher::NoAccess&) {
    throw;
  } catch (const Fault& fault) {
    tenant_damage_ = fault.what();
    id = tenant_of_a_record();
  }
  const auto tenant = TenantId::from_octets(id);
  if (!tenant && !tenant_damage_.empty())
    throw NothingToRead(tenant_damage_ + "; no record of it can be read, nor whose journal it is");
  if (!tenant) throw Fault(path.string() + " does not say whose journal it is");
  tenant_ = *tenant;
}

SqlcipherJournal::~SqlcipherJournal() = default;

void SqlcipherJournal::rows(const std::function<void(StoredRow&&)>& visit) {
  each_row("ORDER BY journal, seq", [&](StoredRow&& row, std::int64_t) { visit(std::move(row)); });
}

void SqlcipherJournal::rows_as_taken_in(const std::function<void(StoredRow&&)>& visit) {
  each_row("ORDER BY intake", [&](StoredRow&& row, std::int64_t) { visit(std::move(row)); });
}

SqlcipherJournal::Names SqlcipherJournal::names(const char* by) {
  Names names;
  sqlcipher::Statement select(database_,
                              (std::string("SELECT id, origin, stream, epoch FROM journal ") + by).c_str());
  for (auto rows = select.ask(); rows.next();)
    if (auto origin = NodeId::from_octets(rows.octets(1)))
      names[rows.integer(0)] = {*origin, static_cast<v1::Stream>(rows.integer(2)),
                                Epoch{static_cast<std::uint64_t>(rows.integer(3))}};
  return names;
}

std::string SqlcipherJournal::select_rows() {
  const std::string prev = sqlcipher::has_cuts(database_) ? "prev" : "NULL";
  return "SELECT seq, core, body, body_digest, hash, journal, " + prev + " FROM record ";
}

StoredRow SqlcipherJournal::row_of(const sqlcipher::Statement::Rows& rows, const Names& names) {
  const auto name = names.find(rows.integer(5));
  return {name == names.end() ? JournalId{} : name->second,
          static_cast<std::uint64_t>(rows.integer(0)),
          Octets(rows.octets(1)),
          rows.optional_octets(2),
          rows.optional_octets(3),
          Octets(rows.octets(4)),
          rows.optional_octets(6)};
}

void SqlcipherJournal::each_row(const std::string& order,
                                const std::function<void(StoredRow&&, std::int64_t)>& visit) {
  const Names journals = names("");
  sqlcipher::Statement records(database_, (select_rows() + order).c_str());
  for (auto rows = records.ask(); rows.next();) visit(row_of(rows, journals), rows.integer(5));
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
