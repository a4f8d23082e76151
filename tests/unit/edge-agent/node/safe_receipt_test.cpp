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

}  // namespace feldsher::testing
