// What the auditor's program says of a good journal, and of one that was tampered with by somebody who has
// the key.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>

#include "journals.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/journal_commands.hpp"
#include "protocol/journal/journal_snapshot.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// A node's folder with 12 acts (the first is `opened`) and 3 blocks of readings, a signed head at acts 10
/// and readings 3, closed.
struct Folder {
  Folder() {
    auto data = DataFolder::open_or_create(path, node.random);
    key = data.key();
    store = data.open_store(node.tenant);
    commit(*store, node.open(signer.public_key()));
    for (int i = 2; i <= 10; ++i) commit(*store, node.write({"act " + std::to_string(i)}));
    for (int i = 1; i <= 3; ++i) commit(*store, node.write({"block"}, v1::READINGS));
    Transaction heads;
    heads.heads = {sign_head(node.tenant, node.writer.tip(v1::ACTS), signer),
                   sign_head(node.tenant, node.writer.tip(v1::READINGS), signer)};
    commit(*store, heads);
    commit(*store, node.write({"act 11", "act 12"}));
    store.reset();
  }

  /// What somebody with the key does by SQL.
  void tamper(const std::string& sql) {
    sqlcipher::Database(path / "journal.db", key, sqlcipher::Access::write).execute(sql.c_str());
  }
  std::pair<Verdict, boost::json::object> verify(bool live = false) const {
    std::ostringstream out;
    const Verdict verdict = verify_journals({.folder = path, .live = live}, true, out);
    return {verdict, boost::json::parse(out.str()).as_object()};
  }

  TemporaryFolder outer;
  std::filesystem::path path = outer.path() / "node";
  WritingNode node;
  Ed25519Signer signer{SigningKey::from_seed({7})};
  DatabaseKey key;
  std::unique_ptr<SqlcipherStore> store;
};

// The file's number of the journal of acts; the first that was written.
const std::string acts = "journal=1 AND ";

}  // namespace

TEST_CASE("verify says of a good journal how many records and heads it checked",
          "[protocol][journal][K3][verify]") {
  Folder folder;
  auto [verdict, report] = folder.verify();
  CHECK(verdict == Verdict::good);
  CHECK(report.at("good").as_bool());
  CHECK(report.at("records_checked").to_number<int>() == 15);
  CHECK(report.at("heads_checked").to_number<int>() == 2);
  CHECK(report.at("journals").as_array().size() == 2);
  CHECK(report.at("findings").as_array().empty());
  std::ostringstream text;
  CHECK(verify_journals({.folder = folder.path}, false, text) == Verdict::good);
  CHECK_THAT(text.str(), ContainsSubstring("good: 15 records in 2 journals and 2 signed heads checked"));
}

TEST_CASE("verify names the first bad record of a journal that was tampered with",
          "[protocol][journal][K3][verify]") {
  Folder folder;
  struct Tampering {
    const char* name;
    std::string sql;
    int seq;
    const char* what;
  };
  const std::string end_at_9 =
      "UPDATE journal SET seq=9, hash=(SELECT hash FROM record WHERE journal=1 AND seq=9) WHERE id=1;";
  const Tampering cases[] = {
      {"a bit of a header",
       "UPDATE record SET core = CAST(substr(core, 1, 40) || x'07' || substr(core, 42) AS BLOB) WHERE " +
           acts + "seq=5",
       5, ""},
      {"a bit of a body",
       "UPDATE record SET body = CAST(substr(body, 1, 16) || x'41' || substr(body, 18) AS BLOB) WHERE " +
           acts + "seq=6",
       6, "not what was hashed"},
      {"a stored hash", "UPDATE record SET hash = randomblob(32) WHERE " + acts + "seq=7", 7,
       "not what was hashed"},
      {"a hash of another length", "UPDATE record SET hash = x'00' WHERE " + acts + "seq=7", 7,
       "not what was hashed"},
      {"a body in another's place",
       "UPDATE record SET body = (SELECT body FROM record WHERE " + acts + "seq=3) WHERE " + acts + "seq=8",
       8, "not what was hashed"},
      {"a row deleted from the middle", "DELETE FROM record WHERE " + acts + "seq=4", 4, "missing"},
      {"the first row deleted", "DELETE FROM record WHERE " + acts + "seq=1", 1, "missing"},
      {"two rows swapped",
       "UPDATE record SET seq = -seq WHERE " + acts +
           "seq IN (5, 6);"
           "UPDATE record SET seq = 11 + seq WHERE " +
           acts + "seq IN (-5, -6)",
       5, ""},
      {"the tail cut", "DELETE FROM record WHERE " + acts + "seq>=11", 11, "was cut"},
      {"the tail cut and the end moved, before the signed head",
       "DELETE FROM record WHERE " + acts + "seq>=10;" + end_at_9, 10, "signed head"},
      {"a body erased without its digest",
       "UPDATE record SET body = NULL, body_digest = x'' WHERE " + acts + "seq=9", 9, ""},
      {"a body's digest exchanged",
       "UPDATE record SET body = NULL, body_digest = randomblob(32) WHERE " + acts + "seq=9", 9,
       "not what was hashed"},
      {"all of a journal removed", "DELETE FROM record WHERE journal=1", 1, ""},
  };
  for (const Tampering& tampering : cases) {
    DYNAMIC_SECTION(tampering.name) {
      folder.tamper(tampering.sql);
      auto [verdict, report] = folder.verify();
      CHECK(verdict == Verdict::bad);
      CAPTURE(boost::json::serialize(report));
      // The readings' key is named by the acts' first record: without that, their head cannot be believed
      // either.
      REQUIRE_FALSE(report.at("findings").as_array().empty());
      const auto& finding = report.at("findings").as_array().front().as_object();
      CHECK(finding.at("stream").as_string() == "acts");
      CHECK(finding.at("seq").to_number<int>() == tampering.seq);
      CHECK_THAT(std::string(finding.at("what").as_string()), ContainsSubstring(tampering.what));
      std::ostringstream text;
      CHECK(verify_journals({.folder = folder.path}, false, text) == Verdict::bad);
      CHECK_THAT(text.str(), ContainsSubstring("BAD: node " + folder.node.node.to_text() + ", acts"));
      CHECK_THAT(text.str(), ContainsSubstring("record " + std::to_string(tampering.seq)));
    }
  }
}

TEST_CASE("a whole chain that was written anew is not what the node signed",
          "[protocol][journal][K3][verify]") {
  Folder folder;
  // Somebody with the key, and without the node's signing key, writes another history of the same length.
  const Folder forged;
  std::filesystem::remove_all(forged.path);
  WritingNode liar;  // The same seed: the same node in the same life.
  REQUIRE(liar.journal() == folder.node.journal());
  {
    auto store = DataFolder::open_or_create(forged.path, liar.random).open_store(liar.tenant);
    commit(*store, liar.open(folder.signer.public_key()));
    for (int i = 2; i <= 12; ++i) commit(*store, liar.write({"lie " + std::to_string(i)}));
    Transaction heads;
    auto signed_by_node = DataFolder::open(folder.path).open_store(folder.node.tenant)->heads();
    heads.heads = {signed_by_node};
    commit(*store, heads);
  }
  auto [verdict, report] = forged.verify();
  CHECK(verdict == Verdict::bad);
  const auto& finding = report.at("findings").as_array().front().as_object();
  CHECK(finding.at("seq").to_number<int>() == 10);
  CHECK_THAT(std::string(finding.at("what").as_string()),
             ContainsSubstring("not those that the node signed"));
}

TEST_CASE("a head with a forged signature is named", "[protocol][journal][K3][verify]") {
  Folder folder;
  {
    auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
    Transaction forged;
    forged.heads = store->heads();
    for (auto& head : forged.heads) head.mutable_signature()->front() ^= 1;
    commit(*store, forged);
  }
  auto [verdict, report] = folder.verify();
  CHECK(verdict == Verdict::bad);
  CHECK(report.at("findings").as_array().size() == 2);
  CHECK_THAT(std::string(report.at("findings").as_array()[0].as_object().at("what").as_string()),
             ContainsSubstring("signature"));
}

TEST_CASE("verify reports a page that was changed without the key", "[protocol][journal][K3][verify]") {
  Folder folder;
  {
    auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
    for (int i = 0; i < 300; ++i) commit(*store, folder.node.write({std::string(300, 'b')}));
  }
  const auto file = folder.path / "journal.db";
  const auto pages = std::filesystem::file_size(file) / 4096;
  REQUIRE(pages > 30);
  std::fstream raw(file, std::ios::binary | std::ios::in | std::ios::out);
  for (std::uintmax_t page = pages / 2; page < pages; ++page) {
    raw.seekp(static_cast<std::streamoff>(page * 4096 + 50));
    raw.put('x');
    raw.put('y');
  }
  raw.close();
  std::ostringstream text;
  CHECK(verify_journals({.folder = folder.path}, false, text) == Verdict::bad);
  CHECK_THAT(text.str(), ContainsSubstring("BAD: "));
  CHECK_THAT(text.str(), ContainsSubstring("a page is damaged, or was changed by somebody without the key"));
  CHECK_THAT(text.str(), ContainsSubstring("NOT GOOD"));
  auto [verdict, report] = folder.verify();
  CHECK(verdict == Verdict::bad);
  CHECK(report.contains("damage"));
}

TEST_CASE("verify changes nothing, not even what a killed program left", "[protocol][journal][verify]") {
  Folder folder;
  // The files as kill -9 leaves them: copied while open, the log not yet in the file.
  auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
  commit(*store, folder.node.write({"in the log only"}));
  const auto left = folder.outer.path() / "left";
  std::filesystem::copy(folder.path, left);
  auto content = [&](const char* name) {
    std::ifstream file(left / name, std::ios::binary);
    return Octets{std::istreambuf_iterator<char>(file), {}};
  };
  const Octets db = content("journal.db"), log = content("journal.db-wal");
  REQUIRE(log.size() > 4096);
  std::ostringstream text;
  CHECK(verify_journals({.folder = left}, false, text) == Verdict::good);
  CHECK_THAT(text.str(), ContainsSubstring("good: 16 records"));
  CHECK(content("journal.db") == db);
  CHECK(content("journal.db-wal") == log);
}

TEST_CASE("the journal of a running program is refused, and looked at as a private copy when asked",
          "[protocol][journal][verify]") {
  Folder folder;
  auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
  commit(*store, folder.node.write({"not yet in the file"}));
  std::ostringstream out;
  CHECK_THROWS_MATCHES(verify_journals({.folder = folder.path}, false, out), Fault,
                       MessageMatches(ContainsSubstring("--live")));
  auto [verdict, report] = folder.verify(true);
  CHECK(verdict == Verdict::good);
  CHECK(report.at("records_checked").to_number<int>() == 16);
  commit(*store, folder.node.write({"and it goes on"}));

  std::filesystem::path private_copy;
  {
    JournalSnapshot snapshot(folder.path / "journal.db");
    private_copy = snapshot.journal().parent_path();
    struct stat about {};
    REQUIRE(stat(private_copy.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
  }
  CHECK_FALSE(std::filesystem::exists(private_copy));
}

TEST_CASE("a folder without a journal or key is refused with what is missing",
          "[protocol][journal][verify]") {
  TemporaryFolder empty;
  std::ostringstream out;
  CHECK_THROWS_MATCHES(verify_journals({.folder = empty.path()}, false, out), Fault,
                       MessageMatches(ContainsSubstring("journal.key")));
  CHECK_THROWS_MATCHES(verify_journals({.folder = empty.path() / "no"}, false, out), Fault,
                       MessageMatches(ContainsSubstring("no such folder")));
  SeededRandom random(1);
  DataFolder::open_or_create(empty.path() / "new", random);
  CHECK_THROWS_MATCHES(verify_journals({.folder = empty.path() / "new"}, false, out), Fault,
                       MessageMatches(ContainsSubstring("there is no journal")));
}

TEST_CASE("an export holds every record and head, for its owner only", "[protocol][journal][verify]") {
  Folder folder;
  {
    auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
    Transaction erased = folder.node.write({"erased"});
    erased.records[0].stored.body.reset();
    commit(*store, erased);
  }
  const auto file = folder.outer.path() / "journals.jsonl";
  std::ostringstream out;
  const mode_t before = umask(0);
  CHECK(export_journals({.folder = folder.path}, file, out) == Verdict::good);
  umask(before);
  struct stat about {};
  REQUIRE(stat(file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);

  std::ifstream lines(file);
  std::vector<boost::json::object> records, heads;
  for (std::string line; std::getline(lines, line);) {
    auto object = boost::json::parse(line).as_object();
    if (object.contains("record")) records.push_back(object.at("record").as_object());
    if (object.contains("head")) heads.push_back(object.at("head").as_object());
  }
  REQUIRE(records.size() == 16);
  CHECK(heads.size() == 2);
  CHECK(records[0].at("origin").as_string() == to_hex(folder.node.node.to_octets()));
  CHECK(records[0].at("stream").to_number<int>() == 1);
  CHECK(records[0].at("epoch").as_string().size() == 16);
  CHECK(records[11].at("seq").to_number<int>() == 12);
  CHECK(records[12].at("body").is_null());
  CHECK(records[12].at("body_digest").as_string().size() == 64);
  CHECK(records[13].at("stream").to_number<int>() == 2);
  CHECK(heads[0].at("signature").as_string().size() == 88);
}

TEST_CASE("a journal in which nothing was written is good", "[protocol][journal][verify]") {
  TemporaryFolder outer;
  WritingNode node;
  const auto path = outer.path() / "node";
  DataFolder::open_or_create(path, node.random).open_store(node.tenant).reset();
  std::ostringstream text;
  CHECK(verify_journals({.folder = path}, false, text) == Verdict::good);
  CHECK_THAT(text.str(), ContainsSubstring("good: 0 records in 0 journals and 0 signed heads checked"));
  CHECK_THAT(text.str(), !ContainsSubstring("epoch"));
}

TEST_CASE("verify demands central's countersignature when it is given central's key",
          "[protocol][journal][verify][X7]") {
  Folder folder;
  Ed25519Signer central{SigningKey::from_seed({9})}, other{SigningKey::from_seed({10})};
  {
    auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
    Transaction countersigned;
    countersigned.heads = store->heads();
    for (auto& head : countersigned.heads) countersign(head, central);
    commit(*store, countersigned);
  }
  std::ostringstream text;
  CHECK(verify_journals({.folder = folder.path, .central_key = central.public_key()}, false, text) ==
        Verdict::good);
  CHECK(verify_journals({.folder = folder.path, .central_key = other.public_key()}, false, text) ==
        Verdict::bad);
  CHECK_THAT(text.str(), ContainsSubstring("head: central has not countersigned this head"));
  CHECK(verify_journals({.folder = folder.path, .central_key = "no key"}, false, text) == Verdict::bad);
}

TEST_CASE("a head that cannot be read is a finding, and nothing is exported past it",
          "[protocol][journal][verify]") {
  Folder folder;
  folder.tamper("UPDATE head SET octets=x'ff' WHERE stream=2");
  auto [verdict, report] = folder.verify();
  CHECK(verdict == Verdict::bad);
  CHECK(report.at("heads_checked").to_number<int>() == 2);
  CHECK(report.at("findings").as_array().front().as_object().at("what").as_string() ==
        "a head cannot be read");
  std::ostringstream out;
  const auto file = folder.outer.path() / "journals.jsonl";
  CHECK_THROWS_MATCHES(export_journals({.folder = folder.path}, file, out), Fault,
                       MessageMatches(ContainsSubstring("a signed head in the journal cannot be read")));
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK_FALSE(std::filesystem::exists(file.string() + ".new"));
}

TEST_CASE("a stream that this version does not know is shown by its number", "[protocol][journal][verify]") {
  Folder folder;
  folder.tamper("UPDATE journal SET stream=7 WHERE id=2");
  std::ostringstream text;
  CHECK(verify_journals({.folder = folder.path}, false, text) == Verdict::bad);
  CHECK_THAT(text.str(), ContainsSubstring("stream 7"));
  CHECK_THAT(text.str(), ContainsSubstring("acts"));
}

TEST_CASE("an export goes to the terminal when that is asked for, and is the same",
          "[protocol][journal][verify]") {
  Folder folder;
  std::ostringstream shown, nothing;
  CHECK(export_journals({.folder = folder.path}, "-", shown) == Verdict::good);
  const auto file = folder.outer.path() / "journals.jsonl";
  CHECK(export_journals({.folder = folder.path, .live = true}, file, nothing) == Verdict::good);
  CHECK(nothing.str().empty());
  std::ifstream written(file, std::ios::binary);
  CHECK(shown.str() == Octets{std::istreambuf_iterator<char>(written), {}});
}

TEST_CASE("an export of more than fits into memory at once is whole", "[protocol][journal][verify]") {
  Folder folder;
  {
    auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
    for (int i = 0; i < 3; ++i) commit(*store, folder.node.write({std::string(700'000, 'x'), "small"}));
  }
  std::ostringstream shown, nothing;
  const auto file = folder.outer.path() / "journals.jsonl";
  export_journals({.folder = folder.path}, "-", shown);
  export_journals({.folder = folder.path}, file, nothing);
  REQUIRE(shown.str().size() > 2'500'000);
  std::ifstream written(file, std::ios::binary);
  CHECK(shown.str() == Octets{std::istreambuf_iterator<char>(written), {}});
}

TEST_CASE("an export that cannot be written is said to be that, and leaves nothing behind",
          "[protocol][journal][verify]") {
  Folder folder;
  std::ostringstream out;
  CHECK_THROWS_MATCHES(export_journals({.folder = folder.path}, folder.outer.path() / "no" / "file", out),
                       Fault, MessageMatches(ContainsSubstring("cannot make")));
  // Its name belongs to a folder that holds something: it cannot take its place.
  const auto taken = folder.outer.path() / "taken";
  std::filesystem::create_directories(taken / "something");
  CHECK_THROWS_MATCHES(export_journals({.folder = folder.path}, taken, out), Fault,
                       MessageMatches(ContainsSubstring("cannot write")));
  CHECK_FALSE(std::filesystem::exists(taken.string() + ".new"));
  // The disk is full.
  const auto full = folder.outer.path() / "full";
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1024, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_MATCHES(export_journals({.folder = folder.path}, full, out), Fault,
                       MessageMatches(ContainsSubstring("cannot write")));
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK_FALSE(std::filesystem::exists(full));
  CHECK_FALSE(std::filesystem::exists(full.string() + ".new"));
}

TEST_CASE("a fault that is not another process is told as it is", "[protocol][journal][verify]") {
  Folder folder;
  folder.tamper("PRAGMA application_id=1");
  std::ostringstream out;
  CHECK_THROWS_MATCHES(
      verify_journals({.folder = folder.path}, false, out), Fault,
      MessageMatches(ContainsSubstring("but not a journal") && !ContainsSubstring("--live")));
}

TEST_CASE("a private copy of what is not there, or with no room for it, is a fault",
          "[protocol][journal][verify]") {
  Folder folder;
  CHECK_THROWS_MATCHES(JournalSnapshot(folder.path / "other.db"), Fault,
                       MessageMatches(ContainsSubstring("cannot look at")));
  const auto pretended = folder.outer.path() / "pretended.db";
  std::filesystem::create_directory(pretended);
  std::filesystem::last_write_time(pretended,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK_THROWS_MATCHES(JournalSnapshot(pretended), Fault, MessageMatches(ContainsSubstring("cannot copy")));
  const char* set = std::getenv("TMPDIR");
  const std::string before = set ? set : "";
  const auto nowhere = folder.outer.path() / "temporary";
  std::filesystem::create_directory(nowhere);
  setenv("TMPDIR", nowhere.c_str(), 1);
  std::filesystem::remove(nowhere);
  CHECK_THROWS_AS(JournalSnapshot(folder.path / "journal.db"), std::exception);
  set ? setenv("TMPDIR", before.c_str(), 1) : unsetenv("TMPDIR");
}

}  // namespace feldsher::testing
