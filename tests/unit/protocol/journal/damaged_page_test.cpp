// A journal's file of which some octets are other than they were: which record the auditor's program names.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>
#include <map>

#include "node_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

constexpr std::streamoff page_octets = 4096, salt_octets = 16;

/// A node's folder with some hundred records, the long ones over several pages, two heads, what is beside
/// records, and pages that are free again.
struct LargeFolder : NodeFolder {
  LargeFolder() {
    {
      auto opened = DataFolder::open(path).open_store(node.tenant);
      for (int i = 0; i < 60; ++i) {
        Transaction both = node.write({std::string(i % 10 == 0 ? 9000 : 200, 'a'), "short"});
        if (i % 3 == 0)
          for (Record& record : node.write({std::string(700, 'r')}, v1::READINGS).records)
            both.records.push_back(std::move(record));
        if (i % 20 == 0) both.values = {{"test/" + std::to_string(i), std::string(3000, 'v')}};
        both.intake = {{static_cast<std::uint64_t>(i + 1), std::string(500, 'i')}};
        commit(*opened, std::move(both));
      }
      Transaction emptied;
      for (std::uint64_t id = 1; id <= 50; ++id) emptied.emptied.push_back(id);
      emptied.heads = {sign_head(node.tenant, node.writer.tip(v1::ACTS), signer)};
      commit(*opened, emptied);
    }
    sqlcipher::Database database(file(), key, sqlcipher::Access::look);
    sqlcipher::Statement select(database, "SELECT intake, journal, seq FROM record");
    for (auto rows = select.ask(); rows.next();) places[rows.integer(0)] = {rows.integer(1), rows.integer(2)};
    free_pages = database.number("PRAGMA freelist_count");
  }

  std::filesystem::path file() const { return path / "journal.db"; }
  std::streamoff size() const { return static_cast<std::streamoff>(std::filesystem::file_size(file())); }
  void flip(std::streamoff at) const {
    std::fstream raw(file(), std::ios::binary | std::ios::in | std::ios::out);
    raw.seekg(at);
    const int before = raw.get();
    raw.seekp(at);
    raw.put(static_cast<char>(before ^ 4));
  }
  /// Every record as an export has it; nothing when there is none.
  std::optional<std::string> exported() const {
    std::ostringstream out;
    try {
      export_journals({.folder = path}, "-", out);
      return out.str();
    } catch (const Fault&) {
      return std::nullopt;
    }
  }
  /// Of each journal by its number in the file the first record of which something cannot be read: each
  /// record is asked for by itself.
  std::map<std::int64_t, std::int64_t> first_lost() const {
    std::map<std::int64_t, std::int64_t> lost;
    sqlcipher::Database database(file(), key, sqlcipher::Access::look);
    for (const auto& [intake, place] : places) {
      bool is_read = false;
      try {
        sqlcipher::Statement select(
            database, "SELECT seq, core, body, body_digest, hash FROM record NOT INDEXED WHERE intake=?1");
        auto rows = select.ask(intake);
        is_read = rows.next();
      } catch (const Fault&) {
      }
      if (is_read) continue;
      auto [at, is_first] = lost.try_emplace(place.first, place.second);
      at->second = std::min(at->second, place.second);
    }
    return lost;
  }
  std::int64_t records_of(std::int64_t journal) const {
    std::int64_t count = 0;
    for (const auto& [intake, place] : places) count += place.first == journal;
    return count;
  }

  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> places;  // By intake: journal and seq.
  std::int64_t free_pages = 0;
};

std::string text_at(const boost::json::object& of, const char* name) {
  return std::string(of.at(name).as_string());
}

/// Each journal's first lost record is named, with how many before it are good; of no other journal a record.
void expect_named(const boost::json::object& report, const LargeFolder& folder,
                  const std::map<std::int64_t, std::int64_t>& lost) {
  std::int64_t good = 0;
  for (const std::int64_t journal : {1, 2}) {
    const auto first = lost.find(journal);
    good += first == lost.end() ? folder.records_of(journal) : first->second - 1;
    std::size_t named = 0;
    for (const auto& each : report.at("findings").as_array()) {
      const auto& finding = each.as_object();
      if (text_at(finding, "stream") != (journal == 1 ? "acts" : "readings")) continue;
      const auto seq = finding.at("seq").to_number<std::int64_t>();
      if (seq == 0) continue;  // A head whose key the first act would have named.
      ++named;
      REQUIRE(first != lost.end());
      CHECK(seq == first->second);
      CHECK_THAT(text_at(finding, "what"),
                 ContainsSubstring("it cannot be read, after " + std::to_string(seq - 1) + " that are good"));
    }
    CHECK(named == (first == lost.end() ? 0 : 1));
  }
  CHECK(report.at("records_checked").to_number<std::int64_t>() == good);
}

}  // namespace

TEST_CASE("of a file with one bit changed the first record is named that cannot be read, or none is lost",
          "[protocol][journal][verify][X7]") {
  LargeFolder folder;
  REQUIRE(folder.free_pages > 0);
  const auto before = folder.exported();
  REQUIRE(before);
  REQUIRE(folder.verify().first == Verdict::good);
  std::map<std::string, int> met;
  std::map<std::int64_t, std::int64_t> lost;
  for (std::streamoff at = 0; at < folder.size(); at += 512) {
    CAPTURE(at, at / page_octets + 1);
    folder.flip(at);
    const auto [verdict, report] = folder.verify();
    CAPTURE(boost::json::serialize(report));
    if (at < salt_octets) {
      ++met["salt"];
      CHECK(verdict == Verdict::good);
    } else if (at < page_octets) {
      ++met["first page"];
      CHECK(verdict == Verdict::bad);
      CHECK_THAT(text_at(report, "damage"), ContainsSubstring("its first page is damaged") &&
                                                ContainsSubstring("The key is the file's"));
    } else {
      if (at % page_octets == 0) lost = folder.first_lost();
      ++met[!lost.empty() ? "records" : verdict == Verdict::bad ? "beside" : "free"];
      expect_named(report, folder, lost);
      CHECK((verdict == Verdict::good || report.contains("damage")));
      if (!lost.empty()) CHECK(verdict == Verdict::bad);
    }
    if (verdict == Verdict::good) CHECK(folder.exported() == before);
    folder.flip(at);
  }
  CHECK(folder.exported() == before);
  CAPTURE(met["salt"], met["first page"], met["records"], met["beside"], met["free"]);
  CHECK(met["first page"] == 7);
  CHECK(met["records"] > 200);
  CHECK(met["beside"] > 50);
  // A free page that leads to others is read, too.
  CHECK(met["free"] <= folder.free_pages * 8);
  CHECK(met["free"] > 0);
}

TEST_CASE("damage of several pages hides no record that anything leads to",
          "[protocol][journal][verify][X7]") {
  LargeFolder folder;
  const std::streamoff pages = folder.size() / page_octets;
  for (std::streamoff first = 1; first < pages; ++first)
    for (const std::streamoff step : {1, 7}) {
      for (std::streamoff page = first; page < pages && page <= first + 2 * step; page += step)
        folder.flip(page * page_octets + 99);
      CAPTURE(first + 1, step);
      const auto [verdict, report] = folder.verify();
      CHECK((verdict == Verdict::bad || folder.exported()));
      if (!folder.first_lost().empty()) {
        CAPTURE(boost::json::serialize(report));
        CHECK(verdict == Verdict::bad);
      }
      for (std::streamoff page = first; page < pages && page <= first + 2 * step; page += step)
        folder.flip(page * page_octets + 99);
    }
}

TEST_CASE("where nothing says any more which journals there are, the records do",
          "[protocol][journal][verify][X7]") {
  LargeFolder folder;
  std::vector<std::streamoff> pages;
  {
    sqlcipher::Database database(folder.file(), folder.key, sqlcipher::Access::look);
    sqlcipher::Statement select(database,
                                "SELECT rootpage FROM sqlite_master WHERE tbl_name IN ('journal', 'tenant')");
    for (auto rows = select.ask(); rows.next();) pages.push_back(rows.integer(0));
  }
  REQUIRE(pages.size() == 3);
  for (const std::streamoff page : pages) folder.flip((page - 1) * page_octets + 99);
  const auto [verdict, report] = folder.verify();
  CAPTURE(boost::json::serialize(report));
  CHECK(verdict == Verdict::bad);
  CHECK(text_at(report, "tenant") == folder.node.tenant.to_text());
  expect_named(report, folder, {});
  CHECK(report.at("journals").as_array().size() == 2);
}

TEST_CASE("of a file that was cut the first record is named that is beyond its end",
          "[protocol][journal][verify][X7]") {
  LargeFolder folder;
  const std::streamoff half = folder.size() / page_octets / 2 * page_octets;
  for (const std::streamoff left : {half + page_octets, half, half - 1, 4 * page_octets}) {
    std::filesystem::resize_file(folder.file(), static_cast<std::uintmax_t>(left));
    const auto [verdict, report] = folder.verify();
    CAPTURE(left, boost::json::serialize(report));
    CHECK(verdict == Verdict::bad);
    CHECK_FALSE(folder.exported());
    expect_named(report, folder, folder.first_lost());
  }
  std::filesystem::resize_file(folder.file(), page_octets);
  const auto [verdict, report] = folder.verify();
  CHECK(verdict == Verdict::bad);
  CHECK_THAT(text_at(report, "damage"), ContainsSubstring("no record of it can be read"));
  // Of a file without a first page nobody can say more than that it is no journal of this key.
  std::filesystem::resize_file(folder.file(), page_octets - 1);
  CHECK_THROWS_AS(folder.verify(), Fault);
}

TEST_CASE("a key that fits no page of the file is said to be another's", "[protocol][journal][verify][X6]") {
  NodeFolder folder;
  TemporaryFolder outer;
  SplitMix random(9);
  DataFolder::open_or_create(outer.path() / "other", random);
  for (const char* name : {"journal.key", "box.key"})
    std::filesystem::copy_file(outer.path() / "other" / name, folder.path / name,
                               std::filesystem::copy_options::overwrite_existing);
  std::ostringstream out;
  CHECK_THROWS_MATCHES(verify_journals({.folder = folder.path}, false, out), Fault,
                       MessageMatches(ContainsSubstring("the key is not this file's") &&
                                      ContainsSubstring("No page of it fits the key")));
}

}  // namespace feldsher::testing
