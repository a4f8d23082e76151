// What every store promises of journals that are cut.
#include "stores.hpp"

namespace feldsher::testing {
namespace {

/// Ten acts "1" … "10", of which the last of each of two transactions can be cut at: 4 and 7.
struct Written {
  Written() {
    for (const auto& texts : {Texts{"1", "2"}, Texts{"3", "4"}, Texts{"5", "6", "7"}, Texts{"8"}})
      write(texts);
    write({"9", "10"});
  }
  void write(const Texts& texts) {
    transactions.push_back(node.write(texts));
    tips.push_back(node.writer.tip(v1::ACTS));
  }
  Transaction cut_at(std::uint64_t seq) const {
    Transaction cut;
    for (const JournalTip& tip : tips)
      if (tip.seq == seq) cut.cuts.push_back(tip);
    return cut;
  }
  Transaction drop(std::uint64_t first, std::uint64_t last) const {
    Transaction drop;
    drop.dropped.push_back({node.journal(), first, last});
    return drop;
  }
  WritingNode node;
  std::vector<Transaction> transactions;
  std::vector<JournalTip> tips;
};

Texts replayed(JournalStore& store) {
  Texts seen;
  store.replay(0, [&](std::uint64_t, Record&& record) {
    CHECK(record.stored.hash ==
          header_hash(record.stored.core, record.stored.body_digest, record.stored.prev));
    seen.emplace_back(record.stored.message());
  });
  return seen;
}

}  // namespace

STORE_TEST("a cut journal is read from its cut on, and what was kept before is there with its place",
           "[X11]") {
  Written written;
  TestType bench(written.node.tenant);
  (*bench).commit(written.transactions);
  commit(*bench, written.cut_at(7));
  CHECK(replayed(*bench).size() == 10);  // Nothing is dropped yet.
  commit(*bench, written.drop(1, 2));
  commit(*bench, written.drop(4, 5));
  commit(*bench, written.drop(7, 7));
  for (int starts = 0; starts < 2; ++starts) {
    CHECK(kept(*bench) == Texts{"3", "6"});
    CHECK(replayed(*bench) == Texts{"3", "6", "8", "9", "10"});
    CHECK((*bench).read(written.node.journal(), 7, {}).empty());
    CHECK(messages((*bench).read(written.node.journal(), 8, {})) == Texts{"8", "9", "10"});
    CHECK((*bench).read(written.node.journal(), 8, {}).front().stored.prev == written.tips[2].hash);
    const auto cuts = (*bench).cuts();
    REQUIRE(cuts.size() == 1);
    CHECK(cuts[0].seq == 7);
    CHECK(cuts[0].hash == written.tips[2].hash);
    CHECK(cuts[0].edge.root() == written.tips[2].edge.root());
    REQUIRE((*bench).tips().size() == 1);
    CHECK((*bench).tips()[0].edge.root() == written.tips.back().edge.root());
    bench.reopen();
  }
  Transaction next = written.node.write({"11"});
  commit(*bench, next);
  CHECK(messages((*bench).read(written.node.journal(), 11, {})) == Texts{"11"});
}

STORE_TEST("a journal may be cut at its very end, and goes on from there", "[X11]") {
  Written written;
  TestType bench(written.node.tenant);
  (*bench).commit(written.transactions);
  commit(*bench, written.cut_at(10));
  commit(*bench, written.drop(1, 10));
  bench.reopen();
  CHECK(replayed(*bench).empty());
  REQUIRE((*bench).tips().size() == 1);
  CHECK((*bench).tips()[0].seq == 10);
  Transaction next = written.node.write({"11"});
  commit(*bench, next);
  bench.reopen();
  CHECK(messages((*bench).read(written.node.journal(), 11, {})) == Texts{"11"});
}

STORE_TEST("a cut moves on, and readings are cut without their tree", "[X11]") {
  Written written;
  TestType bench(written.node.tenant);
  (*bench).commit(written.transactions);
  commit(*bench, written.node.write({"block 1"}, v1::READINGS));
  JournalTip blocks = written.node.writer.tip(v1::READINGS);
  commit(*bench, written.node.write({"block 2"}, v1::READINGS));
  commit(*bench, written.cut_at(4));
  commit(*bench, written.drop(2, 3));
  Transaction further = written.cut_at(7);
  blocks.edge = {};
  further.cuts.push_back(blocks);
  further.dropped = {{written.node.journal(), 4, 6}, {written.node.journal(v1::READINGS), 1, 1}};
  commit(*bench, further);
  bench.reopen();
  CHECK(kept(*bench) == Texts{"1", "7"});
  CHECK(messages((*bench).read(written.node.journal(v1::READINGS), 2, {})) == Texts{"block 2"});
  for (const JournalTip& cut : (*bench).cuts())
    CHECK(cut.edge.leaves() == (cut.journal.stream == v1::ACTS ? 7U : 0U));
}

STORE_TEST("what is no cut, or not before one, is refused with its whole group", "[X11]") {
  Written written;
  TestType bench(written.node.tenant);
  (*bench).commit(written.transactions);
  commit(*bench, written.cut_at(7));
  Transaction bad, good;
  good.values = {{"moved", "yes"}};
  SECTION("behind the cut before") { bad = written.cut_at(4); }
  SECTION("beyond the journal's end") {
    written.write({"never committed"});
    bad = written.cut_at(11);
  }
  SECTION("another record") {
    bad = written.cut_at(8);
    bad.cuts[0].hash[0] ^= 1;
  }
  SECTION("dropped after the cut") { bad = written.drop(6, 8); }
  SECTION("dropped of a journal that was not cut") {
    bad.dropped = {{written.node.journal(v1::READINGS), 1, 1}};
  }
  SECTION("the wrong way round") { bad = written.drop(3, 2); }
  CHECK_THROWS_AS((*bench).commit(std::vector<Transaction>{good, bad}), std::logic_error);
  CHECK_FALSE((*bench).value("moved").has_value());
  CHECK((*bench).cuts()[0].seq == 7);
  CHECK(replayed(*bench).size() == 10);
  commit(*bench, good);
}

STORE_TEST("a cut within a transaction is none", "[X11]") {
  Written written;
  TestType bench(written.node.tenant);
  const auto cut_at = [&](std::size_t transaction, std::size_t record) {
    JournalTip within = written.tips[transaction - 1];
    for (std::size_t i = 0; i <= record; ++i) within.advance(written.transactions[transaction].records[i]);
    Transaction cut;
    cut.cuts = {within};
    return cut;
  };
  // In what is there already, and in what comes with it.
  (*bench).commit(std::vector(written.transactions.begin(), written.transactions.begin() + 3));
  CHECK_THROWS_AS(commit(*bench, cut_at(2, 0)), std::logic_error);
  CHECK_THROWS_AS(commit(*bench, cut_at(2, 1)), std::logic_error);
  CHECK_THROWS_AS(
      (*bench).commit(std::vector{written.transactions[3], written.transactions[4], cut_at(4, 0)}),
      std::logic_error);
  CHECK((*bench).cuts().empty());
  commit(*bench, cut_at(2, 2));
  CHECK((*bench).cuts().size() == 1);
}

STORE_TEST("an erased body is gone from what was kept before a cut too", "[H11]") {
  Written written;
  TestType bench(written.node.tenant);
  (*bench).commit(written.transactions);
  commit(*bench, written.cut_at(7));
  commit(*bench, written.drop(1, 5));
  Transaction erase;
  erase.erased.push_back([](const Record& record) { return record.stored.message() == "6"; });
  commit(*bench, erase);
  bench.reopen();
  CHECK(kept(*bench) == Texts{"", "7"});
}

TEST_CASE("a file of before there were cuts is opened, and can be cut", "[protocol][journal][X11]") {
  Written written;
  OnDisk bench(written.node.tenant);
  (*bench).commit(written.transactions);
  bench.store.reset();
  {
    sqlcipher::Database old(bench.folder.path() / "journal.db", bench.key, sqlcipher::Access::write);
    old.execute(
        "ALTER TABLE journal DROP COLUMN cut_seq; ALTER TABLE journal DROP COLUMN cut_hash;"
        "ALTER TABLE journal DROP COLUMN cut_edge; ALTER TABLE record DROP COLUMN prev; ALTER "
        "TABLE head DROP COLUMN own; PRAGMA user_version=1");
  }
  {
    SqlcipherJournal seen(bench.folder.path() / "journal.db", bench.key);
    std::size_t rows = 0;
    seen.rows([&](StoredRow&&) { ++rows; });
    CHECK(rows == 10);
    CHECK(seen.ends()[0].cut_seq == 0);
  }
  bench.reopen();
  CHECK(replayed(*bench).size() == 10);
  commit(*bench, written.cut_at(4));
  commit(*bench, written.drop(1, 4));
  bench.reopen();
  CHECK(replayed(*bench).size() == 6);
}

TEST_CASE("the room of what was dropped is used again", "[protocol][journal][X11]") {
  WritingNode node;
  OnDisk bench(node.tenant);
  const auto size = [&] {
    bench.store->checkpoint();
    return std::filesystem::file_size(bench.folder.path() / "journal.db");
  };
  const std::string block(20'000, 'x');
  const auto fill = [&] {
    for (int i = 0; i < 50; ++i) commit(*bench, node.write({block}, v1::READINGS));
  };
  std::uint64_t full = 0;
  for (int round = 0; round < 5; ++round) {
    fill();
    if (round == 0) full = size();
    Transaction cut;
    cut.cuts = {node.writer.tip(v1::READINGS)};
    const std::uint64_t end = cut.cuts[0].seq;
    cut.dropped = {{node.journal(v1::READINGS), end - 49, end}};
    commit(*bench, cut);
  }
  CHECK(size() < full + full / 10);
}

STORE_TEST("what arrived is read from the middle of what was kept, within its limits", "[X11]") {
  Written written;
  TestType bench(written.node.tenant);
  (*bench).commit(written.transactions);
  commit(*bench, written.cut_at(7));
  for (int starts = 0; starts < 2; ++starts) {
    CHECK(messages((*bench).read_intake(4, {})) == Texts{"5", "6", "7", "8", "9", "10"});
    CHECK(messages((*bench).read_intake(2, {.records = 1})) == Texts{"3", "4"});
    CHECK(messages((*bench).read_intake(2, {.octets = 1})) == Texts{"3", "4"});
    commit(*bench, written.drop(1, 2));
    bench.reopen();
  }
}

}  // namespace feldsher::testing
