#include "edge-agent/ingest/intake.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/edge-agent/ingest/intake_point.hpp"

using namespace feldsher;
using namespace feldsher::ingest;
using namespace feldsher::test;
using readings::Range;

namespace {
const DeviceId ada = device_number(1), bo = device_number(2);
const Epoch life{0xab};
const PatientId patient{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000a1")};

Admission send(IntakePoint& point, DeviceId device, std::uint64_t seq, std::int64_t rate = 70) {
  return point.intake->on(device, pulse_message(device, life, seq, rate), point.now);
}
}  // namespace

TEST_CASE("no receipt leaves before the commit is done", "[edge-agent][ingest][X11]") {
  IntakePoint point;
  CHECK(send(point, ada, 1) == Admission::fresh);
  CHECK(send(point, ada, 1) == Admission::repeat);
  CHECK(point.intake->take_receipts().empty());
  const auto chunk = point.intake->take_chunk();
  REQUIRE(chunk.has_value());
  CHECK(send(point, ada, 1) == Admission::repeat);
  CHECK(point.intake->take_receipts().empty());
  point.intake->committed(chunk->id);
  const auto receipts = point.intake->take_receipts();
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].device == ada);
  CHECK(receipts[0].receipt.epoch == life);
  CHECK(receipts[0].receipt.stored == std::vector<Range>{{1, 1}});
  CHECK(point.intake->take_receipts().empty());
}

TEST_CASE("receipts are coalesced, one for each stream", "[edge-agent][ingest][W2]") {
  IntakePoint point;
  for (std::uint64_t seq : {1, 2, 3, 5, 6}) send(point, ada, seq);
  send(point, bo, 9);
  point.commit();
  const auto receipts = point.intake->take_receipts();
  REQUIRE(receipts.size() == 2);
  CHECK(receipts[0].receipt.stored == std::vector<Range>{{1, 3}, {5, 6}});
  CHECK(receipts[1].receipt.stored == std::vector<Range>{{9, 9}});
}

TEST_CASE("a receipt that was lost is given again when the message comes again",
          "[edge-agent][ingest][X11]") {
  IntakePoint point;
  send(point, ada, 1);
  point.commit();
  point.intake->take_receipts();
  CHECK(send(point, ada, 1) == Admission::repeat);
  CHECK_FALSE(point.intake->take_chunk().has_value());  // Not written twice.
  CHECK(point.intake->take_receipts().at(0).receipt.stored == std::vector<Range>{{1, 1}});
  point.now.since_boot_ms += 300'000;
  CHECK(point.seal_due() == 1);
  CHECK(send(point, ada, 1) == Admission::repeat);  // From a sealed block, too.
  CHECK(point.intake->take_receipts().size() == 1);
}

TEST_CASE("the same key with other content is an incident, never stored or receipted",
          "[edge-agent][ingest][X11]") {
  IntakePoint point;
  send(point, ada, 1, 70);
  CHECK(send(point, ada, 1, 71) == Admission::conflict);  // On its way,
  point.commit();
  CHECK(send(point, ada, 1, 72) == Admission::conflict);  // durable,
  point.intake->take_receipts();
  const auto seal = point.intake->seal({ada, life});
  REQUIRE(seal.has_value());
  CHECK(send(point, ada, 1, 73) == Admission::conflict);  // being sealed,
  point.keep(*seal);
  point.intake->sealed(seal->id);
  CHECK(send(point, ada, 1, 74) == Admission::conflict);  // sealed.
  CHECK(point.intake->take_receipts().empty());
  CHECK_FALSE(point.intake->take_chunk().has_value());
  const auto conflicts = point.intake->take_conflicts();
  REQUIRE(conflicts.size() == 4);
  CHECK(conflicts[3].stream == StreamKey{ada, life});
  CHECK(conflicts[3].seq == 1);
  CHECK(conflicts[3].held == conflicts[0].held);
  CHECK(conflicts[3].other != conflicts[0].other);
  CHECK(point.intake->counts().conflicts == 4);
}

TEST_CASE("another life of a device begins at 1 again", "[edge-agent][ingest][W2]") {
  IntakePoint point;
  send(point, ada, 1);
  CHECK(point.intake->on(ada, pulse_message(ada, Epoch{0xcd}, 1, 99), point.now) == Admission::fresh);
}

TEST_CASE("what is no numbered pack is counted and nothing else", "[edge-agent][ingest]") {
  IntakePoint point;
  for (const auto* bad : {"", "x", "[]", "{}", R"([{"n":"hr","v":1}])"}) {
    CHECK(point.intake->on(ada, bad, point.now) == Admission::malformed);
  }
  CHECK(point.intake->on(ada, Octets(100'000, ' '), point.now) == Admission::malformed);
  CHECK(point.intake->counts().malformed == 6);
  CHECK_FALSE(point.intake->take_chunk().has_value());
}

TEST_CASE("with the disk nearly full new readings are refused and old ones receipted",
          "[edge-agent][ingest][X11]") {
  IntakePoint point;
  send(point, ada, 1);
  point.commit();
  point.intake->take_receipts();
  point.intake->set_disk(DiskClass::no_readings);
  CHECK(send(point, ada, 2) == Admission::refused_disk);
  CHECK(send(point, ada, 1) == Admission::repeat);
  point.intake->set_disk(DiskClass::low);
  CHECK(send(point, ada, 2) == Admission::fresh);  // The device kept it.
}

TEST_CASE("what would fill memory is refused, and taken when blocks have been sealed",
          "[edge-agent][ingest]") {
  Intake::Limits limits;
  limits.unsealed_octets = 2000;
  limits.streams = 2;
  IntakePoint point(limits);
  std::uint64_t seq = 0;
  while (send(point, ada, ++seq) == Admission::fresh) REQUIRE(seq < 100);
  CHECK(point.intake->counts().refused_busy == 1);
  point.commit();
  CHECK(point.seal_due() == 1);  // Before its time: the memory is needed.
  CHECK(send(point, ada, seq) == Admission::fresh);
  CHECK(send(point, bo, 1) == Admission::fresh);
  CHECK(send(point, device_number(3), 1) == Admission::refused_busy);
}

TEST_CASE("a stream is sealed at five minutes or 1,024 messages, not before", "[edge-agent][ingest][W2]") {
  IntakePoint point;
  send(point, ada, 1);
  CHECK(point.intake->due(point.now).empty());
  point.now.since_boot_ms += 300'000;
  CHECK(point.intake->due(point.now).empty());  // Old enough, but not durable.
  point.now.since_boot_ms -= 1;
  point.commit();
  CHECK(point.intake->due(point.now).empty());
  point.now.since_boot_ms += 1;
  CHECK(point.intake->due(point.now) == std::vector<StreamKey>{{ada, life}});
  point.seal_due();
  for (std::uint64_t seq = 2; seq < 1025; ++seq) send(point, ada, seq);
  point.commit();
  CHECK(point.intake->due(point.now).empty());
  send(point, ada, 1025);
  point.commit();
  CHECK(point.seal_due() == 1);
  CHECK(point.blocks.back().seq_delta_size() == 1024);
  CHECK(point.rows.empty());
  CHECK(point.intake->unsealed_messages() == 0);
}

TEST_CASE("a row stays until the last of its messages is sealed", "[edge-agent][ingest][X11]") {
  IntakePoint point;
  send(point, ada, 1);
  send(point, bo, 1);
  point.commit();
  send(point, bo, 2);
  point.commit();
  CHECK(point.rows.size() == 2);
  point.seal({{ada, life}});
  CHECK(point.rows.size() == 2);
  point.seal({{bo, life}});
  CHECK(point.rows.empty());
}

TEST_CASE("a change of wearer seals what the one before wore", "[edge-agent][ingest][W2]") {
  IntakePoint point;
  send(point, ada, 1);
  send(point, ada, 2);
  point.commit();
  point.intake->set_wearer(ada, patient);
  send(point, ada, 3);
  point.commit();
  CHECK(point.seal_due() == 1);
  CHECK(point.blocks.back().patient().empty());
  CHECK(point.blocks.back().seq_delta_size() == 2);
  CHECK(point.seal_due() == 0);  // The rest is of the wearer now, and young.
  point.intake->set_wearer(ada, std::nullopt);
  CHECK(point.seal_due() == 1);
  CHECK(point.blocks.back().patient() == patient.to_octets());
  CHECK(point.blocks.back().seq_delta_size() == 1);
}

TEST_CASE("what comes while a block is being sealed goes into the next", "[edge-agent][ingest]") {
  IntakePoint point;
  send(point, ada, 2);
  point.commit();
  const auto seal = point.intake->seal({ada, life});
  REQUIRE(seal.has_value());
  CHECK(seal->numbers == Range{2, 2});
  CHECK(send(point, ada, 1) == Admission::fresh);  // Late, but not lost.
  CHECK(send(point, ada, 2) == Admission::repeat);
  point.keep(*seal);
  point.intake->sealed(seal->id);
  point.commit();
  CHECK(point.seal({{ada, life}}) == 1);
  CHECK(point.sealed_messages.size() == 2);
}
