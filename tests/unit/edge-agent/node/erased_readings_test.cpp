// Readings of somebody whose erasure two people ordered: what was sealed, what was not, and what comes after.
#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "worn_device.hpp"

namespace feldsher::testing {
namespace {

using Bodies = std::vector<Uuid>;

bool no_feed(v1::Frame& frame) { return frame.has_feed(); }

}  // namespace

TEST_CASE("a patient who wears a device is not erased before it is taken back", "[edge][node][H11][W2]") {
  WornDevice net;
  net.give(net.olena);
  const Uuid id = net.propose();
  REQUIRE(net.order(id).has_error());
  CHECK(net.order(id).error() == central::ErasureRefusal::wears_device);
  CHECK(net.central->state().patients.find(net.olena));
  net.pass(5);
  net.give(Uuid{});
  REQUIRE(net.order(id).has_value());
  const auto worn = net.worn_times(id);
  REQUIRE(worn.size() == 1);
  CHECK(worn[0].device() == net.device.to_octets());
  CHECK(worn[0].until_ms() == net.clock.now().wall_ms);
  CHECK(worn[0].from_ms() == net.clock.now().wall_ms - 5000);
}

TEST_CASE("a custody that goes on to another under the same id still says what was worn before",
          "[edge][node][H11][W2]") {
  WornDevice net;
  const Uuid custody = net.give(net.olena);
  net.say();
  net.pass(5);
  net.give(custody, net.petr);
  net.say();
  net.seal();
  REQUIRE(WornDevice::blocks(net.store).bodies == Bodies{net.olena, net.petr});
  const Uuid id = net.erase();
  REQUIRE(net.worn_times(id).size() == 1);
  CHECK(WornDevice::blocks(net.store).bodies == Bodies{net.petr});
}

TEST_CASE(
    "blocks that come after the order are dropped at central and its standby, and the order goes out again",
    "[edge][node][H11]") {
  WornDevice net;
  net.follow();
  net.give(net.olena);
  net.cut(*net.point);
  net.say();
  net.seal();
  net.give(Uuid{});
  net.seal();
  net.say();  // The point has not heard that it was taken back.
  net.seal();
  const Uuid id = net.erase();
  const RecordKey first = net.central->state().erasures.find(id)->record;
  REQUIRE(WornDevice::blocks(net.point->store).bodies == Bodies{net.olena, net.olena});
  SECTION("the backlog is there before the point hears") {
    net.lose = no_feed;
    net.connect(*net.point);
    net.settle_all();
    CHECK(WornDevice::blocks(net.point->store).bodies.size() == 2);
  }
  SECTION("central died between the blocks and its answer") {
    net.lose = [&](v1::Frame& frame) {
      if (frame.has_batch()) net.ledger->hold();
      return frame.has_feed();
    };
    net.connect(*net.point);
    net.settle_all();
    net.ledger->step();  // The blocks are durable, the order is not.
    net.ledger->lose();
    net.lose = no_feed;
    REQUIRE(WornDevice::blocks(net.store).bodies.size() == 2);
    net.begin_central();
    net.connect_copy();
    net.settle_all();
  }
  net.pass(10);
  CHECK(WornDevice::blocks(net.store).all == 2);
  CHECK(WornDevice::blocks(net.store).bodies.empty());
  CHECK(WornDevice::blocks(net.copy->store).all == 2);
  CHECK(WornDevice::blocks(net.copy->store).bodies.empty());
  CHECK(net.central->state().erasures.find(id)->record != first);
  CHECK(net.worn_times(id).size() == 1);  // What is after the custody is in a time that the order had.
  net.lose = [](v1::Frame&) { return false; };
  net.come_back();
  CHECK(WornDevice::blocks(net.point->store).bodies.empty());
  CHECK(net.same_state(*net.point));
  // Nothing is left to say: a restart says nothing more.
  const std::uint64_t intake = net.central->intake();
  net.begin_central();
  CHECK(net.central->intake() == intake);
}

TEST_CASE("what came before the order and names the erased after their custody is dropped everywhere",
          "[edge][node][H11][W2]") {
  WornDevice net;
  net.follow();
  net.give(net.olena);
  net.say();
  net.seal();
  net.lose = no_feed;  // The point does not hear that the device was taken back.
  net.give(Uuid{});
  net.seal();
  net.say();
  net.seal();
  REQUIRE(WornDevice::blocks(net.store).bodies == Bodies{net.olena, net.olena});
  net.lose = [](v1::Frame&) { return false; };
  net.come_back();
  net.give(net.petr);
  net.say();
  net.seal();
  REQUIRE(WornDevice::blocks(net.store).bodies == Bodies{net.olena, net.olena, net.petr});
  net.erase();
  net.come_back();
  CHECK(WornDevice::blocks(net.store).bodies == Bodies{net.petr});
  CHECK(WornDevice::blocks(net.copy->store).bodies == Bodies{net.petr});
  CHECK(WornDevice::blocks(net.point->store).bodies == Bodies{net.petr});
  CHECK(net.same_state(*net.point));
}

TEST_CASE("a custody that is loaded late takes its time out of an order, also at the points",
          "[edge][node][H11][W2]") {
  WornDevice net;
  net.give(net.olena);
  net.pass(1);
  net.give(Uuid{});
  const std::int64_t petr_from_ms = net.clock.now().wall_ms + 1000;
  net.pass(60);
  const Uuid id = net.erase();
  net.come_back();
  const RecordKey first = net.central->state().erasures.find(id)->record;
  BlockSpan of_petr{.device = net.device.to_octets(),
                    .patient = net.olena.to_octets(),
                    .first_ms = petr_from_ms + 1000,
                    .last_ms = petr_from_ms + 2000};
  REQUIRE(net.point->node->erases(of_petr));
  v1::Custody late;
  late.set_device(net.device.to_octets());
  late.set_patient(net.petr.to_octets());
  late.set_home_node(net.point->identity.node.to_octets());
  late.set_point(net.point->identity.point.to_octets());
  late.set_from_ms(petr_from_ms);
  net.clinic->publish(v1::CUSTODY, net.clinic->id(), v1::CHANGED, late);
  net.settle_all();
  net.come_back();
  CHECK(net.central->state().erasures.find(id)->record != first);
  CHECK_FALSE(net.point->node->erases(of_petr));
  const std::uint64_t intake = net.central->intake();
  net.begin_central();
  CHECK(net.central->intake() == intake);
}

TEST_CASE("a block that claims all of time takes nothing from who wears the device later",
          "[edge][node][H11][N10]") {
  WornDevice net;
  net.give(net.olena);
  net.pass(1);
  net.give(Uuid{});
  const Uuid id = net.erase();
  net.come_back();
  net.pass(1);
  v1::ReadingBlock claim;
  claim.set_device(net.device.to_octets());
  claim.set_patient(net.olena.to_octets());
  claim.set_first_ms(net.clock.now().wall_ms);
  claim.set_last_ms(std::numeric_limits<std::int64_t>::max());
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.subject = {v1::READING_BLOCK, net.device.uuid};
  draft.verb = v1::SEALED;
  draft.message = claim.SerializeAsString();
  net.point->node->write(v1::READINGS, {draft}, {}, [] {});
  net.settle_all();
  CHECK(WornDevice::blocks(net.store).bodies.empty());
  REQUIRE(net.worn_times(id).size() == 2);
  constexpr std::int64_t day_ms = 86'400'000;
  CHECK(net.worn_times(id)[1].until_ms() <= net.clock.now().wall_ms + 1);
  net.come_back();
  claim.set_first_ms(net.clock.now().wall_ms + 2 * day_ms);
  draft.message = claim.SerializeAsString();
  net.point->node->write(v1::READINGS, {draft}, {}, [] {});
  net.settle_all();
  CHECK(net.worn_times(id).size() == 2);
}

TEST_CASE("whose readings they are custody decides: what another wore stays", "[edge][node][H11][W2]") {
  WornDevice net;
  net.give(net.olena);
  net.cut(*net.point);
  net.give(Uuid{});
  net.seal();
  net.give(net.petr);
  net.say();  // The point holds it for Olena's.
  net.seal();
  const Uuid id = net.erase();
  net.come_back();
  CHECK(WornDevice::blocks(net.store).bodies == Bodies{net.olena});
  CHECK(net.worn_times(id).size() == 1);
  net.say();
  net.seal();
  CHECK(WornDevice::blocks(net.store).bodies == Bodies{net.olena, net.petr});
}

TEST_CASE("what a point has receipted of the erased and not sealed is dropped, and known when it comes again",
          "[edge][node][H11][X11]") {
  WornDevice net;
  net.give(net.olena);
  net.cut(*net.point);
  net.say();
  net.say();
  net.seal();
  net.say();
  net.pass(1);
  net.give(Uuid{});
  net.erase();
  REQUIRE(net.point->store.intake().size() == 1);
  net.come_back();
  CHECK(net.point->store.intake().empty());
  CHECK(WornDevice::blocks(net.point->store).all == 2);
  CHECK(WornDevice::blocks(net.point->store).bodies.empty());
  CHECK(WornDevice::blocks(net.store).all == 2);
  CHECK(WornDevice::blocks(net.store).bodies.empty());
  for (int starts = 0; starts < 3; ++starts) {
    CHECK(net.readings->receipted() == 3);
    for (std::uint64_t seq = 1; seq <= 3; ++seq) net.say(seq);
    CHECK(net.readings->counts().repeats == 3);
    REQUIRE_FALSE(net.receipts.empty());
    CHECK(net.receipts.back().stored == std::vector<readings::Range>{{3, 3}});
    net.seal();
    CHECK(WornDevice::blocks(net.point->store).all == 2);
    CHECK(net.readings->unsealed() == 0);
    net.die();
  }
}

}  // namespace feldsher::testing
