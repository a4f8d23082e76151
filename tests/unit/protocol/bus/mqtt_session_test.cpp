#include "protocol/bus/mqtt_session.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <memory>
#include <mutex>

#include "protocol/bus/send_at_once.hpp"
#include "tests/unit/protocol/bus/broker.hpp"
#include "tests/unit/protocol/bus/peer.hpp"

using namespace feldsher;
using namespace feldsher::bus;
using namespace feldsher::test;
using namespace std::chrono_literals;

TEST_CASE("what one publishes the other gets, whole and in order", "[protocol][bus][N1]") {
  Broker broker;
  Peer agent(broker.uri(), "agent", {"ops/+/ask"});
  Peer kiosk(broker.uri(), "kiosk", {"ops/kiosk/answer"});
  REQUIRE(agent.until_connected());
  REQUIRE(kiosk.until_connected());
  const Octets zeros("\0\x01\xff\0", 4);
  REQUIRE(kiosk.session->publish("ops/kiosk/ask", zeros, Qos::at_least_once));
  for (int i = 0; i < 500; ++i) {
    REQUIRE(kiosk.session->publish("ops/kiosk/ask", std::to_string(i), Qos::at_least_once));
  }
  REQUIRE(agent.loop.run_until([&] { return agent.got.size() == 501; }));
  CHECK(agent.got[0].payload == zeros);
  CHECK(agent.got[0].topic == "ops/kiosk/ask");
  CHECK_FALSE(agent.got[0].retained);
  CHECK(agent.got[500].payload == "499");
  REQUIRE(agent.session->publish("ops/kiosk/answer", "yes", Qos::at_most_once));
  CHECK(kiosk.loop.run_until([&] { return kiosk.got.size() == 1; }));
}

TEST_CASE("a late subscriber gets what is retained, marked so", "[protocol][bus]") {
  Broker broker;
  Peer agent(broker.uri(), "agent");
  REQUIRE(agent.until_connected());
  REQUIRE(agent.session->publish("ops/board", "now", Qos::at_least_once, Keep::retained));
  Peer board(broker.uri(), "board", {"ops/board"});
  REQUIRE(board.loop.run_until([&] { return board.got.size() == 1; }));
  CHECK(board.got[0].retained);
}

TEST_CASE("nobody takes the place of a session by its name", "[protocol][bus][X6]") {
  Broker broker;
  Peer agent(broker.uri(), "agent", {"ops/+/ask"});
  REQUIRE(agent.until_connected());
  Peer other(broker.uri(), "agent");
  REQUIRE(other.until_connected());
  REQUIRE(other.publish("ops/kiosk/ask", "still there?"));
  REQUIRE(agent.loop.run_until([&] { return !agent.got.empty(); }));
  CHECK(agent.losses == 0);
  CHECK(other.losses == 0);
}

TEST_CASE("after the broker is killed the session comes back and subscribes again", "[protocol][bus][N1]") {
  Broker broker;
  Peer agent(broker.uri(), "agent", {"ops/+/ask"});
  Peer kiosk(broker.uri(), "kiosk");
  REQUIRE(agent.until_connected());
  REQUIRE(kiosk.until_connected());
  broker.kill_now();
  REQUIRE(agent.loop.run_until([&] { return agent.losses == 1; }));
  REQUIRE(kiosk.loop.run_until([&] { return kiosk.losses == 1; }));
  CHECK_FALSE(kiosk.session->publish("ops/kiosk/ask", "lost", Qos::at_least_once));
  broker.start();
  REQUIRE(agent.until_connected(2));
  REQUIRE(kiosk.until_connected(2));
  REQUIRE(kiosk.session->publish("ops/kiosk/ask", "again", Qos::at_least_once));
  REQUIRE(agent.loop.run_until([&] { return !agent.got.empty(); }));
  CHECK(agent.got.size() == 1);  // What was refused while it was away is not sent later.
  CHECK(agent.got[0].payload == "again");
}

TEST_CASE("a session whose broker starts later connects then", "[protocol][bus][N1]") {
  Broker broker;
  broker.kill_now();
  Peer agent(broker.uri(), "agent");
  CHECK_FALSE(agent.session->connected());
  REQUIRE(agent.loop.run_until([&] { return !agent.why_down.empty(); }));
  CHECK(agent.why_down[0].find("nobody is reached at 127.0.0.1:") == 0);
  broker.start();
  CHECK(agent.until_connected());
  // Said once for as long as it was the reason, and taken back.
  CHECK(agent.why_down.size() == 2);
  CHECK(agent.why_down.back() == "");
}

TEST_CASE("a flood that the owner does not take is dropped beyond the limit, and counted",
          "[protocol][bus]") {
  Broker broker;
  constexpr std::size_t limit = 100, sent = 2000;
  Peer slow(broker.uri(), "slow", {"flood"}, limit);
  Peer fast(broker.uri(), "fast", {"after"});
  REQUIRE(slow.until_connected());
  REQUIRE(fast.until_connected());
  for (std::size_t i = 0; i < sent; ++i) {
    REQUIRE(fast.publish("flood", std::to_string(i)));
  }
  // The slow owner's loop stands still; only the fast one's runs.
  REQUIRE(fast.loop.run_until([&] { return slow.session->dropped() == sent - limit; }));
  REQUIRE(slow.loop.run_until([&] { return slow.got.size() == limit; }));
  CHECK(slow.got[0].payload == "0");
  // And it lives: what comes when there is room again is taken.
  REQUIRE(fast.session->publish("flood", "last", Qos::at_least_once));
  REQUIRE(slow.loop.run_until([&] { return slow.got.size() > limit; }));
  CHECK(slow.got.back().payload == "last");
  CHECK(slow.session->dropped() == sent - limit);
}

TEST_CASE("what comes in one moment is handed over together", "[protocol][bus]") {
  Broker broker;
  constexpr std::size_t limit = 10;
  std::mutex mutex;
  std::vector<std::function<void()>> held;  // Paho's thread posts here.
  const auto posted = [&] {
    std::lock_guard lock(mutex);
    return held;
  };
  auto options = Peer::plain(broker.uri(), "agent", {"flood"}, limit);
  options.post_messages = [&](std::function<void()> work) {
    std::lock_guard lock(mutex);
    held.push_back(std::move(work));
  };
  Peer agent(std::move(options));
  Peer device(broker.uri(), "device");
  REQUIRE(agent.until_connected());
  REQUIRE(device.until_connected());
  for (std::size_t i = 0; i <= limit; ++i) REQUIRE(device.publish("flood", std::to_string(i)));
  REQUIRE(device.loop.run_until([&] { return agent.session->dropped() == 1; }));
  REQUIRE(posted().size() == 1);
  CHECK(agent.got.empty());
  posted()[0]();
  CHECK(agent.got.size() == limit);
  REQUIRE(device.publish("flood", "later"));
  CHECK(device.loop.run_until([&] { return posted().size() == 2; }));
}

TEST_CASE("nothing that is sent waits in the kernel for company", "[protocol][bus][N1]") {
  CHECK(port_of("ssl://127.0.0.1:8883") == 8883);
  CHECK(port_of("ssl://[::1]:18883") == 18883);
  CHECK(port_of("ssl://localhost") == 0);
  Broker broker;
  Peer kiosk(broker.uri(), "kiosk");
  REQUIRE(kiosk.until_connected());
  int connections = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int file = std::stoi(entry.path().filename().string());
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (getpeername(file, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_family != AF_INET ||
        ntohs(peer.sin_port) != port_of(broker.uri()))
      continue;
    int on = 0;
    size = sizeof(on);
    REQUIRE(getsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0);
    CHECK(on != 0);
    ++connections;
  }
  CHECK(connections == 1);
}

TEST_CASE("nothing is called after the session is destroyed", "[protocol][bus]") {
  Broker broker;
  Peer fast(broker.uri(), "fast");
  REQUIRE(fast.until_connected());
  for (int round = 0; round < 3; ++round) {
    Loop loop;
    int calls = 0;
    auto options = Peer::plain(broker.uri(), "short", {"flood"});
    options.post = loop.poster();
    std::unique_ptr<MqttSession> session;
    options.on_message = [&](const Message&) {
      ++calls;
      session.reset();  // From within its own callback, with more waiting.
    };
    session = std::make_unique<MqttSession>(std::move(options));
    session->start();
    // What the round before published may still be on its way, and end this session at once.
    REQUIRE(loop.run_until([&] { return !session || session->connected(); }));
    for (int i = 0; i < 100; ++i) REQUIRE(fast.session->publish("flood", "x", Qos::at_least_once));
    REQUIRE(loop.run_until([&] { return calls > 0; }));
    loop.run_posted();
    CHECK(calls == 1);
  }
}

TEST_CASE("a certificate without its key or CA is refused at once", "[protocol][bus]") {
  auto options = Peer::plain("ssl://127.0.0.1:1", "half", {});
  options.certificate_file = "some.pem";
  options.post = [](std::function<void()>) {};
  options.on_message = [](const Message&) {};
  CHECK_THROWS_AS(MqttSession(std::move(options)), std::runtime_error);
}
