// What a store refuses, and what it does when the disk fails.
#include "stores.hpp"

namespace feldsher::testing {

STORE_TEST("a record of another tenant, out of order or on another chain is refused with its whole group",
           "[X7][N4]") {
  WritingNode node(1), foreign(2, {*Uuid::from_text("0190c0de-0000-7000-8000-00000000beef")});
  TestType bench(node.tenant);
  commit(*bench, node.write({"kept"}));
  Transaction good = node.write({"good"});
  Transaction bad;
  SECTION("of another tenant") { bad = foreign.write({"foreign"}); }
  SECTION("a gap") {
    node.write({"never committed"});
    bad = node.write({"after the gap"});
  }
  SECTION("the same again") { bad = good; }
  SECTION("another chain") {
    bad = node.write({"next"});
    Record& record = bad.records[0];
    Digest wrong = record.stored.prev;
    wrong[0] ^= 1;
    REQUIRE(read_record(Octets(record.stored.core), record.stored.body, std::nullopt, wrong, record) ==
            RecordFault::none);
  }
  SECTION("the first of a journal is not its first") {
    WritingNode other(3, node.tenant);
    other.write({"first"});
    bad = other.write({"second"});
  }
  good.values = {{"moved", "yes"}};
  CHECK_THROWS_AS((*bench).commit(std::vector<Transaction>{good, bad}), std::logic_error);
  CHECK(messages((*bench).read(node.journal(), 1, {})) == Texts{"kept"});
  CHECK_FALSE((*bench).value("moved").has_value());
  CHECK((*bench).tips().size() == 1);
  // What was refused is not half there: the good one alone still fits.
  commit(*bench, good);
  bench.reopen();
  CHECK(messages((*bench).read(node.journal(), 1, {})) == Texts{"kept", "good"});
}

STORE_TEST("after a failed commit a store takes nothing more", "[X11]") {
  WritingNode node;
  TestType bench(node.tenant);
  commit(*bench, node.write({"kept"}));
  std::vector<Transaction> group;
  group.push_back(node.write({std::string(100'000, 'x')}));
  CHECK_THROWS_AS(bench.commit_on_a_full_disk(group), Fault);
  Transaction small;
  small.values = {{"later", "no"}};
  CHECK_THROWS_AS(commit(*bench, small), Fault);
}

TEST_CASE("what was durable before a full disk is there after it, and the store goes on from there",
          "[protocol][journal][X11]") {
  WritingNode node;
  OnDisk bench(node.tenant);
  commit(*bench, node.write({"kept"}));
  std::vector<Transaction> group;
  group.push_back(node.write({std::string(100'000, 'x')}));
  REQUIRE_THROWS_AS(bench.commit_on_a_full_disk(group), Fault);
  CHECK_THROWS_AS((*bench).tips(), Fault);
  CHECK_THROWS_AS((*bench).read(node.journal(), 1, {}), Fault);
  bench.reopen();
  CHECK(messages((*bench).read(node.journal(), 1, {})) == Texts{"kept"});
  commit(*bench, group[0]);
  CHECK((*bench).read(node.journal(), 2, {}).size() == 1);
}

}  // namespace feldsher::testing
