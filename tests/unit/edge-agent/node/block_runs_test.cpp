// Blocks that are not safe, put together in runs: what becomes safe, and what an order drops, is never more
// than block by block.
#include "edge-agent/agent/block_runs.hpp"

#include <catch2/catch_test_macros.hpp>

namespace feldsher::edge {
namespace {

const ingest::StreamKey stream{DeviceId{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")}, Epoch{7}};
constexpr Epoch life{3};

/// The n-th block holds the numbers 2n - 1 and 2n, measured in [100n, 100n + 50].
BlockRun block(std::uint64_t n, const Octets& patient = "olena") {
  const auto first_ms = static_cast<std::int64_t>(100 * n);
  const BlockSpan span{.device = stream.device.to_octets(),
                       .patient = patient,
                       .first_ms = first_ms,
                       .last_ms = first_ms + 50};
  BlockRun run{.last_seq = n, .numbers = {}, .hull = span, .intersection = span};
  run.numbers.add(readings::Range{2 * n - 1, 2 * n});
  return run;
}

BlockRuns filled(std::uint64_t blocks) {
  BlockRuns runs;
  for (std::uint64_t n = 1; n <= blocks; ++n) runs.add(stream, life, block(n));
  return runs;
}

v1::Erasure order(std::int64_t from_ms, std::int64_t until_ms) {
  v1::Erasure order;
  order.set_status(v1::ERASURE_ORDERED);
  order.set_patient("olena");
  v1::ErasedReadings& readings = *order.add_readings();
  readings.set_device(stream.device.to_octets());
  readings.set_from_ms(from_ms);
  readings.set_until_ms(until_ms);
  return order;
}

/// Up to which number all have been taken out; and nothing beyond.
std::uint64_t taken_to(const BlockRuns::Numbers& taken) {
  if (taken.empty()) return 0;
  REQUIRE(taken.size() == 1);
  const readings::RangeSet& numbers = taken.at(stream);
  CHECK(numbers.count() == numbers.complete_to());
  return numbers.complete_to();
}

}  // namespace

TEST_CASE("a run is safe when its last block is, and no block is safe before", "[edge][node][X11][W2]") {
  constexpr std::uint64_t blocks = 5 * BlockRuns::most_runs;
  BlockRuns runs = filled(blocks);
  CHECK(runs.size() <= BlockRuns::most_runs);
  std::uint64_t taken = 0;
  for (std::uint64_t safe = 0; safe <= blocks; ++safe) {
    taken = std::max(taken, taken_to([&] {
                       BlockRuns copy = filled(blocks);
                       return copy.take_safe([&](Epoch of) { return of == life ? safe : 0; });
                     }()));
    REQUIRE(taken <= 2 * safe);
  }
  CHECK(taken == 2 * blocks);
  CHECK(runs.take_safe([](Epoch of) { return of == life ? 0 : 1'000'000; }).empty());
}

TEST_CASE("the youngest blocks stand nearly alone: a standby that keeps up is followed closely",
          "[edge][node][W2]") {
  constexpr std::uint64_t blocks = 5 * BlockRuns::most_runs;
  BlockRuns runs = filled(blocks);
  CHECK(taken_to(runs.take_safe([](Epoch) { return blocks - 10; })) >= 2 * (blocks - 12));
}

TEST_CASE("of a run an order takes all or nothing, and what it only touches is told", "[edge][node][H11]") {
  constexpr std::uint64_t blocks = 5 * BlockRuns::most_runs;
  for (const std::int64_t until_ms : {100, 101, 3000, 12'345, 50'001, 64'000, 64'001}) {
    BlockRuns runs = filled(blocks);
    const auto erased = static_cast<std::uint64_t>((until_ms + 99) / 100 - 1);  // Blocks that begin before.
    const std::uint64_t taken = taken_to(runs.take_erased(order(0, until_ms)));
    CAPTURE(until_ms, erased, taken);
    CHECK(taken <= 2 * erased);
    readings::RangeSet known;
    if (taken > 0) known.add(readings::Range{1, taken});
    runs.each_touched(order(0, until_ms), [&](const ingest::StreamKey&, Epoch of, const BlockRun& run) {
      CHECK(of == life);
      for (const readings::Range& range : run.numbers.ranges()) known.add(range);
    });
    CHECK(known.complete_to() >= 2 * erased);
  }
}

TEST_CASE("of a time in which nobody wore the device no run goes that reaches out of it",
          "[edge][node][H11]") {
  constexpr std::uint64_t blocks = 5 * BlockRuns::most_runs;
  for (const std::int64_t until_ms : {1000, 3010, 12'345, 50'001}) {
    BlockRuns runs = filled(blocks);
    const v1::Erasure drawer = order(950, -until_ms);
    readings::RangeSet dropped;  // Block by block.
    for (std::uint64_t n = 1; n <= blocks; ++n)
      if (erases(drawer, block(n).hull)) dropped.add(readings::Range{2 * n - 1, 2 * n});
    readings::RangeSet known;
    for (const auto& [of, numbers] : runs.take_erased(drawer))
      for (const readings::Range& range : numbers.ranges()) {
        known.add(range);
        for (std::uint64_t each = range.first; each <= range.last; ++each) REQUIRE(dropped.contains(each));
      }
    runs.each_touched(drawer, [&](const ingest::StreamKey&, Epoch, const BlockRun& run) {
      for (const readings::Range& range : run.numbers.ranges()) known.add(range);
    });
    for (const readings::Range& range : dropped.ranges())
      for (std::uint64_t each = range.first; each <= range.last; ++each) REQUIRE(known.contains(each));
  }
}

TEST_CASE("blocks of two patients are never put together", "[edge][node][H11]") {
  BlockRuns runs;
  for (std::uint64_t n = 1; n <= 2 * BlockRuns::most_runs; ++n)
    runs.add(stream, life, block(n, n % 2 == 0 ? "olena" : "petro"));
  v1::Erasure of_olena = order(0, 0);
  const auto taken = runs.take_erased(of_olena);
  CHECK(taken.at(stream).count() == 2 * BlockRuns::most_runs);
  CHECK_FALSE(taken.at(stream).contains(1));
  CHECK(runs.size() == BlockRuns::most_runs);
}

}  // namespace feldsher::edge
