// What an export of a folder's journals holds, and where it goes.
#include <sys/resource.h>
#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <csignal>
#include <fstream>
#include <iterator>

#include "node_folder.hpp"
#include "protocol/journal/checkpoint.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

}  // namespace

TEST_CASE("an export holds every record and head, for its owner only", "[protocol][journal][verify]") {
  NodeFolder folder;
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

TEST_CASE("an export goes to the terminal when that is asked for, and is the same",
          "[protocol][journal][verify]") {
  NodeFolder folder;
  std::ostringstream shown, nothing;
  CHECK(export_journals({.folder = folder.path}, "-", shown) == Verdict::good);
  const auto file = folder.outer.path() / "journals.jsonl";
  CHECK(export_journals({.folder = folder.path, .live = true}, file, nothing) == Verdict::good);
  CHECK(nothing.str().empty());
  std::ifstream written(file, std::ios::binary);
  CHECK(shown.str() == Octets{std::istreambuf_iterator<char>(written), {}});
}

TEST_CASE("an export of more than fits into memory at once is whole", "[protocol][journal][verify]") {
  NodeFolder folder;
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
  NodeFolder folder;
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

TEST_CASE(
    "a journal that was cut is shown and exported with its checkpoint, and what lies before with its place",
    "[protocol][journal][verify]") {
  NodeFolder folder;
  {
    auto store = DataFolder::open(folder.path).open_store(folder.node.tenant);
    Draft twice = folder.node.draft("superseded");
    commit(*store, folder.node.seal({twice}, v1::ACTS));
    commit(*store, folder.node.seal({twice}, v1::ACTS));
    Transaction cut, drop;
    KeptSet kept([](const RecordKey& a, const RecordKey& b) { return a.seq > b.seq; });
    cut.cuts = {folder.node.writer.tip(v1::ACTS)};
    for (const Record& record : store->read(folder.node.journal(), 1, {})) kept.pass(record);
    const v1::SignedCheckpoint checkpoint = sign_checkpoint(
        make_checkpoint(folder.node.tenant, folder.node.node, folder.node.writer.epoch(), cut.cuts, kept),
        folder.signer);
    cut.values[checkpoint_value] = checkpoint.SerializeAsString();
    commit(*store, cut);
    drop.dropped = {{folder.node.journal(), 13, 13}};
    commit(*store, drop);
  }
  std::ostringstream text, lines;
  CHECK(verify_journals({.folder = folder.path}, false, text) == Verdict::good);
  CHECK_THAT(text.str(), ContainsSubstring("13  from checkpoint at 14\n"));
  const auto [verdict, report] = folder.verify();
  const auto& acts = report.at("journals").as_array()[0].as_object();
  CHECK(acts.at("checkpoint_at").to_number<int>() == 14);

  CHECK(export_journals({.folder = folder.path}, "-", lines) == Verdict::good);
  std::istringstream written(lines.str());
  std::size_t with_prev = 0;
  boost::json::object last;
  for (std::string line; std::getline(written, line);) {
    last = boost::json::parse(line).as_object();
    if (last.contains("record")) with_prev += last.at("record").as_object().contains("prev");
  }
  CHECK(with_prev == 1);
  REQUIRE(last.contains("checkpoint"));
  CHECK(last.at("checkpoint").as_object().at("signature").as_string().size() == 88);
  CHECK(last.at("checkpoint").as_object().at("countersignature").as_string().empty());

  folder.tamper("UPDATE value SET octets=x'ff' WHERE name=x'" + to_hex(checkpoint_value) + "'");
  CHECK_THROWS_MATCHES(export_journals({.folder = folder.path}, "-", lines), Fault,
                       MessageMatches(ContainsSubstring("the checkpoint in the journal cannot be read")));
}

}  // namespace feldsher::testing
