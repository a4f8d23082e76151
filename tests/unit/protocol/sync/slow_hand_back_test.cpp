// What is handed back over a line so slow that a large part is not whole before the node loses patience.
#include "cutting.hpp"

namespace feldsher::sync {
namespace {

/// A node that has lost all it had, on a line that carries so many octets while the node waits.
struct SlowLine : Cutting {
  explicit SlowLine(int large_acts = 40) {
    for (int i = 0; i < large_acts; ++i) {
      Draft large = draft(random.uuid_v7(testing::monday_8_ms));
      v1::NodeLife state;
      state.set_handover(random.octets(4'000));
      large.message = state.SerializeAsString();
      send_up(write(v1::ACTS, {large}));
    }
    all_safe();
  }
  /// Greets on a new line, and takes what comes until a frame is too large for it. True: it has all.
  bool takes_all(std::size_t octets) {
    sent.clear();
    ms += 60'000;
    greet(lost);
    lost.set_ticket(lost.next_ticket());
    lost.set_next_ticket(random.octets(16));
    for (std::size_t n = 0; n < sent.size(); ++n) {
      const v1::Frame frame = sent[n];
      if (frame.ByteSizeLong() > octets) {
        link.disconnected(*this);
        return false;
      }
      ms += frame.ByteSizeLong() * Patience{}.resend_ms / octets;
      largest = std::max(largest, frame.ByteSizeLong());
      if (frame.has_rebuild()) rebuilt = frame.rebuild().part() == frame.rebuild().parts();
      if (frame.has_restore() && frame.restore().stream() == v1::ACTS)
        restored =
            frame.restore().first_seq() + static_cast<std::uint64_t>(frame.restore().records_size()) - 1;
      if (frame.has_heartbeat()) link.receive(Heartbeat::answer_to(frame), now());
    }
    return true;
  }
  /// How many lines it takes, of at most twelve.
  int lines(std::size_t octets) {
    int count = 1;
    while (count <= 12 && !takes_all(octets)) ++count;
    return count;
  }

  v1::Hello lost;
  bool rebuilt = false;
  std::uint64_t restored = 0;
  std::size_t largest = 0;  // Of all frames that arrived.
};

}  // namespace

TEST_CASE("records are handed back in smaller parts after a line that ended with one under way",
          "[protocol][sync][N10]") {
  SlowLine net;
  net.lost = net.hello_with({{9, 0}});
  net.lost.set_ticket(net.random.octets(16));
  CHECK(net.lines(20'000) == 3);  // 64, 32, 16 KiB.
  CHECK(net.restored == 47);
}

TEST_CASE("what was kept of journals that were cut is handed back in smaller parts, too",
          "[protocol][sync][N10][X11]") {
  SlowLine net;
  net.propose({{net.acts(), 47}, {net.blocks(), 2}});
  REQUIRE(net.signed_since() == 1);
  net.ledger.submit(net.link.pardon(), [] {});
  net.lost = net.hello_with({{9, 0}, {77, 0}});
  net.lost.set_takes_checkpoint(true);
  CHECK(net.lines(20'000) == 3);
  CHECK(net.rebuilt);
}

TEST_CASE("parts get no smaller than a few acts, and are large again when the node has come back",
          "[protocol][sync][N10]") {
  SlowLine net;
  net.lost = net.hello_with({{9, 0}});
  net.lost.set_ticket(net.random.octets(16));
  CHECK(net.lines(1'000) > 12);
  CHECK(net.lines(5'000) == 1);
  v1::Hello back = net.hello();
  back.set_ticket(net.lost.ticket());
  net.greet(back);
  REQUIRE(net.link.live());
  net.link.disconnected(net);
  net.restored = 0;
  net.lost = net.hello_with({{9, 0}});
  net.lost.set_ticket(net.random.octets(16));
  CHECK_FALSE(net.takes_all(40'000));
}

TEST_CASE("a good line that broke off some times soon carries large parts again", "[protocol][sync][N10]") {
  SlowLine net(80);
  net.lost = net.hello_with({{9, 0}});
  net.lost.set_ticket(net.random.octets(16));
  for (int line = 0; line < 4; ++line) REQUIRE_FALSE(net.takes_all(1'000));
  CHECK(net.takes_all(10'000'000));
  CHECK(net.restored == 87);
  CHECK(net.largest > 16'000);
}

}  // namespace feldsher::sync
