#include "protocol/sync/lives.hpp"

#include <catch2/catch_test_macros.hpp>

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
          "[protocol][sync][N8]") {
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
  lives.note_safe(mark(Epoch{9}, v1::ACTS, 2));  // It does not go back …
  CHECK(lives.safe(v1::ACTS) == 3);
  lives.note_safe(mark(Epoch{9}, v1::ACTS, 99));  // … nor beyond what central has.
  CHECK(lives.safe(v1::ACTS) == 4);
  lives.note_safe(mark(Epoch{9}, v1::READINGS, 1));
  CHECK(lives.safe(v1::READINGS) == 1);
  lives.begin(Epoch{11});
  disk.keep(lives);

  Lives resumed(node);
  resumed.resume(disk.store);
  CHECK(resumed.safe(v1::ACTS) == 4);
  CHECK(resumed.safe(v1::READINGS) == 1);
  // A central that was restored says that it holds less.
  resumed.find(Epoch{9})->acts.outgoing.restart(2, 0);
  resumed.bound_safe();
  CHECK(resumed.safe(v1::ACTS) == 2);
  CHECK(resumed.safe(v1::READINGS) == 1);
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
  lives.recall(Epoch{7});  // Central knows of one between them.
  CHECK(lives.present().epoch == Epoch{4});
  CHECK(lives.later(young, {node, v1::ACTS, Epoch{7}, 9}));
  CHECK(lives.later({node, v1::ACTS, Epoch{7}, 1}, old_one));
}

TEST_CASE("acts that central has not stored are remembered with their time, the oldest first",
          "[protocol][sync]") {
  Lives lives(node);
  Life& first = lives.begin(Epoch{9});
  first.unsynced = {{3, 300}, {4, 400}};
  lives.begin(Epoch{4}).unsynced = {{1, 100}};
  CHECK(lives.oldest_unsynced_ms() == 300);
  lives.find(Epoch{9})->settle(v1::READINGS, 9);
  CHECK(lives.oldest_unsynced_ms() == 300);
  lives.find(Epoch{9})->settle(v1::ACTS, 3);
  CHECK(lives.oldest_unsynced_ms() == 400);
  lives.find(Epoch{9})->settle(v1::ACTS, 4);
  CHECK(lives.oldest_unsynced_ms() == 100);
  lives.find(Epoch{4})->settle(v1::ACTS, 1);
  CHECK(lives.oldest_unsynced_ms() == 0);
}

}  // namespace feldsher::sync
