#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>

#include "devices/virtual/ledger.hpp"
#include "devices/virtual/seeded_random.hpp"
#include "devices/virtual/shell_loop.hpp"
#include "devices/virtual/shells.hpp"
#include "devices/virtual/wearable.hpp"
#include "protocol/bus/mqtt_session.hpp"
#include "protocol/bus/topics.hpp"
#include "protocol/log/log.hpp"
#include "protocol/record/digest.hpp"

namespace feldsher::virtual_world {
namespace {

/// The wearables, the sessions that carry them, and the ledger of what they were told.
class Fleet {
 public:
  Fleet(const WearablesConfig& config, ShellLoop& loop)
      : config_(config), loop_(loop), random_(config.seed), ledger_(config.ledger) {
    for (const auto& device : config.devices) {
      // Another life at each start, whatever the seed: nothing of the last one was kept.
      const Epoch epoch{SeededRandom(static_cast<std::uint64_t>(loop.wall_ms()) ^ random_.u64()).u64() | 1};
      wearables_.emplace_back(
          Wearable::Settings{.device = device, .epoch = epoch, .interval_ms = config.interval_ms}, random_,
          loop.now_ms());
      by_topic_[bus::receipt_topic(device.to_text())] = wearables_.size() - 1;
      if (!config.certificates.empty()) connect(device.to_text(), {wearables_.size() - 1});
    }
    if (config.certificates.empty()) {
      std::vector<std::size_t> all(wearables_.size());
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
      connect("", all);
    }
  }

  void tick() {
    for (auto& wearable : wearables_) wearable.measure(loop_.now_ms(), loop_.wall_ms());
    for (auto& carrier : carriers_) {
      if (!carrier.session->connected()) continue;
      for (const auto index : carrier.wearables) publish(*carrier.session, wearables_[index]);
    }
  }
  void stop_measuring() {
    for (auto& wearable : wearables_) wearable.stop_measuring();
  }
  std::size_t unreceipted() const {
    std::size_t sum = 0;
    for (const auto& wearable : wearables_) sum += wearable.unreceipted();
    return sum;
  }
  std::uint64_t made() const {
    std::uint64_t sum = 0;
    for (const auto& wearable : wearables_) sum += wearable.made();
    return sum;
  }

 private:
  struct Carrier {
    std::vector<std::size_t> wearables;
    std::unique_ptr<bus::MqttSession> session;
  };

  /// One session for these wearables; with an empty name, the gateway's.
  void connect(const std::string& name, const std::vector<std::size_t>& wearables) {
    bus::MqttSession::Options options;
    options.uri = config_.broker;
    // Two programs of one gateway must not take each other's place at the broker.
    options.client_id = name.empty() ? "virtual-gateway-" + fmt::format("{:x}", loop_.wall_ms()) : name;
    options.ca_file = config_.ca;
    options.certificate_file =
        name.empty() ? config_.certificate : config_.certificates + "/" + name + "/certificate.pem";
    options.key_file = name.empty() ? config_.key : config_.certificates + "/" + name + "/key.pem";
    for (const auto index : wearables) {
      options.subscriptions.push_back(
          {bus::receipt_topic(wearables_[index].device().to_text()), bus::Qos::at_most_once});
    }
    options.post = loop_.poster();
    options.on_message = [this](const bus::Message& message) { receipted(message); };
    options.on_state = [this, wearables](bool there) {
      if (!there) return;
      for (const auto index : wearables) wearables_[index].reconnected();
    };
    carriers_.push_back({wearables, std::make_unique<bus::MqttSession>(std::move(options))});
    carriers_.back().session->start();
  }

  void publish(bus::MqttSession& session, Wearable& wearable) {
    const auto device = wearable.device().to_text();
    const auto topic = bus::readings_topic(device);
    const auto messages = wearable.due(loop_.now_ms());
    // The ledger first: what it does not have must not be found at the point.
    for (const auto& message : messages) {
      if (!message.first) continue;
      ledger_.write({{"device", device},
                     {"epoch", fmt::format("{:016x}", wearable.epoch().value)},
                     {"event", "sent"},
                     {"seq", message.seq},
                     {"sha256", to_hex(view_of(sha256(message.octets)))}});
    }
    for (auto message = messages.begin(); message != messages.end(); ++message) {
      if (session.publish(topic, message->octets, bus::Qos::at_least_once)) continue;
      wearable.not_sent({message, messages.end()});
      return;
    }
  }

  void receipted(const bus::Message& message) {
    const auto found = by_topic_.find(message.topic);
    const auto receipt = readings::decode_receipt(message.payload);
    if (found == by_topic_.end() || !receipt) return;
    auto& wearable = wearables_[found->second];
    const auto ranges = wearable.receipted(*receipt, loop_.now_ms());
    if (ranges.empty()) return;
    boost::json::array pairs;
    for (const auto& range : ranges) pairs.push_back(boost::json::array{range.first, range.last});
    ledger_.write({{"device", wearable.device().to_text()},
                   {"epoch", fmt::format("{:016x}", wearable.epoch().value)},
                   {"event", "receipted"},
                   {"ranges", std::move(pairs)}});
  }

  const WearablesConfig& config_;
  ShellLoop& loop_;
  SeededRandom random_;
  Ledger ledger_;
  std::deque<Wearable> wearables_;
  std::map<std::string, std::size_t> by_topic_;
  std::vector<Carrier> carriers_;
};

}  // namespace

int run_wearables(const WearablesConfig& config, std::int64_t drain_seconds) {
  ShellLoop loop;
  Fleet fleet(config, loop);
  const auto began = ShellLoop::now_ms();
  const auto measure_until = config.seconds == 0 ? INT64_MAX : began + config.seconds * 1000;
  const auto until = config.seconds == 0 ? INT64_MAX : measure_until + drain_seconds * 1000;
  bool measuring = true;
  // A flood measures more often than a wearable does; each measures at most once a look.
  loop.run(std::chrono::milliseconds(std::min<std::int64_t>(20, config.interval_ms)), [&] {
    const auto now = ShellLoop::now_ms();
    if (measuring && now >= measure_until) {
      measuring = false;
      fleet.stop_measuring();
    }
    fleet.tick();
    return !measuring && (fleet.unreceipted() == 0 || now >= until);
  });
  Log::info("measured", {{"messages", fleet.made()}, {"unreceipted", fleet.unreceipted()}});
  return loop.stopped_by_signal() || fleet.unreceipted() == 0 ? 0 : 1;
}

}  // namespace feldsher::virtual_world
