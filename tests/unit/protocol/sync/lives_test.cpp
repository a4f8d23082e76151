#include "protocol/sync/lives.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/journal/life_order.hpp"
#include "protocol/journal/memory_store.hpp"
#include "protocol/journal/writer.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::sync {
namespace {

const NodeId node = testing::point_node_of_tests;

/// A disk on which a node has written `acts` and `readings` in each of its lives.
struct Disk {
  void write(Epoch epoch, int acts, int readings, NodeId of = node) {
    JournalWriter writer(testing::tenant_of_tests, of, epoch, random);
    Transaction transaction;
    for (int i = 0; i < acts + readings; ++i) {
      Draft draft;
      draft.actor.set_kind(v1::ACTOR_NODE);
      draft.subject = {v1::TICKET, random.uuid_v7(testing::monday_8_ms)};
      draft.verb = v1::QUEUED;
      const auto records =
          writer.seal(i < acts ? v1::ACTS : v1::READINGS, {&draft, 1}, {.wall_ms = 1000 + i});
      transaction.records.insert(transaction.records.end(), records.begin(), records.end());
    }
    commit(transaction);
  }
  void commit(const Transaction& transaction) { store.commit(std::span(&transaction, 1)); }
  void keep(const Lives& lives) {
    Transaction transaction;
    lives.put(transaction);
    commit(transaction);
  }
  testing::SeededRandom random{3};
  MemoryStore store{testing::tenant_of_tests};
};

v1::JournalMark mark(Epoch epoch, v1::Stream stream, std::uint64_t seq) {
  v1::JournalMark mark;
  mark.set_epoch(epoch.value);
  mark.set_stream(stream);
  mark.set_seq(seq);
  return mark;
}

}  // namespace

TEST_CASE("lives come back from the disk in their order, with what central has of each",
          "[protocol][sync][N10]") {
  Disk disk;
  Lives lives(node);
  for (const std::uint64_t epoch : {9, 4}) {
    disk.write(Epoch{epoch}, 3, 2);
    lives.begin(Epoch{epoch});
  }
  disk.write(Epoch{5}, 1, 0);                             // A life that no row names is none of ours.
  disk.write(Epoch{9}, 7, 7, testing::central_of_tests);  // And what others wrote is not either.
  disk.keep(lives);
  Lives fresh(node);
  fresh.resume(disk.store);
  REQUIRE(fresh.all().size() == 2);
  CHECK(fresh.unsynced(v1::ACTS) == 6);
  CHECK(fresh.unsynced(v1::READINGS) == 4);
  fresh.find(Epoch{9})->acts.outgoing.acknowledge(3, 0);
  fresh.find(Epoch{4})->readings.outgoing.acknowledge(1, 0);
  disk.keep(fresh);

  Lives resumed(node);
  resumed.resume(disk.store);
  CHECK(resumed.all().front().epoch == Epoch{9});
  CHECK(resumed.present().epoch == Epoch{4});
  CHECK(resumed.find(Epoch{9})->acts.outgoing.acknowledged() == 3);
  CHECK(resumed.find(Epoch{9})->readings.outgoing.acknowledged() == 0);
  CHECK(resumed.find(Epoch{4})->readings.outgoing.acknowledged() == 1);
  CHECK(resumed.find(Epoch{4})->acts.tip.seq == 3);
  CHECK(resumed.unsynced(v1::ACTS) == 3);
  CHECK(resumed.unsynced(v1::READINGS) == 3);
  CHECK(resumed.find(Epoch{5}) == nullptr);
  CHECK(resumed.find(Epoch{9})->acts.outgoing.next() == 4);
}

TEST_CASE("where a journal was cut comes back from the disk, and cuts of others are none of its lives'",
          "[protocol][sync][X7]") {
  Disk disk;
  Lives lives(node);
  disk.write(Epoch{9}, 3, 2);
  disk.write(Epoch{5}, 3, 0);
  disk.write(Epoch{9}, 3, 0, testing::central_of_tests);
  lives.begin(Epoch{9});
  disk.keep(lives);
  Transaction cuts;
  for (const JournalTip& tip : disk.store.tips()) cuts.cuts.push_back(tip);
  disk.commit(cuts);
  Lives resumed(node);
  resumed.resume(disk.store);
  REQUIRE(resumed.all().size() == 1);
  CHECK(resumed.present().acts.cut == 3);
  CHECK(resumed.present().readings.cut == 2);
}

TEST_CASE("a new disk has no lives, and half a row on one is none", "[protocol][sync]") {
  Disk disk;
  Lives none(node);
  none.resume(disk.store);
  CHECK(none.empty());
  CHECK(none.unsynced(v1::ACTS) == 0);
  CHECK(none.oldest_unsynced_ms() == 0);
  Transaction torn;
  torn.values["link/lives"] = Octets(23, '\1');
  disk.commit(torn);
  none.resume(disk.store);
  CHECK(none.empty());
}

TEST_CASE("what is safe at central's standby is no more than what central has, and survives a start",
          "[protocol][sync][X11]") {
  Disk disk;
  disk.write(Epoch{9}, 5, 4);
  Lives lives(node);
  lives.begin(Epoch{9});
  disk.keep(lives);
  CHECK_FALSE(disk.store.value("link/safe")
                  .has_value());  // Nothing was ever safe: older versions know no such value.
  lives = Lives(node);
  lives.resume(disk.store);
  Life& life = lives.present();
  life.acts.outgoing.acknowledge(4, 0);
  life.readings.outgoing.acknowledge(2, 0);

  lives.note_safe(mark(Epoch{9}, v1::ACTS, 0));  // Nothing is said.
  lives.note_safe(mark(Epoch{8}, v1::ACTS, 4));  // A life that nobody knows here.
  CHECK(lives.safe(v1::ACTS) == 0);
  lives.note_safe(mark(Epoch{9}, v1::ACTS, 3));
  CHECK(lives.safe(v1::ACTS) == 3);
  lives.note_safe(mark(Epoch{9}, v1::ACTS, 2));  // Another standby: that nothing is safe was lost on the way.
  CHECK(lives.safe(v1::ACTS) == 2);
  lives.note_safe(mark(Epoch{9}, v1::ACTS, 99));  // Never beyond what central has.
  CHECK(lives.safe(v1::ACTS) == 4);
  lives.note_safe(mark(Epoch{9}, v1::READINGS, 1));
  CHECK(lives.safe(v1::READINGS) == 1);
  lives.begin(Epoch{11});
  disk.keep(lives);

  Lives resumed(node);
  resumed.resume(disk.store);
  CHECK(resumed.safe(v1::ACTS) == 4);
  CHECK(resumed.safe(v1::READINGS) == 1);
  // The standby is gone.
  resumed.note_safe(mark(Epoch{9}, v1::READINGS, 0));
  CHECK(resumed.safe(v1::READINGS) == 0);
  CHECK(resumed.safe(v1::ACTS) == 4);
  // A central that greets says anew what is safe; it was restored, and holds less.
  resumed.forget_safe();
  CHECK(resumed.safe(v1::ACTS) == 0);
  resumed.find(Epoch{9})->acts.outgoing.restart(2, 0);
  resumed.note_safe(mark(Epoch{9}, v1::ACTS, 4));
  CHECK(resumed.safe(v1::ACTS) == 2);
  disk.keep(resumed);
  Transaction foreign;
  foreign.values["link/safe"] = *disk.store.value("link/safe") + Octets(24, '\7');
  disk.commit(foreign);
  Lives again(node);
  again.resume(disk.store);  // A row of no life of ours is passed over.
  CHECK(again.safe(v1::ACTS) == 2);
}

TEST_CASE("of two records the one of the younger life is the later, and within a life the higher number",
          "[protocol][sync][N10]") {
  Lives lives(node);
  lives.begin(Epoch{9});
  lives.begin(Epoch{4});
  const RecordKey old_one{node, v1::ACTS, Epoch{9}, 50}, young{node, v1::ACTS, Epoch{4}, 1},
      younger{node, v1::ACTS, Epoch{4}, 2};
  CHECK(lives.later(young, old_one));
  CHECK_FALSE(lives.later(old_one, young));
  CHECK(lives.later(younger, young));
  CHECK_FALSE(lives.later(young, younger));
  CHECK_FALSE(lives.later(young, young));
  lives.recall({Epoch{9}, Epoch{7}});  // Central knows of one after the first, and not of the second.
  CHECK(lives.present().epoch == Epoch{4});
  CHECK(lives.later(young, {node, v1::ACTS, Epoch{7}, 9}));
  CHECK(lives.later({node, v1::ACTS, Epoch{7}, 1}, old_one));
}

TEST_CASE("lives are in the order in which central took them up, and what it has not taken up is younger",
          "[protocol][sync][N10]") {
  Disk disk;
  Lives lives(node);
  for (const std::uint64_t epoch : {1, 5, 6}) {
    disk.write(Epoch{epoch}, 2, 1);
    lives.begin(Epoch{epoch});
  }
  disk.keep(lives);
  lives = Lives(node);
  lives.resume(disk.store);
  lives.recall({Epoch{1}, Epoch{9}, Epoch{6}, Epoch{3}});
  std::vector<std::uint64_t> order;
  for (const Life& life : lives.all()) order.push_back(life.epoch.value);
  CHECK(order == std::vector<std::uint64_t>{1, 9, 6, 3, 5});
  CHECK(lives.find(Epoch{6})->acts.tip.seq == 2);  // What is here of a life goes with it.
  CHECK(lives.find(Epoch{9})->acts.tip.seq == 0);
  disk.keep(lives);
  Lives resumed(node);
  resumed.resume(disk.store);
  CHECK(resumed.present().epoch == Epoch{5});
  LifeOrder at_central;
  CHECK(at_central.empty());
  CHECK(at_central.youngest() == Epoch{});
  for (const std::uint64_t epoch : {1, 9, 6, 3, 9, 5}) at_central.take(Epoch{epoch});
  CHECK(at_central.youngest() == Epoch{5});
  for (const std::uint64_t a : {1, 9, 6, 3, 5})
    for (const std::uint64_t b : {1, 9, 6, 3, 5}) {
      const RecordKey one{node, v1::ACTS, Epoch{a}, 2}, other{node, v1::ACTS, Epoch{b}, 1};
      CHECK(at_central.later(one, other) == resumed.later(one, other));
      CHECK(at_central.later(other, one) == resumed.later(other, one));
    }
  CHECK(at_central.later({node, v1::ACTS, Epoch{4}, 1}, {node, v1::ACTS, Epoch{5}, 9}));
}

TEST_CASE("what central has not stored is remembered with its time, the oldest of acts and readings first",
          "[protocol][sync]") {
  Lives lives(node);
  Life& first = lives.begin(Epoch{9});
  first.acts.unsynced = {{3, 300}, {4, 400}};
  lives.begin(Epoch{4}).acts.unsynced = {{1, 100}};
  CHECK(lives.oldest_unsynced_ms() == 300);
  lives.find(Epoch{9})->settle(v1::READINGS, 9);
  CHECK(lives.oldest_unsynced_ms() == 300);
  lives.find(Epoch{9})->settle(v1::ACTS, 3);
  CHECK(lives.oldest_unsynced_ms() == 400);
  lives.find(Epoch{9})->settle(v1::ACTS, 4);
  CHECK(lives.oldest_unsynced_ms() == 100);
  lives.find(Epoch{4})->settle(v1::ACTS, 1);
  CHECK(lives.oldest_unsynced_ms() == 0);
  lives.find(Epoch{9})->readings.unsynced = {{7, 700}, {8, 800}};
  lives.find(Epoch{4})->acts.unsynced = {{2, 900}};
  CHECK(lives.oldest_unsynced_ms() == 700);
  lives.find(Epoch{9})->settle(v1::READINGS, 7);
  CHECK(lives.oldest_unsynced_ms() == 800);
  lives.find(Epoch{4})->acts.unsynced = {{2, 750}};
  CHECK(lives.oldest_unsynced_ms() == 750);
}

}  // namespace feldsher::sync
