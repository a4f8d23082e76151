// What a screen hears when it is garbage, at a real broker.
#include "kiosk/shell/link.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <condition_variable>
#include <memory>
#include <utility>

#include "protocol/bus/topics.hpp"
#include "tests/unit/protocol/bus/broker.hpp"

namespace feldsher::kiosk {
namespace {

using namespace std::chrono_literals;

/// A board, which hears all that a screen can, and whoever speaks to it in the agent's place.
struct Screen {
  explicit Screen(const test::Broker& broker) {
    config.role = Role::board;
    config.terminal = "board-1";
    config.broker = broker.uri();
    link = std::make_unique<Link>(
        config, [this](const Event& event) { heard.push_back(event); },
        [this] {
          const std::lock_guard lock(mutex);
          woken = true;
          wake.notify_all();
        },
        Link::Tell{.why_down = [this](const std::string& why) { told.push_back(why); },
                   .dropped = [this](std::uint64_t count) { told_dropped.push_back(count); }});
    link->start();
    bus::MqttSession::Options options;
    options.uri = broker.uri();
    options.client_id = "agent";
    options.post = agents_loop.poster();
    options.on_message = [](const bus::Message&) {};
    agent = std::make_unique<bus::MqttSession>(std::move(options));
    agent->start();
  }

  bool until(const std::function<bool()>& there) {
    const auto end = std::chrono::steady_clock::now() + 15s;
    while (!there()) {
      if (std::chrono::steady_clock::now() > end) return false;
      {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, 20ms, [this] { return std::exchange(woken, false); });
      }
      link->deliver();
      agents_loop.run_posted();
    }
    return true;
  }
  bool says(const std::string& topic, const Octets& payload) {
    return until([&] { return agent->publish(topic, payload, bus::Qos::at_least_once); });
  }
  template <class Kind>
  std::size_t count() const {
    return static_cast<std::size_t>(std::count_if(
        heard.begin(), heard.end(), [](const Event& event) { return std::holds_alternative<Kind>(event); }));
  }

  Config config;
  test::Loop agents_loop;
  std::mutex mutex;
  std::condition_variable wake;
  bool woken = false;
  std::vector<Event> heard;
  std::vector<std::string> told;
  std::vector<std::uint64_t> told_dropped;
  std::unique_ptr<Link> link;
  std::unique_ptr<bus::MqttSession> agent;
};

}  // namespace

TEST_CASE("what is not what its topic promises is dropped, counted and told, and the screen goes on",
          "[kiosk][link]") {
  test::Broker broker;
  Screen screen(broker);
  REQUIRE(screen.until([&] { return screen.count<Connection>() == 1; }));
  const std::string answers = bus::answer_topic("board-1");
  int garbage = 0;
  for (const std::string& topic : {answers, std::string(bus::pulse_topic), std::string(bus::board_topic)})
    for (const Octets& octets : {Octets("\xff\xff\xff"),
                                 Octets("\x0a\x7f"
                                        "cut"),
                                 Octets(100'000, '\x07'), Octets("{\"json\":1}")}) {
      REQUIRE(screen.says(topic, octets));
      ++garbage;
    }
  v1::Answer answer;
  answer.set_ask("0123456789abcdef");
  REQUIRE(screen.says(answers, answer.SerializeAsString()));
  REQUIRE(screen.says(std::string(bus::pulse_topic), v1::Pulse().SerializeAsString()));
  REQUIRE(screen.says(std::string(bus::board_topic), v1::BoardSnapshot().SerializeAsString()));
  REQUIRE(screen.until([&] { return screen.count<v1::BoardSnapshot>() == 1; }));
  CHECK(screen.count<v1::Answer>() == 1);
  CHECK(screen.count<v1::Pulse>() == 1);
  CHECK(screen.heard.size() == 4);  // The connection, and each of those.
  CHECK(screen.link->dropped() == static_cast<std::uint64_t>(garbage));
  // 1, 2, 4, 8: a flood of it does not fill the log.
  CHECK_FALSE(screen.told_dropped.empty());
  CHECK(screen.told_dropped.size() <= 4);
}

TEST_CASE("a screen says in its log why it has no broker, once, and that it is there again",
          "[kiosk][link][N1]") {
  test::Broker broker;
  broker.kill_now();
  Screen screen(broker);
  REQUIRE(screen.until([&] { return !screen.told.empty(); }));
  CHECK_FALSE(screen.told[0].empty());
  broker.start();
  REQUIRE(screen.until([&] { return screen.count<Connection>() == 1; }));
  CHECK(screen.told.size() == 2);
  CHECK(screen.told.back().empty());
}

}  // namespace feldsher::kiosk
