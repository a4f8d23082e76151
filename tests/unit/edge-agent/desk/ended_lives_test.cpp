#include "edge-agent/desk/ended_lives.hpp"

#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

RecordKey act_of(std::uint64_t life, std::uint64_t seq) {
  return {testing::point_node_of_tests, v1::ACTS, Epoch{life}, seq};
}

}  // namespace

TEST_CASE("an ended life is ended up to the last act that central named, and no other is",
          "[edge][desk][N10]") {
  EndedLives lives;
  CHECK_FALSE(lives.cover(act_of(7, 1)));
  lives.note(act_of(7, 5));
  lives.note(act_of(7, 3));
  CHECK(lives.cover(act_of(7, 1)));
  CHECK(lives.cover(act_of(7, 5)));
  CHECK_FALSE(lives.cover(act_of(7, 6)));
  CHECK_FALSE(lives.cover(act_of(8, 1)));
}

TEST_CASE("ended lives are read as they were written, and half a row is none", "[edge][desk][N10]") {
  EndedLives lives;
  lives.note(act_of(7, 5));
  lives.note(act_of(0xffff'ffff'ffff'fff0, 1));
  const Octets octets = lives.to_octets();
  CHECK(octets.size() == 32);
  CHECK(EndedLives::from_octets(octets) == lives);
  CHECK(EndedLives::from_octets(octets.substr(0, 31)).to_octets() == octets.substr(0, 16));
  CHECK(EndedLives::from_octets("") == EndedLives());
}

}  // namespace feldsher::edge
