// What every store promises of records that are named by their places.
#include "protocol/journal/records_at.hpp"
#include "stores.hpp"

namespace feldsher::testing {

STORE_TEST("records that are named by their places lose their bodies, and others are not looked at",
           "[H11]") {
  WritingNode node, other(2, node.tenant);
  TestType bench(node.tenant);
  const Transaction written = node.write({"1", "2", "3"});
  commit(*bench, written);
  const RecordKey unheard_of{other.node, v1::ACTS, Epoch{7}, 1},
      beyond{node.node, v1::ACTS, node.writer.epoch(), 9};
  Transaction erase;
  erase.erased.push_back(RecordsAt({beyond, written.records[1].key, unheard_of}));
  for (int i = 0; i < 2; ++i) {
    commit(*bench, erase);
    bench.reopen();
    const auto read = (*bench).read(node.journal(), 1, {});
    REQUIRE(read.size() == 3);
    CHECK(messages({read[0], read[2]}) == Texts{"1", "3"});
    CHECK_FALSE(read[1].stored.body.has_value());
    CHECK(read[1].stored.hash == written.records[1].stored.hash);
  }
}

STORE_TEST("records that are named by their places lose their bodies in the very commit that brings them",
           "[H11]") {
  WritingNode node;
  TestType bench(node.tenant);
  // The first of its journal, and one that follows in the transaction itself.
  std::vector<Transaction> group{node.write({"1", "2"}), node.write({"3"})};
  const Record one = group[0].records[0], three = group[1].records[0];
  group[1].erased.push_back(RecordsAt({one.key, three.key}));
  (*bench).commit(group);
  bench.reopen();
  const auto read = (*bench).read(node.journal(), 1, {});
  REQUIRE(read.size() == 3);
  CHECK_FALSE(read[0].stored.body.has_value());
  CHECK(read[0].stored.hash == one.stored.hash);
  CHECK(messages({read[1]}) == Texts{"2"});
  CHECK_FALSE(read[2].stored.body.has_value());
  CHECK(read[2].stored.hash == three.stored.hash);
}

}  // namespace feldsher::testing
