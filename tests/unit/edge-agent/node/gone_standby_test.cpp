// What a point holds for safe, when the disk that made it safe is gone.
#include "tests/unit/edge-agent/node/windowed.hpp"

namespace feldsher::testing {
namespace {

constexpr int until_missed_s = 40;  // Longer than central waits before it says that its standby is away.

struct GoneStandby : CopiedNetwork {
  GoneStandby() {
    ticket();
    follow();
    REQUIRE(safe() == 3);  // Its life, a visit, a ticket.
  }
  std::uint64_t safe() const { return point->node->link().lives().safe(v1::ACTS); }
};

}  // namespace

TEST_CASE("what was safe is not when the standby is gone, also after a restart, and is when it is back",
          "[edge-agent][window][X11]") {
  GoneStandby net;
  net.cut_copy();
  net.pass(until_missed_s);
  CHECK(net.point->live());
  CHECK(net.safe() == 0);
  net.ticket();
  net.restart(*net.point);
  CHECK(net.safe() == 0);
  net.connect(*net.point);
  net.follow();
  net.pass(2);
  CHECK(net.safe() == net.point->node->writer().tip(v1::ACTS).seq);
}

TEST_CASE("a point that was away hears that the standby is gone when it comes back",
          "[edge-agent][window][X11]") {
  GoneStandby net;
  net.cut(*net.point);
  net.cut_copy();
  net.pass(until_missed_s);
  CHECK(net.safe() == 3);  // Nobody could tell it.
  net.connect(*net.point);
  net.settle_all();
  CHECK(net.safe() == 0);
  net.restart(*net.point);
  CHECK(net.safe() == 0);
}

TEST_CASE("what was safe is not with an empty standby in the place of the one before",
          "[edge-agent][window][X11]") {
  GoneStandby net;
  net.cut_copy();
  net.copy = std::make_unique<Copy>();
  net.lose_copied = [](v1::StandbyFrame& frame) { return frame.has_batch(); };
  net.follow();
  CHECK(net.safe() == 0);
  net.lose_copied = [](v1::StandbyFrame&) { return false; };
  net.follow();
  CHECK(net.safe() == 3);
}

}  // namespace feldsher::testing
