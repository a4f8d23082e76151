// How long a patient waits for the ticket: walk-ins at a terminal's session with the broker, from the ask to
// the agent's answer, which leaves after its commit. Prints one JSON line; times are milliseconds.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <unordered_map>

#include "protocol/bus/mqtt_session.hpp"
#include "protocol/bus/topics.hpp"
#include "protocol/contracts/bus.pb.h"
#include "protocol/crypto/system_world.hpp"
#include "protocol/record/ids.hpp"
#include "protocol/record/result.hpp"

namespace {

using namespace feldsher;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{30};

/// One terminal that asks again as soon as it is answered, so many asks at a time.
class Terminal {
 public:
  Terminal(std::uint16_t port, const std::string& identity, const std::string& name, Octets service)
      : name_(name), service_(std::move(service)), session_(options(port, identity)) {
    session_.start();
    wait_until([this] { return session_.connected() && said_connected_; },
               "the broker does not let the terminal in");
  }

  /// Milliseconds that each of `count` asks took, ascending; `at_once` are under way all the time.
  std::vector<double> walk_in(std::size_t count, std::size_t at_once) {
    times_.clear();
    left_ = count;
    for (std::size_t i = 0; i < std::min(count, at_once); ++i) ask();
    wait_until([&] { return times_.size() == count; }, "not every ask was answered");
    std::sort(times_.begin(), times_.end());
    return times_;
  }

 private:
  bus::MqttSession::Options options(std::uint16_t port, const std::string& identity) {
    bus::MqttSession::Options options;
    options.uri = fmt::format("ssl://127.0.0.1:{}", port);
    options.client_id = "bench-" + name_;
    options.ca_file = identity + "/ca.pem";
    options.certificate_file = identity + "/certificate.pem";
    options.key_file = identity + "/key.pem";
    options.subscriptions = {{bus::answer_topic(name_), bus::Qos::at_least_once}};
    options.post = [this](std::function<void()> work) { boost::asio::post(loop_, std::move(work)); };
    options.on_message = [this](const bus::Message& message) { answered(message); };
    options.on_state = [this](bool connected) { said_connected_ = connected; };
    return options;
  }

  void ask() {
    --left_;
    v1::Ask ask;
    ask.set_id(random_.octets(16));
    ask.set_language("uk");
    ask.mutable_walk_in()->set_service(service_);
    const auto octets = ask.SerializeAsString();
    asked_[ask.id()] = Clock::now();
    if (!session_.publish(bus::ask_topic(name_), octets, bus::Qos::at_least_once))
      throw Fault("the broker does not take an ask");
  }

  void answered(const bus::Message& message) {
    v1::Answer answer;
    if (!answer.ParseFromString(message.payload)) throw Fault("an answer that cannot be read");
    const auto found = asked_.find(answer.ask());
    if (found == asked_.end()) return;
    if (!answer.has_checked_in())
      throw Fault("a walk-in was refused: " + v1::AskRefusal_Name(answer.refusal()));
    times_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - found->second).count());
    asked_.erase(found);
    if (left_ > 0) ask();
  }

  template <class Ready>
  void wait_until(const Ready& ready, const char* otherwise) {
    const auto until = Clock::now() + patience;
    loop_.restart();
    while (!ready()) {
      if (Clock::now() > until) throw Fault(otherwise);
      loop_.run_one_until(until);
    }
  }

  std::string name_;
  Octets service_;
  SystemRandom random_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_{loop_.get_executor()};
  bool said_connected_ = false;
  std::unordered_map<Octets, Clock::time_point> asked_;
  std::vector<double> times_;
  std::size_t left_ = 0;
  bus::MqttSession session_;  // Last: it calls us.
};

std::string figures(const std::vector<double>& times) {
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  return fmt::format(R"({{"asks":{},"p50":{:.2f},"p99":{:.2f},"worst":{:.2f}}})", times.size(), at(0.5),
                     at(0.99), times.back());
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("Measures walk-ins at one terminal of a running point.");
  std::uint16_t port = 0;
  std::string identity, name, service;
  std::size_t asks = 300, at_once = 20;
  app.add_option("--port", port, "Of the broker, on 127.0.0.1")->required();
  app.add_option("--identity", identity, "Folder with the terminal's ca.pem, certificate.pem and key.pem")
      ->required();
  app.add_option("--terminal", name, "Its name")->required();
  app.add_option("--service", service, "UUID of a service that takes walk-ins")->required();
  app.add_option("--asks", asks, "How many of each kind")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--at-once", at_once, "In the second kind")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, count, arguments);
  try {
    const auto id = Uuid::from_text(service);
    if (!id) throw Fault(service + " is not a UUID");
    Terminal terminal(port, identity, name, id->to_octets());
    terminal.walk_in(20, 1);  // Connections, caches and the processor's clock are warm.
    const auto in_sequence = terminal.walk_in(asks, 1);
    const auto together = terminal.walk_in(asks, at_once);
    fmt::print(R"({{"in_sequence":{},"at_once":{},"together":{}}})"
               "\n",
               figures(in_sequence), at_once, figures(together));
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "bench_check_in: {}\n", fault.what());
    return 1;
  }
}
