// What can still be read of a journal file of which some pages cannot.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "protocol/journal/sqlcipher_journal.hpp"

namespace feldsher {
namespace {

/// Why `reading` was cut short; nothing: it came to its end. What it has open must end with it: SQLite takes
/// up nothing new of a file while a statement that met damage is under way.
std::optional<std::string> cut_short(const std::function<void()>& reading) {
  try {
    reading();
    return std::nullopt;
  } catch (const sqlcipher::NoAccess&) {
    throw;
  } catch (const Fault& fault) {
    return fault.what();
  }
}

/// Where a record says that it stands.
JournalId journal_in(const Octets& core) {
  v1::HeaderCore header;
  if (!header.ParseFromString(core)) return {};
  const auto origin = NodeId::from_octets(header.origin());
  return origin ? JournalId{*origin, header.stream(), Epoch{header.epoch()}} : JournalId{};
}

constexpr const char* other_tables[] = {"tenant", "journal", "answered", "scope", "intake", "head", "value"};

}  // namespace

void SqlcipherJournal::rows(const std::function<void(StoredRow&&)>& visit, const Past& past) {
  Place last{};
  const auto why = cut_short([&] {
    each_row("ORDER BY journal, seq", [&](StoredRow&& row, std::int64_t journal) {
      last = {.journal = journal, .seq = static_cast<std::int64_t>(row.seq), .intake = INT64_MAX};
      visit(std::move(row));
    });
  });
  if (!why) return;
  past.damage(*why);
  const Names journals = names_past_damage();
  sqlcipher::Statement select(database_, (select_rows() + "NOT INDEXED WHERE intake=?1").c_str());
  for (const Place& place : places_past_damage(last)) {
    const auto name = journals.find(place.journal);
    const bool is_named = name != journals.end();
    std::optional<StoredRow> row;
    cut_short([&] {
      auto rows = select.ask(place.intake);
      if (rows.next()) row = row_of(rows, journals);
    });
    if (row) {
      if (!is_named) row->journal = journal_in(row->core);
      visit(std::move(*row));
    } else if (is_named) {
      past.lost(name->second, static_cast<std::uint64_t>(place.seq));
    }
  }
}

SqlcipherJournal::Names SqlcipherJournal::names_past_damage() {
  Names found;
  for (const char* by : {"NOT INDEXED", "INDEXED BY sqlite_autoindex_journal_1"})
    if (!cut_short([&] { found = names(by); })) break;
  return found;
}

std::vector<SqlcipherJournal::Place> SqlcipherJournal::places_past_damage(const Place& last) {
  std::vector<Place> places;
  auto take = [&](sqlcipher::Statement::Rows&& rows) {
    while (rows.next()) places.push_back({rows.integer(0), rows.integer(1), rows.integer(2)});
  };
  // True when it came to its end.
  auto add = [&](const std::string& from) {
    sqlcipher::Statement select(database_, ("SELECT journal, seq, intake FROM record " + from).c_str());
    return !cut_short([&] { take(select.ask()); });
  };
  const std::string by_index = "INDEXED BY sqlite_autoindex_record_1 ORDER BY ", by_table = "NOT INDEXED ";
  if (!add(by_index + "journal, seq")) {
    add(by_index + "journal DESC, seq DESC");
    std::size_t before = places.size();
    if (!add(by_table + "ORDER BY intake")) {
      const std::int64_t reached = places.size() > before ? places.back().intake : 0;
      std::int64_t most = 0;
      for (const Place& place : places) most = std::max(most, place.intake);
      before = places.size();
      add(by_table + "ORDER BY intake DESC");
      const std::int64_t upper = places.size() > before ? places.back().intake - 1 : most;
      // Between the first damage and the last each row is asked for; none is as small as this.
      const auto room = static_cast<std::int64_t>(std::filesystem::file_size(database_.path()) / 64);
      sqlcipher::Statement one(database_,
                               "SELECT journal, seq, intake FROM record NOT INDEXED WHERE intake=?1");
      for (std::int64_t intake = reached + 1; intake <= std::min(upper, reached + room); ++intake)
        cut_short([&] { take(one.ask(intake)); });
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  places.erase(places.begin(), std::upper_bound(places.begin(), places.end(), last));
  return places;
}

Octets SqlcipherJournal::tenant_of_a_record() {
  v1::HeaderCore header;
  for (const char* order : {"", " DESC"})
    cut_short([&] {
      header.ParseFromString(database_.text(
          (std::string("SELECT core FROM record NOT INDEXED ORDER BY intake") + order + " LIMIT 1").c_str()));
    });
  return header.tenant();
}

std::string SqlcipherJournal::damage_beside() {
  if (!tenant_damage_.empty()) return tenant_damage_;
  for (const char* table : other_tables) {
    std::string answer;
    if (const auto why =
            cut_short([&] { answer = database_.text(fmt::format("PRAGMA quick_check({})", table).c_str()); }))
      return *why;
    if (answer != "ok")
      return fmt::format("{}: a page that holds no record is damaged, or was changed (table {})",
                         database_.path().string(), table);
  }
  return {};
}

}  // namespace feldsher
