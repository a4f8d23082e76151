#include "one_point.hpp"

namespace feldsher::testing {
namespace {

/// What central answers to a hello that was changed on its way.
v1::Refusal refusal_to(OnePoint& net, const std::function<void(v1::Hello&)>& change) {
  net.change_next(v1::Frame::kHello, [&](v1::Frame& frame) { change(*frame.mutable_hello()); });
  net.sent.clear();
  net.reconnect(net.point);
  for (const v1::Frame& frame : net.sent)
    if (frame.has_welcome()) return frame.welcome().refusal();
  FAIL("no welcome");
  return v1::REFUSAL_NONE;
}

}  // namespace

TEST_CASE("central refuses a foreign tenant, a foreign node, another version and what is no hello",
          "[protocol][sync][X6][N4]") {
  OnePoint net;
  const std::uint64_t before = net.held(net.point);
  CHECK(refusal_to(net, [&](v1::Hello& hello) { hello.set_tenant(net.clinic->id().to_octets()); }) ==
        v1::REFUSAL_FOREIGN);
  CHECK_FALSE(net.point.live());
  CHECK(refusal_to(net, [&](v1::Hello& hello) { hello.set_node(net.clinic->id().to_octets()); }) ==
        v1::REFUSAL_FOREIGN);
  CHECK(refusal_to(net, [](v1::Hello& hello) { hello.set_version(99); }) == v1::REFUSAL_VERSION);
  CHECK(refusal_to(net, [](v1::Hello& hello) { hello.set_ticket("short"); }) == v1::REFUSAL_MALFORMED);
  CHECK(refusal_to(net, [](v1::Hello& hello) { hello.set_next_ticket("short"); }) == v1::REFUSAL_MALFORMED);
  CHECK(refusal_to(net, [](v1::Hello& hello) { hello.set_epoch(0); }) == v1::REFUSAL_MALFORMED);
  net.ticket();
  CHECK(net.held(net.point) == before);
  net.lose = [](v1::Frame&) { return false; };
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.held(net.point) > before);
}

TEST_CASE("a node that is not enrolled is refused", "[protocol][sync][X6]") {
  OnePoint net;
  Box& stranger = net.copy_of(net.point);
  stranger.identity.node = NodeId{net.clinic->id()};
  stranger.store = MemoryStore(tenant_of_tests);
  net.restart(stranger);
  net.reconnect(stranger);
  CHECK(stranger.node->link().refusal() == v1::REFUSAL_UNKNOWN_NODE);
}

TEST_CASE("nothing of a node is taken before its hello was answered", "[protocol][sync][X6]") {
  OnePoint net;
  net.cut(net.point);
  net.ticket();
  const std::uint64_t before = net.held(net.point);
  v1::Frame early;
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_batch()) early = frame;
    return frame.has_batch();
  };
  net.reconnect(net.point);
  REQUIRE(early.has_batch());
  net.lose = [](v1::Frame& frame) { return frame.has_hello(); };
  net.connect(net.point);
  net.central->receive(net.point.identity.node, early);
  net.settle();
  CHECK(net.held(net.point) == before);
}

TEST_CASE("a hello that got no answer is said again, with the same tickets, and is no clone",
          "[protocol][sync]") {
  OnePoint net;
  for (const auto lost : {v1::Frame::kHello, v1::Frame::kWelcome}) {
    net.sent.clear();
    net.lose_next(lost);
    net.reconnect(net.point);
    CHECK_FALSE(net.point.live());
    net.pass_seconds(until_resent_s);
    CHECK(net.point.live());
    std::vector<v1::Hello> hellos;
    for (const v1::Frame& frame : net.sent)
      if (frame.has_hello()) hellos.push_back(frame.hello());
    REQUIRE(hellos.size() == 2);
    CHECK(hellos[0].ticket() == hellos[1].ticket());
    CHECK(hellos[0].next_ticket() == hellos[1].next_ticket());
  }
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
}

TEST_CASE("a welcome that was lost with its line is no clone either", "[protocol][sync]") {
  OnePoint net;
  for (int i = 0; i < 3; ++i) {
    net.lose_next(v1::Frame::kWelcome);
    net.reconnect(net.point);
    net.restart(net.point);
  }
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
}

TEST_CASE("the next ticket is on the disk before it is said", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  net.pass_seconds(20);
  net.point.ledger->hold();
  net.sent.clear();
  net.connect(net.point);
  net.pass_seconds(until_resent_s);  // Not said again either, though nothing was answered for long.
  CHECK(net.sent_of(v1::Frame::kHello) == 0);
  net.point.ledger->run();
  net.settle();
  CHECK(net.sent_of(v1::Frame::kHello) == 1);
  CHECK(net.point.live());
}

TEST_CASE("each hello brings a next ticket of its own, also after a restart", "[protocol][sync][X6]") {
  OnePoint net;
  std::set<Octets> tickets, next;
  net.lose = [&](v1::Frame& frame) {
    if (!frame.has_hello()) return false;
    CHECK(tickets.insert(frame.hello().ticket()).second);
    CHECK(next.insert(frame.hello().next_ticket()).second);
    return false;
  };
  for (int i = 0; i < 3; ++i) {
    net.restart(net.point);
    net.reconnect(net.point);
    net.reconnect(net.point);
  }
  CHECK(next.size() == 6);
}

TEST_CASE("central says welcome only when the ticket is on its disk", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  net.ledger->hold();
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.sent_of(v1::Frame::kWelcome) == 0);
  net.ledger->run();
  net.settle();
  CHECK(net.point.live());
}

TEST_CASE("a box that was cloned is noticed by its ticket, on both sides, once", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  Box& clone = net.copy_of(net.point);
  net.reconnect(net.point);
  net.ticket();
  REQUIRE(net.point.live());
  net.ticket(clone);
  for (int i = 0; i < 3; ++i) net.reconnect(clone);
  CHECK(clone.node->link().refusal() == v1::REFUSAL_CLONE);
  CHECK_FALSE(clone.live());
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 1);
  net.pass_seconds(60);  // An incident alone begins no life: it is said when the rules wake.
  CHECK(clone.node->state().incidents.rows().size() == 1);
  net.reconnect(net.point);
  CHECK(net.point.live());
}

TEST_CASE("a clone that has written nothing more is noticed by its ticket alone", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  Box& clone = net.copy_of(net.point);
  for (int i = 0; i < 2; ++i) {  // The original goes on twice, with no act in between.
    net.reconnect(net.point);
    net.cut(net.point);
  }
  net.reconnect(clone);
  CHECK(clone.node->link().refusal() == v1::REFUSAL_CLONE);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 1);
}

TEST_CASE("of two boxes the one that is taken for a restored disk goes on, and the other one is noticed",
          "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  Box& clone = net.copy_of(net.point);
  net.reconnect(clone);
  CHECK(clone.live());
  net.ticket(clone);
  net.cut(clone);
  net.reconnect(net.point);  // It holds less than central has of its life: it gets that back, and a new life.
  CHECK(net.point.live());
  CHECK(net.point.node->state().tickets.rows().size() == 1);
  net.cut(net.point);
  net.reconnect(clone);
  CHECK(clone.node->link().refusal() == v1::REFUSAL_CLONE);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 1);
}

TEST_CASE(
    "a copy that people used while the box was away goes on in a life of its own, and the box is noticed",
    "[protocol][sync][N10]") {
  OnePoint net;
  Box& copy = net.copy_of(net.point);
  net.ticket();
  net.cut(net.point);
  net.pass_seconds(silence_s);
  net.ticket(copy);
  net.reconnect(copy);
  CHECK(copy.live());
  CHECK(copy.node->state().tickets.rows().size() == 2);
  CHECK(net.incidents(v1::INCIDENT_BRANCH) == 1);
  net.cut(copy);
  net.pass_seconds(silence_s);
  net.reconnect(net.point);
  CHECK(net.point.node->link().refusal() == v1::REFUSAL_CLONE);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 1);
  CHECK(net.central->state().tickets.rows().size() == 2);
}

TEST_CASE("a box whose journal is another than the one held at central is a clone, wherever they part",
          "[protocol][sync]") {
  for (const bool central_started_again : {false, true}) {
    OnePoint net;
    for (int i = 0; i < 3; ++i) net.ticket();
    if (central_started_again) net.restart_central();  // What it compares with is on its disk only.
    const std::uint64_t held = net.held(net.point);
    auto with = [&](std::uint64_t seq, const Digest& chain) {
      return refusal_to(net, [&](v1::Hello& hello) {
        hello.mutable_held(0)->set_seq(seq);
        hello.mutable_held(0)->set_chain(to_octets(chain));
      });
    };
    CHECK(with(held, sha256("another")) == v1::REFUSAL_CLONE);
    CHECK(with(2, sha256("another")) == v1::REFUSAL_CLONE);
    CHECK(net.incidents(v1::INCIDENT_CLONE) == 1);
    net.lose = [](v1::Frame&) { return false; };
    net.reconnect(net.point);
    CHECK(net.point.live());
  }
}

TEST_CASE("a hello says what the node's clock shows and is worth, where it is, and what it holds",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.ticket();
  net.reading(net.point);
  net.cut(net.point);
  net.point.clock.pass_ms(1'234);
  net.sent.clear();
  net.connect(net.point);
  REQUIRE(net.sent_of(v1::Frame::kHello) == 1);
  const v1::Hello hello = net.sent.front().hello();
  const Instant now = net.point.node->now();
  CHECK(hello.at().wall_ms() == now.wall_ms);
  CHECK(hello.at().since_boot_ms() == now.since_boot_ms);
  CHECK(hello.at().boot() == now.boot);
  CHECK(hello.at().trust() == now.trust);
  CHECK(hello.software() == "test");
  CHECK(hello.version() == sync::protocol_version);
  CHECK(hello.epoch() == net.point.node->writer().epoch().value);
  CHECK(hello.feed_epoch() == net.point.node->link().feed().epoch());
  CHECK(hello.feed_position() == net.point.node->link().feed().position());
  REQUIRE(hello.held_size() == 2);
  CHECK(hello.held(0).seq() == net.acts());
  CHECK(hello.held(1).stream() == v1::READINGS);
  CHECK(hello.held(1).seq() == 1);
  REQUIRE(hello.heard_size() == 1);
  CHECK(hello.heard(0).stream() == v1::ACTS);
  CHECK(hello.heard(0).seq() > 0);
}

TEST_CASE("central says what time it is only when it knows", "[protocol][sync][N10]") {
  OnePoint net;
  auto told = [&] {
    net.sent.clear();
    net.reconnect(net.point);
    for (const v1::Frame& frame : net.sent)
      if (frame.has_welcome()) return frame.welcome().wall_ms();
    return std::int64_t{-1};
  };
  CHECK(told() == net.clock.now().wall_ms);
  net.clock.trust(v1::FREE_RUNNING);
  CHECK(told() == 0);
  CHECK(net.point.live());
}

TEST_CASE("a welcome may name lives that the node does not know", "[protocol][sync]") {
  OnePoint net;
  net.ticket();
  net.change_next(v1::Frame::kWelcome, [](v1::Frame& frame) {
    v1::JournalMark& held = *frame.mutable_welcome()->add_held();
    held.set_epoch(12345);
    held.set_stream(v1::ACTS);
    held.set_seq(7);
  });
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.stored() == net.acts());
}

TEST_CASE("a clone is noticed also by a central that has started again", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  Box& clone = net.copy_of(net.point);
  net.reconnect(net.point);
  net.restart_central();
  net.ticket(clone);
  net.reconnect(clone);
  CHECK(clone.node->link().refusal() == v1::REFUSAL_CLONE);
  net.reconnect(net.point);
  CHECK(net.point.live());
}

}  // namespace feldsher::testing
