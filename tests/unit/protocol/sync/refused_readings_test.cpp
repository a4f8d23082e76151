// Central has no room for readings, and says nothing of it: what a point does meanwhile.
#include "one_point.hpp"

namespace feldsher::testing {
namespace {

struct Refused : OnePoint {
  Refused() {
    central->take_readings(false);
    reading(point);
    settle();
    REQUIRE(taken() == 0);
  }
  std::uint64_t taken() { return held(point, v1::READINGS); }
  std::size_t batches_of(v1::Stream stream) const {
    return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), [&](const v1::Frame& frame) {
      return frame.has_batch() && frame.batch().stream() == stream;
    }));
  }
};

}  // namespace

TEST_CASE("readings that central does not take are sent ever more seldom, although it answers",
          "[protocol][sync][N10][X11]") {
  Refused net;
  net.pass_seconds(3'600);
  REQUIRE(net.point.live());
  CHECK(net.batches_of(v1::READINGS) <= 9);  // The last two 16 minutes apart.
  CHECK(net.batches_of(v1::READINGS) >= 8);
}

TEST_CASE("while central takes no readings a lost act is sent again as soon as ever",
          "[protocol][sync][N10]") {
  Refused net;
  net.pass_seconds(3'600);
  net.lose = [lost = false](v1::Frame& frame) mutable {
    return !lost && frame.has_batch() && frame.batch().stream() == v1::ACTS && (lost = true);
  };
  net.ticket();
  REQUIRE(net.held(net.point) < net.acts());
  net.pass_seconds(until_resent_s);
  CHECK(net.held(net.point) == net.acts());
}

TEST_CASE("with room again central has all readings within 16 minutes, or on a new line at once",
          "[protocol][sync][N10][X11]") {
  for (const bool new_line : {false, true}) {
    Refused net;
    for (int i = 0; i < 5; ++i) net.reading(net.point);
    net.pass_seconds(3'600);
    net.central->take_readings(true);
    if (new_line)
      net.reconnect(net.point);
    else
      net.pass_seconds(960);
    CHECK(net.taken() == 6);
    // And the next that is lost comes again as soon as ever.
    net.lose_next(v1::Frame::kBatch);
    net.reading(net.point);
    net.pass_seconds(until_resent_s);
    CHECK(net.taken() == 7);
  }
}

}  // namespace feldsher::testing
