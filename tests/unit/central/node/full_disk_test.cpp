// Central's disk is nearly full: what points do meanwhile, and afterwards.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/network.hpp"

namespace feldsher::testing {
namespace {

/// A point on the line, and a central that may lack room for readings.
struct Crowded : Network {
  Crowded() : point(add_point("Embankment")) {
    connect(point);
    settle();
    pass_seconds(5);
    REQUIRE(point.live());
    blocks_before = held(point, v1::READINGS);
  }
  void write(v1::Stream stream, v1::EntityType type, v1::Verb verb) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(point.identity.node.to_octets());
    draft.subject = {type, clinic->id()};
    draft.verb = verb;
    point.node->write(stream, {draft}, {}, [] {});
    settle();
  }
  void seal_block() { write(v1::READINGS, v1::READING_BLOCK, v1::SEALED); }
  std::uint64_t blocks() { return held(point, v1::READINGS) - blocks_before; }
  std::uint64_t acknowledged() {
    return point.node->link().lives().present().readings.outgoing.acknowledged();
  }

  Box& point;
  std::uint64_t blocks_before = 0;
};

}  // namespace

TEST_CASE("without room for readings central acknowledges none and takes acts; with room all come",
          "[central][node][disk][X11]") {
  Crowded net;
  const std::uint64_t before = net.acknowledged();
  net.central->take_readings(false);
  for (int block = 0; block < 9; ++block) net.seal_block();
  net.pass_seconds(60);
  CHECK(net.blocks() == 0);
  CHECK(net.acknowledged() == before);
  REQUIRE(net.point.live());

  const std::uint64_t acts = net.held(net.point);
  net.write(v1::ACTS, v1::VISIT, v1::ARRIVED);
  CHECK(net.held(net.point) == acts + 1);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) + net.incidents(v1::INCIDENT_FORK) == 0);

  net.central->take_readings(true);
  net.pass_seconds(60);
  CHECK(net.blocks() == 9);
  CHECK(net.acknowledged() == before + 9);
}

TEST_CASE("what central holds already it acknowledges again without room for more",
          "[central][node][disk][X11]") {
  Crowded net;
  const std::uint64_t before = net.acknowledged();
  net.lose = [](v1::Frame& frame) { return frame.has_acknowledgement(); };
  net.seal_block();
  REQUIRE(net.blocks() == 1);
  REQUIRE(net.acknowledged() == before);
  net.central->take_readings(false);
  net.lose = [](v1::Frame&) { return false; };
  net.pass_seconds(60);
  CHECK(net.acknowledged() == before + 1);
}

}  // namespace feldsher::testing
