#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "protocol/bus/mqtt_session.hpp"
#include "tests/unit/protocol/bus/broker.hpp"

namespace feldsher::test {

using bus::Message;
using bus::MqttSession;
using bus::Qos;

/// A session with its owner's loop and what it was told.
struct Peer {
  Loop loop;
  std::vector<Message> got;
  int connections = 0, losses = 0;
  std::vector<std::string> why_down;
  std::unique_ptr<MqttSession> session;

  Peer(const std::string& uri, const std::string& id, std::vector<std::string> filters = {},
       std::size_t queue_limit = 4096) {
    open(plain(uri, id, std::move(filters), queue_limit));
  }
  explicit Peer(MqttSession::Options options) { open(std::move(options)); }

  static MqttSession::Options plain(const std::string& uri, const std::string& id,
                                    std::vector<std::string> filters, std::size_t queue_limit = 4096) {
    MqttSession::Options options;
    options.uri = uri;
    options.client_id = id;
    for (auto& filter : filters) options.subscriptions.push_back({filter, Qos::at_least_once});
    options.keep_alive = std::chrono::seconds(2);
    options.queue_limit = queue_limit;
    return options;
  }
  void open(MqttSession::Options options) {
    options.post = loop.poster();
    options.on_message = [this](const Message& m) { got.push_back(m); };
    options.on_state = [this](bool there) { ++(there ? connections : losses); };
    options.on_why_down = [this](const std::string& why) { why_down.push_back(why); };
    session = std::make_unique<MqttSession>(std::move(options));
    session->start();
  }
  /// Publishes as soon as there is room.
  bool publish(const std::string& topic, const Octets& payload) {
    return loop.run_until([&] { return session->publish(topic, payload, Qos::at_least_once); });
  }
  bool until_connected(int times = 1) {
    return loop.run_until([&] { return connections >= times && session->connected(); });
  }
};

}  // namespace feldsher::test
