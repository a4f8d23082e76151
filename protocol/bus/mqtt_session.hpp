#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "protocol/record/octets.hpp"

namespace feldsher::bus {

/// A message of the broker.
struct Message {
  std::string topic;
  Octets payload;
  bool retained = false;  ///< Was stored by the broker before we subscribed: it may be old.
};

enum class Qos { at_most_once = 0, at_least_once = 1 };
enum class Keep { no, retained };

/// One connection to the point's broker, over mutual TLS, that comes back by itself.
///
/// Always a clean start: what was sent while this session was away is not queued (AUTHORITY.md, "The
/// bus"). PUBACK means nothing but flow control. Paho's threads only push into a bounded queue; every
/// callback runs where `Options::post` puts it. When the queue is full the message is dropped and
/// counted: whoever sent it has got no answer or receipt and sends again.
class MqttSession {
 public:
  struct Subscription {
    std::string filter;
    Qos qos = Qos::at_least_once;
  };
  struct Options {
    std::string uri;                                  ///< "ssl://127.0.0.1:8883" or "tcp://…" (tests only).
    std::string client_id;                            ///< For its log; it gets an ending that is drawn.
    std::string ca_file, certificate_file, key_file;  ///< PEM; all three or none.
    std::vector<Subscription> subscriptions;          ///< Made again at each connection.
    std::chrono::seconds keep_alive{10};
    std::size_t queue_limit = 4096;  ///< Messages waiting for the owner; beyond that they are dropped.
    /// Runs `work` on the owner's thread, soon. Called from Paho's threads; must not block or throw.
    std::function<void(std::function<void()> work)> post;
    /// The same, but may wait a moment: what comes until then is handed over together. Unset: `post`. Not
    /// called again before that work has run.
    std::function<void(std::function<void()> work)> post_messages = {};
    std::function<void(const Message&)> on_message;
    std::function<void(bool connected)> on_state;
    /// Why no connection comes about, each time that it is another reason than before; empty as soon as there
    /// is one. For a person: an address that nobody listens at, a certificate that one side does not believe.
    std::function<void(const std::string& why)> on_why_down = {};
  };

  explicit MqttSession(Options options);
  ~MqttSession();  ///< Disconnects; no callback runs after it returns.
  MqttSession(const MqttSession&) = delete;
  MqttSession& operator=(const MqttSession&) = delete;

  /// Begins to connect; retries with 0.25 … 5 s between tries until `stop`.
  void start();
  void stop();

  bool connected() const;
  /// False when not connected or the out-queue is full: nothing was sent.
  bool publish(const std::string& topic, OctetsView payload, Qos qos, Keep keep = Keep::no);
  std::uint64_t dropped() const;  ///< Messages dropped because the owner was slow.

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace feldsher::bus
