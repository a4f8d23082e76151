// `upto` of a receipt: what a gateway may forget.
#include <catch2/catch_test_macros.hpp>

#include "worn_device.hpp"

namespace feldsher::testing {

TEST_CASE("a home says that readings are safe when central's standby has them too", "[edge][node][X11][W2]") {
  WornDevice net;
  net.follow();
  net.give(net.olena);
  net.say();
  net.say();
  CHECK_FALSE(net.receipts.back().upto);
  net.seal();
  net.pass(2);
  net.tick();
  REQUIRE(net.receipts.back().upto);
  CHECK(*net.receipts.back().upto == 2);
  // The standby is gone: what it had is safe, and nothing more.
  net.cut_copy();
  net.pass(10);
  net.say();
  net.seal();
  net.pass(10);
  net.tick();
  CHECK(WornDevice::blocks(net.store).all == 2);
  CHECK(*net.receipts.back().upto == 2);
  net.connect_copy();
  net.settle_all();
  net.pass(5);
  net.tick();
  CHECK(*net.receipts.back().upto == 3);
}

TEST_CASE("without a standby nothing is safe: a gateway keeps what it has", "[edge][node][X11][W2]") {
  WornDevice net;
  net.give(net.olena);
  net.say();
  net.seal();
  net.pass(10);
  net.tick();
  REQUIRE(WornDevice::blocks(net.store).all == 1);
  net.say(1);
  CHECK(net.receipts.back().stored == std::vector<readings::Range>{{1, 1}});
  for (const auto& receipt : net.receipts) CHECK_FALSE(receipt.upto);
}

TEST_CASE("what waits for a standby takes no memory by the block, and is safe when the standby has come",
          "[edge][node][W2]") {
  WornDevice net;
  net.give(net.olena);
  constexpr std::size_t blocks = 3 * edge::BlockRuns::most_runs;
  for (std::size_t n = 0; n < blocks; ++n) {
    net.say();
    net.seal();
  }
  REQUIRE(WornDevice::blocks(net.store).all == blocks);
  CHECK(net.readings->not_safe() <= edge::BlockRuns::most_runs);
  SECTION("also after a start") {
    net.die();
    CHECK(net.readings->not_safe() <= edge::BlockRuns::most_runs);
    net.connect(*net.point);
  }
  for (const auto& receipt : net.receipts) REQUIRE_FALSE(receipt.upto);
  net.follow();
  net.settle_all();
  net.pass(10);
  net.tick();
  REQUIRE(net.receipts.back().upto);
  CHECK(*net.receipts.back().upto == blocks);
  CHECK(net.readings->not_safe() == 0);
}

}  // namespace feldsher::testing
