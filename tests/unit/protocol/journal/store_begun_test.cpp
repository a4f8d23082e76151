// What every store promises of a journal that begins at its cut, since the disk before was lost.
#include "stores.hpp"

namespace feldsher::testing {
namespace {

/// A journal of eight acts that was cut at 6, elsewhere: 1, 4 and 6 are kept.
struct Former {
  Former() {
    for (const auto& texts : {Texts{"1"}, Texts{"2", "3"}, Texts{"4"}, Texts{"5", "6"}}) {
      const Transaction written = node.write(texts);
      for (const Record& record : written.records)
        if (record.key.seq == 1 || record.key.seq == 4 || record.key.seq == 6) begun.kept.push_back(record);
    }
    begun.cut = node.writer.tip(v1::ACTS);
    begun.tree_known = true;
    suffix = node.write({"7", "8"});
    for (int n = 0; n < 3; ++n) node.write({"block"}, v1::READINGS);
    blocks.cut = node.writer.tip(v1::READINGS);
  }
  Transaction at_cut() const {
    Transaction transaction;
    transaction.begun = {begun, blocks};
    transaction.values = {{"beside", "yes"}};
    return transaction;
  }
  WritingNode node;
  BegunJournal begun, blocks;
  Transaction suffix;
};

}  // namespace

STORE_TEST("a journal that begins at its cut is as one that was cut there, and goes on", "[X11][N10]") {
  Former former;
  TestType bench(former.node.tenant);
  commit(*bench, former.at_cut());
  for (int starts = 0; starts < 2; ++starts) {
    CHECK(kept(*bench) == Texts{"1", "4", "6"});
    CHECK((*bench).value("beside") == "yes");
    REQUIRE((*bench).tips().size() == 2);
    for (const JournalTip& tip : (*bench).tips()) {
      const BegunJournal& of = tip.journal.stream == v1::ACTS ? former.begun : former.blocks;
      CHECK(tip.seq == of.cut.seq);
      CHECK(tip.hash == of.cut.hash);
      CHECK(tip.edge.root() == of.cut.edge.root());
    }
    REQUIRE((*bench).cuts().size() == 2);
    for (const JournalTip& cut : (*bench).cuts())
      CHECK(cut.edge.leaves() == (cut.journal.stream == v1::ACTS ? 6U : 0U));
    CHECK((*bench).read(former.node.journal(), 6, {}).empty());
    bench.reopen();
  }
  commit(*bench, former.suffix);
  bench.reopen();
  CHECK(messages((*bench).read(former.node.journal(), 7, {})) == Texts{"7", "8"});
  CHECK(messages((*bench).read_intake(0, {})) == Texts{"1", "4", "6", "7", "8"});
  for (const JournalTip& tip : (*bench).tips())
    if (tip.journal.stream == v1::ACTS)
      CHECK(tip.edge.root() == former.node.writer.tip(v1::ACTS).edge.root());
}

STORE_TEST("it may begin, go on and be cut again in one group, and its bodies be erased", "[X11]") {
  Former former;
  TestType bench(former.node.tenant);
  Transaction cut;
  cut.cuts = {former.node.writer.tip(v1::ACTS)};
  cut.dropped = {{former.node.journal(), 4, 4}};
  cut.erased = {[](const Record& record) { return record.key.seq == 1; }};
  (*bench).commit(std::vector<Transaction>{former.at_cut(), former.suffix, cut});
  bench.reopen();
  std::vector<std::uint64_t> places;
  (*bench).kept([&](Record&& record) {
    places.push_back(record.key.seq);
    CHECK(record.stored.body.has_value() == (record.key.seq != 1));
  });
  CHECK(places == std::vector<std::uint64_t>{1, 6, 7, 8});
}

STORE_TEST("cut again, it knows the place of the first record after its begin, though nothing before is held",
           "[X11][N10]") {
  Former former;
  TestType bench(former.node.tenant);
  commit(*bench, former.at_cut());
  (*bench).commit(std::vector<Transaction>{former.node.write({"4"}, v1::READINGS),
                                           former.node.write({"5"}, v1::READINGS)});
  Transaction cut, drop;
  cut.cuts = {former.node.writer.tip(v1::READINGS)};
  drop.dropped = {{former.node.journal(v1::READINGS), 5, 5}};
  commit(*bench, cut);
  bench.reopen();  // The process ended before anything was dropped.
  CHECK(kept(*bench) == Texts{"1", "4", "6", "4", "5"});
  commit(*bench, drop);
  CHECK(kept(*bench) == Texts{"1", "4", "6", "4"});
}

STORE_TEST("what cannot stand before a cut, or a journal that is there, is refused with its whole group",
           "[X11]") {
  Former former;
  TestType bench(former.node.tenant);
  Transaction bad = former.at_cut();
  SECTION("no cut") { bad.begun[0].cut.seq = 0; }
  SECTION("another tree") { bad.begun[0].cut.edge = {}; }
  SECTION("a record after the cut") { bad.begun[0].kept.push_back(former.suffix.records[0]); }
  SECTION("the wrong way round") { std::swap(bad.begun[0].kept[0], bad.begun[0].kept[1]); }
  SECTION("of another journal") { bad.begun[1].kept = bad.begun[0].kept; }
  SECTION("another than the cut is at") { bad.begun[0].cut.hash[0] ^= 1; }
  SECTION("twice") { bad.begun.push_back(bad.begun[0]); }
  CHECK_THROWS_AS((*bench).commit(std::vector<Transaction>{bad}), std::logic_error);
  CHECK((*bench).tips().empty());
  commit(*bench, former.at_cut());
  CHECK_THROWS_AS((*bench).commit(std::vector<Transaction>{former.at_cut()}), std::logic_error);
  CHECK(kept(*bench) == Texts{"1", "4", "6"});
}

}  // namespace feldsher::testing
