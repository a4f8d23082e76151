// The door for screens at a real broker that shuts nobody out by itself.
#include "edge-agent/agent/ops_door.hpp"

#include "protocol/bus/topics.hpp"
#include "tests/unit/edge-agent/node/point_world.hpp"
#include "tests/unit/protocol/bus/broker.hpp"

namespace feldsher::edge {
namespace {

/// A point's door and one screen.
struct Door {
  Door() {
    bus::MqttSession::Options session;
    session.uri = broker.uri();
    session.post = loop.poster();
    door = std::make_unique<OpsDoor>(timers, *world.point.node,
                                     OpsDoor::Options{.session = session,
                                                      .is_busy = [] { return false; },
                                                      .is_full = [] { return false; },
                                                      .on_state = [this](bool up) { door_up = up; },
                                                      .on_why_down = {}});
    door->start();
    session.client_id = "checkin-1";
    session.subscriptions = {{bus::answer_topic("checkin-1")}};
    session.on_message = [this](const bus::Message& message) {
      v1::Answer answer;
      REQUIRE(answer.ParseFromString(message.payload));
      answers.push_back(answer);
    };
    screen = std::make_unique<bus::MqttSession>(std::move(session));
    screen->start();
    REQUIRE(loop.run_until([this] { return door_up && screen->connected(); }));
  }
  v1::Answer asks(v1::Ask ask) {
    const std::size_t before = answers.size();
    ask.set_id(world.point.random.octets(16));
    REQUIRE(screen->publish(bus::ask_topic("checkin-1"), ask.SerializeAsString(), bus::Qos::at_least_once));
    REQUIRE(loop.run_until([&] {
      world.settle();
      return answers.size() > before;
    }));
    CHECK(answers.back().ask() == ask.id());
    return answers.back();
  }
  void terminal_has(const Octets& serial, bool revoked) {
    terminal_has(serial, revoked, world.point.identity.point.to_octets());
  }
  void terminal_has(const Octets& serial, bool revoked, const Octets& point) {
    v1::Credential credential;
    credential.set_kind(v1::CREDENTIAL_TERMINAL);
    credential.set_name("checkin-1");
    credential.set_point(point);
    credential.set_serial(serial);
    credential.set_revoked(revoked);
    world.clinic->publish(v1::CREDENTIAL, world.clinic->id(), v1::REGISTERED, credential);
    world.settle();
  }

  testing::PointWorld world;
  test::Broker broker;
  test::Loop loop;
  boost::asio::io_context timers;  // Nothing here waits for a board or a pulse.
  bool door_up = false;
  std::vector<v1::Answer> answers;
  std::unique_ptr<OpsDoor> door;
  std::unique_ptr<bus::MqttSession> screen;
};

}  // namespace

TEST_CASE("a screen whose certificate was revoked is told that it may not, and nothing is done for it",
          "[edge-agent][revoked][X6][X2]") {
  Door door;
  CHECK(door.asks(door.world.walk_in()).refusal() == v1::ASK_GRANTED);
  const auto acts = door.world.point.node->writer().tip(v1::ACTS).seq;
  door.terminal_has("\x01", true);
  CHECK(door.asks(door.world.walk_in()).refusal() == v1::ASK_NOT_ALLOWED);
  v1::Ask view;
  view.mutable_point();
  CHECK(door.asks(view).refusal() == v1::ASK_NOT_ALLOWED);
  CHECK(door.world.point.node->writer().tip(v1::ACTS).seq == acts);
  CHECK(door.door->shut_out() == 2);
  // Another screen with that name has come in since.
  door.terminal_has("\x02", false);
  CHECK(door.asks(door.world.walk_in()).refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a screen is served whose name was revoked at another point, or at none that is known",
          "[edge-agent][revoked][X6]") {
  Door door;
  door.terminal_has("\x01", true, door.world.clinic->id().to_octets());
  door.terminal_has("\x02", true, "");
  CHECK(door.asks(door.world.walk_in()).refusal() == v1::ASK_GRANTED);
  CHECK(door.door->shut_out() == 0);
}

}  // namespace feldsher::edge
