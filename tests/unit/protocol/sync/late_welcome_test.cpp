#include "one_link.hpp"
#include "one_point.hpp"

namespace feldsher::testing {

TEST_CASE("a life that begins between a hello and its repeat is greeted before anything of it goes up",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.restart(net.point);
  net.ledger->hold();  // Central's disk is slow: its welcome is late.
  net.connect(net.point);
  net.settle();
  net.pass_seconds(5);
  REQUIRE(net.ticket() != "");
  net.sent.clear();
  net.pass_seconds(until_resent_s - 5);
  REQUIRE(net.sent_of(v1::Frame::kHello) == 1);  // The repeat, which central lets fall.
  net.ledger->run();
  net.settle();
  CHECK(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 0);
  CHECK(net.stored() == net.acts());
}

TEST_CASE("a hello that comes again after the next one is let fall, and is no copy's",
          "[protocol][sync][N10]") {
  sync::OneLink one;
  const v1::Hello first = one.hello();
  one.greet(first);
  const v1::Hello second = one.hello();  // A life began meanwhile: the node greets again on the same line.
  one.ledger.hold();
  one.say(second);
  one.say(first);  // While the second is being answered,
  one.ledger.run();
  CHECK(one.welcome().next_ticket() == second.next_ticket());
  one.say(first);  // after its welcome,
  one.act();
  one.say(first);  // and after what came up then.
  one.act();
  CHECK(one.incidents.empty());
  CHECK(one.welcome().refusal() == v1::REFUSAL_NONE);
  CHECK(one.welcome().next_ticket() == second.next_ticket());
  CHECK(one.taken == 2);
}

TEST_CASE("readings that begin with something that was opened are no beginning of a life",
          "[protocol][sync][X7]") {
  sync::OneLink one;
  one.greet();
  one.act();
  one.act();
  Draft opened = one.draft(point_node_of_tests.uuid);
  opened.verb = v1::OPENED;
  v1::NodeLife life;
  life.set_parent_epoch(one.node.epoch().value);
  life.set_parent_seq(1);
  opened.message = life.SerializeAsString();
  one.send_up(one.write(v1::READINGS, {opened}));
  CHECK(one.incidents.empty());
  CHECK(one.taken == 3);
}

}  // namespace feldsher::testing
