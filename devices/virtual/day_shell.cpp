#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "devices/virtual/day.hpp"
#include "devices/virtual/ledger.hpp"
#include "devices/virtual/seeded_random.hpp"
#include "devices/virtual/shell_loop.hpp"
#include "devices/virtual/shells.hpp"
#include "protocol/bus/mqtt_session.hpp"
#include "protocol/bus/topics.hpp"
#include "protocol/log/log.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::virtual_world {
namespace {

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Fault("cannot read " + file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The day's terminals at the broker.
class Terminals {
 public:
  Terminals(const DayConfig& config, const DayPlan& plan, ShellLoop& loop, Day& day) : day_(day) {
    for (const auto& name : plan.terminals()) {
      bus::MqttSession::Options options;
      options.uri = config.broker;
      // A window may run as the same terminal: both hear the answers, each knows its own asks.
      options.client_id = "virtual-" + name;
      if (!config.terminals.empty()) {
        options.ca_file = config.ca;
        options.certificate_file = config.terminals + "/" + name + "/certificate.pem";
        options.key_file = config.terminals + "/" + name + "/key.pem";
      }
      options.subscriptions.push_back({bus::answer_topic(name), bus::Qos::at_least_once});
      if (name == plan.board.front()) options.subscriptions.push_back({std::string(bus::board_topic)});
      options.post = loop.poster();
      options.on_message = [this, name](const bus::Message& message) { heard(name, message); };
      sessions_[name] = std::make_unique<bus::MqttSession>(std::move(options));
    }
    for (auto& [name, session] : sessions_) session->start();
  }

  void ask(const Asks::Outgoing& outgoing) {
    auto& session = *sessions_.at(outgoing.terminal);
    const auto topic = bus::ask_topic(outgoing.terminal);
    if (!session.publish(topic, outgoing.octets, bus::Qos::at_least_once)) day_.not_sent(outgoing.id);
  }

 private:
  void heard(const std::string& terminal, const bus::Message& message) {
    if (message.topic == bus::board_topic) {
      v1::BoardSnapshot snapshot;
      if (snapshot.ParseFromString(message.payload)) day_.board(snapshot);
      return;
    }
    v1::Answer answer;
    if (answer.ParseFromString(message.payload)) day_.answered(terminal, answer);
  }

  Day& day_;
  std::map<std::string, std::unique_ptr<bus::MqttSession>> sessions_;
};

}  // namespace

int run_day(const DayConfig& config, std::int64_t drain_seconds) {
  const auto plan = read_day_plan(contents(config.clinic), config.point,
                                  config.passes.empty() ? std::string() : contents(config.passes));
  ShellLoop loop;
  SeededRandom random(config.seed), ids(config.seed ^ static_cast<std::uint64_t>(ShellLoop::wall_ms()) << 16);
  Ledger ledger(config.ledger);
  const Hospitality hospitality{.yield_ms = config.yield_seconds * 1000,
                                .walk_in_ms = config.walk_in_seconds * 1000};
  Day day(plan, random, ids, ShellLoop::now_ms(), config.seconds, hospitality);
  Terminals terminals(config, plan, loop, day);
  const bool open_end = config.walk_in_seconds > 0;
  const auto until = ShellLoop::now_ms() + (config.seconds + drain_seconds) * 1000;
  loop.run(std::chrono::milliseconds(50), [&] {
    day.tick(ShellLoop::now_ms());
    for (const auto& line : day.take_lines()) ledger.write(line);
    for (const auto& outgoing : day.take_asks()) terminals.ask(outgoing);
    return day.over() || (!open_end && ShellLoop::now_ms() >= until);
  });
  for (const auto& line : day.take_lines()) ledger.write(line);
  Log::info("day over", {{"patients_left", day.patients_left()}, {"asks_open", day.asks_open()}});
  return loop.stopped_by_signal() || day.over() ? 0 : 1;
}

}  // namespace feldsher::virtual_world
