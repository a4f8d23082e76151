#include <catch2/catch_test_macros.hpp>

#include "journals.hpp"
#include "protocol/journal/memory_store.hpp"

namespace feldsher::testing {
namespace {

/// One transaction for each thing that a transaction may hold.
std::vector<Transaction> one_of_each(WritingNode& node) {
  std::vector<Transaction> all(9);
  all[0] = node.write({"record"});
  all[1].answered = {{AskId{node.random.uuid_v7(1)}, "answer"}};
  all[2].scope = {{SubjectKey{v1::ROOM, node.random.uuid_v7(1)}, std::nullopt}};
  all[3].intake = {{7, "seven"}};
  all[4].emptied = {7};
  all[5].heads.emplace_back().set_head("head");
  all[6].values = {{"name", "value"}};
  all[7].erased = {[](const Record&) { return false; }};
  all[8].forgotten = {AskId{node.random.uuid_v7(1)}};
  return all;
}

}  // namespace

TEST_CASE("a transaction that holds anything at all is not empty", "[protocol][journal][K4]") {
  CHECK(Transaction().empty());
  WritingNode node;
  for (const Transaction& one : one_of_each(node)) CHECK_FALSE(one.empty());
  Transaction clears;
  clears.clear_scope = true;
  CHECK_FALSE(clears.empty());
}

TEST_CASE("two transactions that are merged become durable as one, in their order",
          "[protocol][journal][K4]") {
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
  CHECK_FALSE(merged.clear_scope);
}

TEST_CASE("a scope is cleared before it is filled, and never after", "[protocol][journal][K4]") {
  const ScopeChange leaves{SubjectKey{v1::ROOM, Uuid{}}, std::nullopt};
  Transaction clears, fills, filled;
  clears.clear_scope = true;
  fills.scope = {leaves};
  filled = fills;
  Transaction anew = clears;
  anew.merge(std::move(fills));
  CHECK(anew.clear_scope);
  CHECK(anew.scope.size() == 1);
  Transaction empty;
  empty.merge(Transaction(clears));
  CHECK(empty.clear_scope);
  CHECK_THROWS_AS(filled.merge(std::move(clears)), std::logic_error);
}

}  // namespace feldsher::testing
