#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <random>
#include <set>

#include "tests/unit/edge-agent/ingest/intake_point.hpp"

using namespace feldsher;
using namespace feldsher::ingest;
using namespace feldsher::test;

TEST_CASE("after a restart what was committed is held, and receipted again", "[edge-agent][ingest][X11]") {
  const auto ada = device_number(1);
  const Epoch life{0xab};
  IntakePoint point;
  for (std::uint64_t seq = 1; seq <= 3; ++seq)
    point.intake->on(ada, pulse_message(ada, life, seq), point.now);
  point.commit();
  point.intake->on(ada, pulse_message(ada, life, 4), point.now);  // Not committed: lost with the process.
  point.boot();
  CHECK(point.intake->take_receipts().at(0).receipt.stored == std::vector<readings::Range>{{1, 3}});
  CHECK(point.intake->on(ada, pulse_message(ada, life, 3), point.now) == Admission::repeat);
  CHECK(point.intake->on(ada, pulse_message(ada, life, 3, 99), point.now) == Admission::conflict);
  CHECK(point.intake->on(ada, pulse_message(ada, life, 4), point.now) == Admission::fresh);
  point.commit();
  CHECK(point.rows.size() == 2);
  point.seal(point.intake->unsealed());
  CHECK(point.sealed_messages.size() == 4);
  CHECK(point.rows.empty());
}

TEST_CASE("a row that is sealed in part counts only what is not", "[edge-agent][ingest][X11]") {
  const auto ada = device_number(1), bo = device_number(2);
  const Epoch life{0xab};
  IntakePoint point;
  point.intake->on(ada, pulse_message(ada, life, 1), point.now);
  point.intake->on(bo, pulse_message(bo, life, 1), point.now);
  point.commit();
  point.seal({{ada, life}});
  point.boot();
  CHECK(point.intake->unsealed_messages() == 1);
  CHECK(point.seal({{ada, life}}) == 0);
  CHECK(point.seal({{bo, life}}) == 1);
  CHECK(point.rows.empty());
}

TEST_CASE("what comes back in a block that the disk had lost is not sealed again",
          "[edge-agent][ingest][X11]") {
  const auto ada = device_number(1), bo = device_number(2);
  const Epoch life{0xab};
  IntakePoint point;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    point.intake->on(ada, pulse_message(ada, life, seq), point.now);
    if (seq == 2) point.intake->on(bo, pulse_message(bo, life, 1), point.now);
    point.commit();
  }
  std::vector<std::uint64_t> emptied;
  CHECK(point.intake->restore_sealed({ada, life}, {1, 2}, emptied) == 2);
  CHECK(emptied == std::vector<std::uint64_t>{1});  // Row 2 holds a message of Bo's still.
  CHECK(point.intake->unsealed_messages() == 2);
  for (std::uint64_t row : emptied) point.rows.erase(row);
  CHECK(point.seal({{ada, life}}) == 1);
  CHECK(point.seal({{bo, life}}) == 1);
  CHECK(point.rows.empty());
}

TEST_CASE("what comes back in a block while it is on its way to the disk is receipted, and not sealed again",
          "[edge-agent][ingest][W2][X11]") {
  const auto ada = device_number(1);
  const Epoch life{0xab};
  IntakePoint point;
  for (std::uint64_t seq = 1; seq <= 2; ++seq)
    point.intake->on(ada, pulse_message(ada, life, seq), point.now);
  std::vector<std::uint64_t> emptied;
  CHECK(point.intake->restore_sealed({ada, life}, {1, 1}, emptied) == 0);
  point.commit();
  CHECK(point.intake->take_receipts().at(0).receipt.stored == std::vector<readings::Range>{{1, 2}});
  CHECK(point.intake->unsealed_messages() == 1);
  CHECK(point.intake->counts().receipted == 1);  // The other one counts with its block.
  point.seal({{ada, life}});
  CHECK_FALSE(point.sealed_messages.contains({{ada, life}, 1}));
  CHECK(point.sealed_messages.contains({{ada, life}, 2}));
  CHECK(point.rows.empty());

  point.intake->on(ada, pulse_message(ada, life, 3), point.now);
  point.intake->restore_sealed({ada, life}, {3, 3}, emptied);
  point.commit();
  CHECK(point.rows.empty());  // Nothing of the row is left to seal.
  CHECK(point.intake->unsealed_messages() == 0);
  CHECK(point.intake->unsealed().empty());
}

TEST_CASE("whatever dies when, nothing receipted is lost and nothing is sealed twice",
          "[edge-agent][ingest][X11]") {
  const auto seed = GENERATE(range(1u, 60u));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  Intake::Limits limits;
  limits.seal_messages = 1 + random() % 9;
  IntakePoint point(limits);
  const Epoch life{0xab};

  std::map<DeviceId, std::set<std::uint64_t>> kept,
      receipted;  // What each device still holds; what it was told.
  std::map<DeviceId, std::uint64_t> last;
  for (int step = 0; step < 400; ++step) {
    const auto device = device_number(static_cast<std::uint8_t>(1 + random() % 3));
    if (chance(50)) kept[device].insert(++last[device]);
    if (!kept[device].empty() && chance(80)) {
      auto chosen = kept[device].begin();
      std::advance(chosen, static_cast<long>(random() % kept[device].size()));
      const auto admission = point.intake->on(device, pulse_message(device, life, *chosen), point.now);
      REQUIRE((admission == Admission::fresh || admission == Admission::repeat));
    }
    if (chance(20)) {
      if (const auto chunk = point.intake->take_chunk()) {
        if (chance(30)) {  // Dies before, or just after, the row is on the disk.
          if (chance(50)) point.rows[chunk->id] = chunk->octets;
          point.boot();
        } else {
          point.rows[chunk->id] = chunk->octets;
          point.intake->committed(chunk->id);
        }
      }
    }
    for (const auto& [to, receipt] : point.intake->take_receipts()) {
      for (const auto& range : receipt.stored) {
        for (auto seq = range.first; seq <= range.last; ++seq) {
          receipted[to].insert(seq);
          if (chance(70)) kept[to].erase(seq);  // Or the receipt is lost on its way.
        }
      }
    }
    point.now.since_boot_ms += random() % 30'000;
    if (chance(15)) {
      for (const auto& stream : point.intake->due(point.now)) {
        const auto sealed = point.intake->seal(stream);
        if (!sealed) continue;
        if (chance(20)) {  // Dies before, or just after, the transaction.
          if (chance(50)) point.keep(*sealed);
          point.boot();
          break;
        }
        point.keep(*sealed);
        point.intake->sealed(sealed->id);
      }
    }
    if (chance(5)) point.boot();
  }
  std::size_t told = 0;
  for (const auto& [device, numbers] : receipted) {
    told += numbers.size();
    for (const auto seq : numbers) REQUIRE(point.holds({device, life}, seq));
  }
  CHECK(told > 20);
  while (point.commit() || point.seal(point.intake->unsealed()) > 0) {
  }
  CHECK(point.rows.empty());
  CHECK(point.intake->unsealed_messages() == 0);
  for (const auto& [device, numbers] : receipted) {
    for (const auto seq : numbers) REQUIRE(point.sealed_messages.contains({{device, life}, seq}));
  }
}
