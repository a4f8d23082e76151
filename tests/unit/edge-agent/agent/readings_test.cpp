#include "edge-agent/agent/readings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <memory>

#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/memory_store.hpp"
#include "protocol/readings/block.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::edge {
namespace {

using testing::SplitMix;

struct SetClock final : Clock {
  Instant instant{.wall_ms = 1'795'000'000'000,
                  .since_boot_ms = 1'000,
                  .boot = 5,
                  .trust = v1::SYNCHRONISED,
                  .uncertainty_ms = 1};
  Instant now() const override { return instant; }
};

/// Durable when told so: what was not is lost with the process.
struct HeldLedger final : Ledger {
  explicit HeldLedger(MemoryStore& disk) : store(disk) {}
  void submit(Transaction transaction, std::function<void()> on_durable) override {
    waiting.emplace_back(std::move(transaction), std::move(on_durable));
  }
  void read(const JournalId&, std::uint64_t, const ReadLimits&,
            std::function<void(std::vector<Record>)> done) override {
    done({});
  }
  void read_intake(std::uint64_t, const ReadLimits&, std::function<void(std::vector<Record>)> done) override {
    done({});
  }
  void commit_all() {
    while (!waiting.empty()) {
      auto [transaction, then] = std::move(waiting.front());
      waiting.pop_front();
      store.commit({&transaction, 1});
      then();
    }
  }
  MemoryStore& store;
  std::deque<std::pair<Transaction, std::function<void()>>> waiting;
};

const TenantId tenant{*Uuid::from_text("0190c0de-0000-7000-8000-000000000001")};
const NodeId self{*Uuid::from_text("0190c0de-0000-7000-8000-000000000002")};
const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-000000000003")};
const SigningKey head_key = SigningKey::from_seed({1});

/// One run of the point's process, over a disk that outlives it.
struct Run {
  explicit Run(MemoryStore& store) : disk(store) {
    readings.resume_cut(disk.values(Readings::cut_values));
    node.start(disk);
    readings.resume(disk.intake());
    ledger.commit_all();
  }
  MemoryStore& disk;
  SetClock clock;
  SplitMix random{7};
  HeldLedger ledger{disk};
  Ed25519Signer signer{head_key};
  Ed25519Check check;
  std::deque<std::function<void()>> soon;
  std::vector<readings::Receipt> receipts;
  PointNode node{{tenant, self, PointId{self.uuid}, "Europe/Kyiv", "test"},
                 {clock, random, ledger, signer, check, [](const std::string&) { return ReadPass{}; },
                  [](std::string, std::string, std::function<void(bool)>) {}}};
  Readings readings{node,
                    self,
                    {ledger, [this](std::function<void()> work) { soon.push_back(std::move(work)); },
                     [this](std::uint64_t, std::function<void()> work) { soon.push_back(std::move(work)); },
                     [this](DeviceId to, const readings::Receipt& receipt) {
                       CHECK(to == device);
                       receipts.push_back(receipt);
                     }},
                    300'000};

  void say(std::uint64_t seq, const std::string& value = "71", const std::string& more = "") {
    readings.on(device, R"([{"epoch":"00000000000000aa","seq":)" + std::to_string(seq) +
                            R"(,"n":"heart-rate","u":"beat/min","v":)" + value + more + "}]");
  }
  void work() {
    while (!soon.empty()) {
      auto next = std::move(soon.front());
      soon.pop_front();
      next();
    }
  }
  void settle() {
    work();
    ledger.commit_all();
    work();
  }
  void wait_for_seals() {
    clock.instant.since_boot_ms += 300'000;
    readings.tick();
    settle();
  }
  std::vector<readings::Block> blocks() {
    std::vector<readings::Block> found;
    disk.replay(0, [&](std::uint64_t, Record&& record) {
      if (record.key.stream != v1::READINGS) return;
      CHECK(record.header.verb() == v1::SEALED);
      CHECK(record.subject == SubjectKey{v1::READING_BLOCK, device.uuid});
      found.push_back(readings::read_block(*record.body<v1::ReadingBlock>()).value());
    });
    return found;
  }
};

using Ranges = std::vector<readings::Range>;

TEST_CASE("a reading is receipted after its commit, not before", "[edge-agent][readings][X11]") {
  MemoryStore disk(tenant);
  Run run(disk);
  run.say(1);
  run.say(2);
  run.work();
  CHECK(run.receipts.empty());
  CHECK(run.readings.receipted() == 0);
  run.ledger.commit_all();
  run.work();
  REQUIRE(run.receipts.size() == 1);
  CHECK(run.receipts[0].stored == Ranges{{1, 2}});
  CHECK(run.receipts[0].agent == self);
  CHECK_FALSE(run.receipts[0].upto);  // Nobody said that this point is the device's home.
  CHECK(run.readings.receipted() == 2);
  CHECK(disk.intake().size() == 1);
}

TEST_CASE("messages that come while a commit runs go into the next one together", "[edge-agent][readings]") {
  MemoryStore disk(tenant);
  Run run(disk);
  run.say(1);
  run.work();
  for (std::uint64_t seq = 2; seq <= 50; ++seq) run.say(seq);
  run.work();
  CHECK(run.ledger.waiting.size() == 1);
  run.settle();
  CHECK(disk.intake().size() == 2);
  REQUIRE(run.receipts.size() == 1);  // Of both commits: they were done within the time that receipts wait.
  CHECK(run.receipts.back().stored == Ranges{{1, 50}});
}

TEST_CASE("what was receipted is there after a kill, and is sealed once", "[edge-agent][readings][X11]") {
  MemoryStore disk(tenant);
  {
    Run run(disk);
    run.say(1);
    run.say(3);
    run.settle();
    run.say(4);  // Never committed: never receipted.
    run.work();
  }
  {
    Run run(disk);
    CHECK(run.readings.receipted() == 2);
    REQUIRE(run.receipts.size() == 1);  // The receipt may not have left before the kill.
    CHECK(run.receipts[0].stored == Ranges{{1, 1}, {3, 3}});
    run.say(4);
    run.settle();
    run.wait_for_seals();
    REQUIRE(run.blocks().size() == 1);
    CHECK(run.blocks()[0].messages.size() == 3);
    CHECK(disk.intake().empty());
  }
  Run run(disk);
  CHECK(run.readings.receipted() == 3);
  CHECK(run.receipts.empty());
  run.say(3);
  run.settle();
  REQUIRE(run.receipts.size() == 1);
  CHECK(run.receipts[0].stored == Ranges{{3, 3}});
  CHECK(run.readings.counts().repeats == 1);
  run.wait_for_seals();
  CHECK(run.blocks().size() == 1);
}

TEST_CASE("a kill between sealing and its commit loses nothing", "[edge-agent][readings][X11]") {
  MemoryStore disk(tenant);
  {
    Run run(disk);
    run.say(1);
    run.settle();
    run.clock.instant.since_boot_ms += 300'000;
    run.readings.tick();
    CHECK(run.ledger.waiting.size() == 1);  // The seal, on its way to a disk that never gets it.
  }
  Run run(disk);
  CHECK(run.blocks().empty());
  run.wait_for_seals();
  REQUIRE(run.blocks().size() == 1);
  CHECK(run.blocks()[0].messages.front().seq == 1);
}

TEST_CASE("one number with two contents is an incident, also when the first is long sealed",
          "[edge-agent][readings][X11]") {
  MemoryStore disk(tenant);
  {
    Run run(disk);
    run.say(1, "71");
    run.settle();
    run.wait_for_seals();
  }
  Run run(disk);
  run.say(1, "99");
  run.settle();
  CHECK(run.receipts.empty());
  CHECK(run.readings.counts().conflicts == 1);
  run.clock.instant.since_boot_ms += 60'000;  // Central is silent: an incident waits for a minute.
  run.node.tick();
  REQUIRE(run.node.state().incidents.rows().size() == 1);
  CHECK(run.node.state().incidents.rows().begin()->second.state.kind() == v1::INCIDENT_READING_FORK);
}

TEST_CASE("a reading whose block was cut is known when it comes again, and is stored once",
          "[edge-agent][readings][window][X11]") {
  MemoryStore disk(tenant);
  {
    Run run(disk);
    for (std::uint64_t number : {1, 2, 3, 4, 5}) run.say(number);
    run.settle();
    run.wait_for_seals();
    REQUIRE(run.blocks().size() == 1);
    // As after an acknowledgement of central.
    Transaction told;
    told.values["link/lives"] = disk.value("link/lives")->substr(0, 23) + '\1';
    disk.commit({&told, 1});
  }
  {
    Run run(disk);
    Transaction stored;
    run.readings.keep_cut(stored);
    CHECK(stored.empty());  // It is on one disk there: it is not cut.
    Transaction told;
    told.values["link/safe"] = *disk.value("link/lives");  // And now its standby has it.
    disk.commit({&told, 1});
  }
  {
    Run run(disk);
    Transaction cut;
    run.readings.keep_cut(cut);
    CHECK(cut.values.size() == 1);
    for (const JournalTip& tip : disk.tips())
      if (tip.journal.stream == v1::READINGS) cut.cuts.push_back(tip);
    cut.dropped.push_back({cut.cuts[0].journal, 1, 1});
    disk.commit({&cut, 1});
    Transaction again;
    run.readings.keep_cut(again);
    CHECK(again.empty());  // Nothing new to say.
  }
  for (int starts = 0; starts < 2; ++starts) {
    Run run(disk);
    CHECK(run.blocks().size() == static_cast<std::size_t>(starts));
    CHECK(run.readings.receipted() == (starts == 0 ? 5 : 6));
    run.say(3);
    run.settle();
    CHECK(run.readings.counts().repeats == 1);
    REQUIRE_FALSE(run.receipts.empty());
    CHECK(run.receipts[0].stored == Ranges{{3, 3}});
    if (starts == 0) run.say(6);
    run.settle();
    run.wait_for_seals();
    const auto blocks = run.blocks();
    REQUIRE(blocks.size() == 1);
    REQUIRE(blocks[0].messages.size() == 1);
    CHECK(blocks[0].messages[0].seq == 6);
  }
}

TEST_CASE("a new box knows readings of blocks that the box before it had cut, and counts each once",
          "[edge-agent][readings][N10]") {
  MemoryStore disk(tenant);
  v1::CutReadings cut;
  cut.set_device(device.to_octets());
  cut.set_epoch(0xaa);
  cut.add_first(1);
  cut.add_last(5);
  {
    Run run(disk);
    run.say(3);  // Before central has said what it knows.
    run.say(6);
    run.settle();
    CHECK(run.readings.receipted() == 2);
    Transaction with;
    run.readings.rebuilt({cut}, with);
    CHECK(run.readings.receipted() == 6);
    run.readings.rebuilt({cut}, with);
    CHECK(run.readings.receipted() == 6);
    disk.commit({&with, 1});
    run.wait_for_seals();
  }
  for (int starts = 0; starts < 2; ++starts) {
    Run run(disk);
    run.say(5);
    run.settle();
    CHECK(run.readings.counts().repeats == 1);
    CHECK(run.readings.receipted() == 6);
    run.wait_for_seals();
    const auto blocks = run.blocks();
    REQUIRE(blocks.size() == 1);
    REQUIRE(blocks[0].messages.size() == 1);
    CHECK(blocks[0].messages[0].seq == 6);
  }
}

TEST_CASE("a damaged row of the intake is kept aside, and the rest goes on", "[edge-agent][readings]") {
  MemoryStore disk(tenant);
  Transaction damaged;
  damaged.intake.push_back({1, "rubbish"});
  disk.commit({&damaged, 1});
  Run run(disk);
  run.settle();
  CHECK(disk.intake().empty());
  CHECK(disk.value("damaged/intake/1") == "rubbish");
  REQUIRE(run.node.state().incidents.rows().size() == 1);
  run.say(1);
  run.settle();
  CHECK(run.readings.receipted() == 1);
}

TEST_CASE("what the disk cannot follow is let fall and not receipted", "[edge-agent][readings]") {
  MemoryStore disk(tenant);
  Run run(disk);
  for (std::uint64_t seq = 1; seq <= Readings::most_waiting * 2; ++seq) run.say(seq);
  CHECK(run.readings.dropped() > 0);
  const auto dropped = run.readings.dropped();
  run.settle();
  CHECK(run.readings.receipted() == Readings::most_waiting * 2 - dropped);
  run.say(Readings::most_waiting * 2);  // Sent again.
  run.settle();
  CHECK(run.readings.receipted() == Readings::most_waiting * 2 - dropped + 1);
}

TEST_CASE("a block too large for a record is cut into some that fit", "[edge-agent][readings]") {
  std::vector<readings::BlockMessage> messages;
  for (std::uint64_t seq = 1; seq <= 100; ++seq)
    messages.push_back(
        {seq, 1'795'000'000'000, "not a pack " + std::string(500, static_cast<char>('a' + seq % 26)), {}});
  const v1::ReadingBlock block = readings::write_block(device, Epoch{9}, messages, std::nullopt);
  const auto parts = fitting_parts(block, 10'000);
  CHECK(parts.size() > 4);
  std::vector<readings::BlockMessage> together;
  for (const auto& part : parts) {
    CHECK(part.ByteSizeLong() <= 10'000);
    for (auto& message : readings::read_block(part).value().messages) together.push_back(message);
  }
  CHECK(together == messages);
  CHECK(fitting_parts(block, block.ByteSizeLong()).size() == 1);
}

}  // namespace
}  // namespace feldsher::edge
