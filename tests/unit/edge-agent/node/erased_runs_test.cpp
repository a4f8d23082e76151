// Runs of blocks of which an order drops some: their numbers stay known, are counted once, and stay on the
// disk no longer than they need.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "worn_device.hpp"

namespace feldsher::testing {
namespace {

/// Values about runs of blocks that an order touched: their keys are longer than those of a stream.
std::ptrdiff_t runs_on_disk(WornDevice& net) {
  const std::string prefix = edge::Readings::cut_values;
  const auto values = net.point->disk->values(prefix);
  return std::ranges::count_if(values, [&](const auto& value) {
    return value.first.size() == prefix.size() + 80 && !value.second.empty();
  });
}

}  // namespace

TEST_CASE("of blocks that waited long an order drops its own, and all stay known after a start",
          "[edge][node][H11][X11]") {
  WornDevice net;
  net.give(net.olena);
  net.cut(*net.point);
  constexpr int before = 100, blocks = 2 * static_cast<int>(edge::BlockRuns::most_runs) + 1;
  for (int n = 0; n < before; ++n) {
    net.say();
    net.seal();
  }
  net.give(Uuid{});
  net.erase();
  net.pass(1);
  for (int n = before; n < blocks; ++n) {  // The point has not heard of it.
    net.say();
    net.seal();
  }
  REQUIRE(net.readings->not_safe() < edge::BlockRuns::most_runs);
  net.lose = [](v1::Frame& frame) { return frame.has_batch(); };
  net.come_back();
  const auto left = WornDevice::blocks(net.point->store);
  REQUIRE(left.all == blocks);
  REQUIRE(left.bodies.size() < blocks - before + 2);
  REQUIRE_FALSE(left.bodies.empty());
  net.die();
  CHECK(net.readings->receipted() == blocks);
  const auto are_known = [&] {
    CHECK(net.readings->receipted() == blocks);
    for (std::uint64_t n = 1; n <= blocks; ++n) net.say(n);
    CHECK(net.readings->unsealed() == 0);
    CHECK(net.readings->receipted() == blocks);
  };
  are_known();
  REQUIRE(runs_on_disk(net) > 0);
  Transaction with;
  SECTION("and are counted once when central hands them back as cut") {
    v1::CutReadings cut;
    cut.set_device(net.device.to_octets());
    cut.set_epoch(0xaa);
    cut.add_first(1);
    cut.add_last(blocks);
    net.readings->rebuilt({cut}, with);
    CHECK(net.readings->receipted() == blocks);
  }
  SECTION("and when they are safe the disk says it once") {
    net.lose = [](v1::Frame&) { return false; };
    net.follow();
    net.come_back();
    net.readings->keep_cut(with);
  }
  net.point->ledger->submit(std::move(with), [] {});
  net.settle_all();
  CHECK(runs_on_disk(net) == 0);
  net.die();
  are_known();
}

}  // namespace feldsher::testing
