#include <catch2/catch_test_macros.hpp>

#include "journals.hpp"
#include "protocol/journal/memory_store.hpp"

namespace feldsher::testing {
namespace {

/// One transaction for each thing that a transaction may hold.
std::vector<Transaction> one_of_each(WritingNode& node) {
  std::vector<Transaction> all(12);
  all[0] = node.write({"record"});
  all[1].answered = {{AskId{node.random.uuid_v7(1)}, "answer"}};
  all[2].scope = {{SubjectKey{v1::ROOM, node.random.uuid_v7(1)}, std::nullopt}};
  all[3].intake = {{7, "seven"}};
  all[4].emptied = {7};
  all[5].heads.emplace_back().set_head("head");
  all[6].values = {{"name", "value"}};
  all[7].erased = {[](const Record&) { return false; }};
  all[8].forgotten = {AskId{node.random.uuid_v7(1)}};
  all[9].cuts = {node.writer.tip(v1::ACTS)};
  all[10].dropped = {{node.journal(), 1, 1}};
  all[11].begun.emplace_back();
  return all;
}

}  // namespace

TEST_CASE("a transaction that holds anything at all is not empty", "[protocol][journal][X11]") {
  CHECK(Transaction().empty());
  WritingNode node;
  for (const Transaction& one : one_of_each(node)) CHECK_FALSE(one.empty());
}

TEST_CASE("two transactions that are merged become durable as one, in their order",
          "[protocol][journal][X11]") {
  WritingNode node;
  Transaction merged = node.write({"first"});
  merged.values = {{"name", "before"}, {"other", "stays"}};
  for (Transaction& one : one_of_each(node)) merged.merge(std::move(one));
  REQUIRE(merged.records.size() == 2);
  CHECK(merged.records[0].stored.message() == "first");
  CHECK(merged.records[1].stored.message() == "record");
  CHECK(merged.answered.size() == 1);
  CHECK(merged.scope.size() == 1);
  CHECK(merged.intake.size() == 1);
  CHECK(merged.emptied == std::vector<std::uint64_t>{7});
  CHECK(merged.heads.size() == 1);
  CHECK(merged.values == std::map<std::string, Octets>{{"name", "value"}, {"other", "stays"}});
  CHECK(merged.erased.size() == 1);
  CHECK(merged.forgotten.size() == 1);
  CHECK(merged.cuts.size() == 1);
  CHECK(merged.dropped.size() == 1);
  CHECK(merged.begun.size() == 1);
}

}  // namespace feldsher::testing
