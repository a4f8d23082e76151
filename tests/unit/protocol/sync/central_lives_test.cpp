// Central's side of one link by itself: the lives of a node, their keys and their order.
#include <algorithm>

#include "one_link.hpp"

namespace feldsher::sync {

TEST_CASE("a life that its hello names only as the present one is greeted too", "[protocol][sync]") {
  OneLink one;
  v1::Hello hello = one.hello();
  hello.clear_held();
  one.greet(hello);
  one.act();
  CHECK(one.link.life() == Epoch{9});
  CHECK(one.taken == 1);
}

TEST_CASE("lives are taken up in the order of the hello: one that came too early waits for those before it",
          "[protocol][sync][N10]") {
  OneLink one;
  one.greet();
  one.act();
  one.greet(one.hello_with({{9, 1}, {77, 0}, {4, 1}, {3, 1}}));
  const v1::Batch fourth = one.opening(Epoch{4}, Epoch{9}, 1), third = one.opening(Epoch{3}, Epoch{9}, 1);
  one.send_up(third);  // Its parent is here. The life before it, which comes of the same parent, is not.
  CHECK(one.link.life() == Epoch{9});
  one.send_up(fourth);  // Of the life that it has lost itself nothing will ever come.
  one.send_up(third);
  CHECK(one.link.life() == Epoch{3});
  CHECK(one.incidents.empty());
  one.sent.clear();
  one.greet(one.hello_with({{9, 0}, {4, 0}, {3, 0}}));
  std::vector<std::uint64_t> order;
  const v1::Welcome welcome = one.welcome();
  for (const v1::JournalMark& mark : welcome.held())
    if (mark.stream() == v1::ACTS) order.push_back(mark.epoch());
  CHECK(order == std::vector<std::uint64_t>{9, 4, 3});
}

TEST_CASE(
    "a life waits for its parent up to where it went on from it, and a parent that nobody knows is none",
    "[protocol][sync][N10]") {
  OneLink one;
  one.greet();
  one.act();
  one.greet(one.hello_with({{9, 1}, {4, 0}}));
  one.send_up(one.opening(Epoch{4}, Epoch{9}, 2));
  CHECK(one.link.life() == Epoch{9});
  one.send_up(one.opening(Epoch{4}, Epoch{55}, 2));
  CHECK(one.link.life() == Epoch{4});
  CHECK(one.incidents.empty());
}

TEST_CASE("a life is signed by a key that was enrolled, or that one of these handed over to",
          "[protocol][sync][X7]") {
  auto taken = [](const std::vector<Octets>& enrolled, const Octets& key, const Octets& handover = "") {
    OneLink one;
    one.enrolled_keys = enrolled;
    one.greet();
    one.act();
    const bool first = one.taken == 1;
    if (!first) {
      CHECK(one.kinds == std::vector{v1::INCIDENT_HEAD_KEY});
      return false;
    }
    one.greet(one.hello_with({{9, 1}, {4, 0}}));
    one.send_up(one.opening(Epoch{4}, Epoch{9}, 1, key, handover));
    CHECK(one.link.connected() == (one.link.life() == Epoch{4}));
    return one.link.life() == Epoch{4};
  };
  const testing::CheapSigner node("node"), next("next"), thief("thief");
  const Octets words = "feldsher head key 1" + next.public_key();
  CHECK(taken({node.public_key()}, node.public_key()));
  CHECK(taken({node.public_key()}, next.public_key(), node.sign(words)));
  CHECK_FALSE(taken({node.public_key()}, next.public_key()));
  CHECK_FALSE(taken({node.public_key()}, next.public_key(), thief.sign(words)));
  CHECK_FALSE(taken({thief.public_key()}, node.public_key()));
  CHECK(taken({}, thief.public_key()));  // Nothing is known here of the enrolment.
}

TEST_CASE("what opens a life stands at its beginning: later it is an act like another", "[protocol][sync]") {
  OneLink one;
  one.greet();
  one.act();
  Draft again = one.draft(point_node_of_tests.uuid);
  again.verb = v1::OPENED;
  one.send_up(one.write(v1::ACTS, {again}));
  CHECK(one.taken == 2);
  CHECK(one.link.life() == Epoch{9});
  CHECK(one.incidents.empty());
}

TEST_CASE(
    "what a node lacks is handed back in parts, one after the other, and on another line from the beginning",
    "[protocol][sync][N10]") {
  OneLink one;
  one.greet();
  for (int i = 0; i < 600; ++i) one.act();
  v1::Hello lost = one.hello_with({{9, 0}});
  lost.set_ticket(one.random.octets(16));  // An old disk.
  one.sent.clear();
  one.ms += 60'000;
  one.greet(lost);
  const auto restores = [&one] {
    return std::count_if(one.sent.begin(), one.sent.end(),
                         [](const v1::Frame& each) { return each.has_restore(); });
  };
  CHECK(restores() == 1);  // The next waits until the node has this.
  one.answer();
  std::uint64_t seq = 1;
  std::size_t parts = 0;
  for (const v1::Frame& frame : one.sent)
    if (frame.has_restore()) {
      CHECK(frame.restore().first_seq() == seq);
      seq += static_cast<std::uint64_t>(frame.restore().records_size());
      ++parts;
    }
  CHECK(seq == 601);
  CHECK(parts > 1);
  CHECK_FALSE(one.link.live());

  one.link.disconnected(one);
  one.sent.clear();
  one.ledger.hold();
  lost.set_next_ticket(one.random.octets(16));
  one.ms += 60'000;
  one.greet(lost);
  for (int i = 0; i < 4; ++i) one.ledger.step();
  one.link.disconnected(one);  // In the middle.
  const std::size_t before = one.sent.size();
  one.ledger.run();
  CHECK(one.sent.size() == before);
}

}  // namespace feldsher::sync
