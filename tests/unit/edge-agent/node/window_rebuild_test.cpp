// A point that had cut its journals and has lost its disk: it gets back what was kept, and what follows.
#include <cstdlib>
#include <filesystem>

#include "protocol/contracts/readings.pb.h"
#include "protocol/journal/sqlcipher_store.hpp"
#include "tests/unit/edge-agent/node/rebuilt_point.hpp"

namespace feldsher::testing {

TEST_CASE("a new box is handed back the checkpoint and what follows it, and no history",
          "[edge-agent][window][N10]") {
  RebuiltPoint net;
  const std::uint64_t cut = net.acts_cut(), blocks_cut = net.window->status().blocks_cut,
                      kept = net.window->status().acts_kept;
  net.lose_disk();
  net.come_back();
  net.is_rebuilt();
  CHECK(net.kept_handed_back() == kept);
  CHECK(net.restored() == net.acts_written - cut + net.blocks_written - blocks_cut);
  for (const v1::Frame& frame : net.sent)
    if (frame.has_restore())
      for (const JournalTip& each : net.first_cuts)
        if (frame.restore().stream() == each.journal.stream &&
            frame.restore().epoch() == each.journal.epoch.value)
          CHECK(frame.restore().first_seq() > each.seq);
  CHECK(net.acts_cut() == cut);
  CHECK(net.window->status().acts_kept == kept);
}

TEST_CASE("what is handed back does not grow with what was superseded before the cut",
          "[edge-agent][window][N10]") {
  std::vector<std::uint64_t> records;
  for (const int changes : {0, 500}) {
    Windowed net;
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(net.point->identity.node.to_octets());
    draft.subject = {v1::ROOM_STATE, net.point->random.uuid_v7(monday_8_ms)};
    draft.verb = v1::CHANGED;
    for (int i = 0; i <= changes; ++i) net.point->node->write(v1::ACTS, {draft}, {}, [] {});
    net.settle_all();
    net.five_days();
    net.trim();
    REQUIRE(net.acts_cut() > static_cast<std::uint64_t>(changes));
    net.window.reset();
    net.cut(*net.point);
    net.pass(60);
    net.point->node.reset();
    net.point->store = MemoryStore(tenant_of_tests);
    net.central->accept_older_disk(net.point->identity.node, net.central->self(), v1::PROOF_TOKEN, [] {});
    net.sent.clear();
    net.die();
    net.all_agree();
    std::uint64_t count = 0;
    for (const v1::Frame& frame : net.sent)
      count += static_cast<std::uint64_t>(frame.restore().records_size() + frame.rebuild().kept_size());
    records.push_back(count);
  }
  CHECK(records[0] == records[1]);
}

TEST_CASE("a rebuilt point works on, cuts again, and is rebuilt again", "[edge-agent][window][N10]") {
  RebuiltPoint net;
  net.lose_disk();
  net.come_back();
  const std::uint64_t cut = net.acts_cut();
  for (int round = 0; round < 2; ++round) {
    net.five_days();
    net.trim();
    CHECK(net.acts_cut() > cut);
    net.all_agree();
    net.first_cuts = net.in_order(net.point->store.cuts());
    net.lose_disk();
    net.come_back();
    net.is_rebuilt();
  }
}

TEST_CASE("a rebuilt point knows what it had kept at its next start too", "[edge-agent][window][N10][X7]") {
  RebuiltPoint net;
  net.lose_disk();
  net.come_back();
  net.die();
  net.is_rebuilt();
  net.five_days();
  net.trim();
  CHECK(net.acts_cut() > net.acts_written / 2);
  net.all_agree();
}

TEST_CASE("a real disk is rebuilt, opened again, and goes on", "[edge-agent][window][N10][X7]") {
  std::string name = (std::filesystem::temp_directory_path() / "feldsher-rebuilt-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()));
  const std::filesystem::path folder = name;
  {
    RebuiltPoint net;
    std::unique_ptr<SqlcipherStore> disk;
    auto open = [&] {
      net.window.reset();
      net.cut(*net.point);
      net.point->node.reset();
      disk.reset();
      disk = std::make_unique<SqlcipherStore>(folder / "journal.db", tenant_of_tests, DatabaseKey{{1, 2, 3}});
      net.point->disk = disk.get();
    };
    net.lose_disk();
    open();
    net.die();
    net.come_back();
    net.is_rebuilt();
    open();
    net.die();
    net.is_rebuilt();
    net.five_days();
    net.trim();
    CHECK(net.acts_cut() > net.acts_written / 2);
    net.all_agree();
    open();
    net.die();
    net.all_agree();
    net.window.reset();
    net.cut(*net.point);
    net.point->node.reset();
    net.point->ledger.reset();
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("which readings lie in blocks before the cut is handed back with what was kept",
          "[edge-agent][window][N10]") {
  const Octets device(16, 'd');
  RebuiltPoint net([&device](Windowed& at) {
    for (const std::uint64_t first : {1, 7}) {
      v1::ReadingBlock block;
      block.set_device(device);
      block.set_epoch(0xaa);
      for (const std::uint64_t delta : {first, std::uint64_t{1}, std::uint64_t{2}})
        block.add_seq_delta(delta);
      Draft draft;
      draft.actor.set_kind(v1::ACTOR_NODE);
      draft.actor.set_id(at.point->identity.node.to_octets());
      draft.subject = {v1::READING_BLOCK, *Uuid::from_octets(device)};
      draft.verb = v1::SEALED;
      draft.message = block.SerializeAsString();
      at.point->node->write(v1::READINGS, {draft}, {}, [] {});
    }
    // What has no place among readings counts for none, whatever it says.
    v1::ReadingBlock block;
    block.set_device(device);
    block.set_epoch(0xaa);
    block.add_seq_delta(99);
    Draft misplaced;
    misplaced.actor.set_kind(v1::ACTOR_NODE);
    misplaced.actor.set_id(at.point->identity.node.to_octets());
    misplaced.subject = {v1::ROOM_STATE, *Uuid::from_octets(device)};
    misplaced.verb = v1::CHANGED;
    misplaced.message = block.SerializeAsString();
    at.point->node->write(v1::READINGS, {misplaced}, {}, [] {});
    at.settle_all();
  });
  net.lose_disk();
  std::vector<v1::CutReadings> told;
  net.point->node->on_rebuilt = [&, inner = net.point->node->on_rebuilt](const sync::Rebuilt& rebuilt,
                                                                         Transaction& with) {
    told = rebuilt.readings;
    inner(rebuilt, with);
  };
  net.come_back();
  CHECK(net.point->live());
  CHECK(net.same_state(*net.point));
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);  // Of the misplaced one.
  REQUIRE(told.size() == 1);
  CHECK(told[0].device() == device);
  CHECK(told[0].epoch() == 0xaa);
  CHECK(std::vector<std::uint64_t>(told[0].first().begin(), told[0].first().end()) ==
        std::vector<std::uint64_t>{1, 4, 7, 10});
  CHECK(std::vector<std::uint64_t>(told[0].last().begin(), told[0].last().end()) ==
        std::vector<std::uint64_t>{2, 4, 8, 10});
}

TEST_CASE(
    "a central that started since knows the checkpoint; a disk that holds some of a journal gets the rest",
    "[edge-agent][window][N10]") {
  RebuiltPoint net;
  net.begin_central();
  net.follow();
  net.lose_disk();
  net.come_back();
  net.is_rebuilt();
  const MemoryStore rebuilt = net.point->store;
  net.labels.push_back(net.ticket());
  net.pass(2);
  net.window.reset();
  net.cut(*net.point);
  net.pass(60);
  net.point->node.reset();
  net.point->store = rebuilt;
  net.sent.clear();
  net.die();
  net.come_back();
  CHECK(net.kept_handed_back() == 0);
  CHECK(net.restored() > 0);
  CHECK(net.restored() < net.acts_cut());
  net.is_rebuilt();
}

}  // namespace feldsher::testing
