// What the auditor's program says of a good journal, and of one that was tampered with by somebody who has
// the key.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

#include "node_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

// The file's number of the journal of acts; the first that was written.
const std::string acts = "journal=1 AND ";

}  // namespace

TEST_CASE("verify says of a good journal how many records and heads it checked",
          "[protocol][journal][verify][X7]") {
  NodeFolder folder;
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
          "[protocol][journal][verify][X7]") {
  NodeFolder folder;
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
          "[protocol][journal][verify][X7]") {
  NodeFolder folder;
  // Somebody with the key, and without the node's signing key, writes another history of the same length.
  const NodeFolder forged;
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

TEST_CASE("a head with a forged signature is named", "[protocol][journal][verify][X7]") {
  NodeFolder folder;
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

TEST_CASE("verify reports a page that was changed without the key", "[protocol][journal][verify][X7]") {
  NodeFolder folder;
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

TEST_CASE("a head that cannot be read is a finding, and nothing is exported past it",
          "[protocol][journal][verify]") {
  NodeFolder folder;
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
  NodeFolder folder;
  folder.tamper("UPDATE journal SET stream=7 WHERE id=2");
  std::ostringstream text;
  CHECK(verify_journals({.folder = folder.path}, false, text) == Verdict::bad);
  CHECK_THAT(text.str(), ContainsSubstring("stream 7"));
  CHECK_THAT(text.str(), ContainsSubstring("acts"));
}

}  // namespace feldsher::testing
