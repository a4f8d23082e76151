#include "protocol/bus/mqtt_session.hpp"

#include <mqtt/async_client.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "protocol/bus/connect_options.hpp"
#include "protocol/bus/send_at_once.hpp"
#include "protocol/bus/why_no_broker.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::bus {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds first_pause = 250ms;
constexpr milliseconds last_pause = 5s;
constexpr milliseconds connect_limit = 6s;  // Paho's own limit (5 s) and a little.
constexpr milliseconds settled_after = 5s;  // A connection that lasted: the next pause is short again.
constexpr std::size_t out_limit = 1024;     // Publishes that the broker has not acknowledged.
constexpr std::size_t batch_limit = 256;    // Messages handed over in one turn of the owner's loop.
constexpr std::size_t queued_octets_limit = 16U << 20;

/// Runs `work` where an exception would cross Paho's C frames with its mutex held: nothing can go on
/// from there (RELIABILITY.md §4).
template <class Work>
void guarded(Work&& work) noexcept {
  try {
    work();
  } catch (...) {
    std::_Exit(70);  // EX_SOFTWARE
  }
}

}  // namespace

class MqttSession::Impl : public std::enable_shared_from_this<MqttSession::Impl> {
 public:
  explicit Impl(Options options) : options_(std::move(options)) {
    ensure(options_.post && options_.on_message, "an MQTT session without an owner");
    if (!options_.post_messages) options_.post_messages = options_.post;
    if (options_.ca_file.empty() != options_.certificate_file.empty() ||
        options_.ca_file.empty() != options_.key_file.empty())
      throw Fault("MQTT: CA, certificate and key go together");
    try {
      // No persistence: what Paho would keep is neither synced nor delivered again (RELIABILITY.md §0).
      mqtt::create_options how(MQTTVERSION_3_1_1);
      how.set_send_while_disconnected(false);
      how.set_max_buffered_messages(static_cast<int>(out_limit));  // Counts while connected, too.
      client_ = std::make_unique<mqtt::async_client>(options_.uri, drawn_client_id(options_), how);
    } catch (const mqtt::exception& e) {
      throw Fault(std::string("MQTT: ") + e.what());
    }
    client_->set_message_callback([this](mqtt::const_message_ptr m) { guarded([&] { arrived(*m); }); });
    client_->set_connection_lost_handler([this](const std::string&) { guarded([&] { lose(); }); });
  }

  void start() {
    if (worker_.joinable()) return;
    {
      std::lock_guard lock(mutex_);
      stopping_ = false;
    }
    worker_ = std::thread([this] { guarded([&] { keep_connected(); }); });
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (worker_.joinable()) worker_.join();
  }

  /// The owner has gone: stops, and makes all work that was posted do nothing.
  void close() {
    closed_ = true;  // Read by posted work on this same thread.
    stop();
    client_.reset();  // Takes Paho's mutex: no callback is running when it returns.
  }

  bool connected() const { return connected_; }
  std::uint64_t dropped() const { return dropped_; }

  bool publish(const std::string& topic, OctetsView payload, Qos qos, Keep keep) {
    if (!connected_) return false;
    while (!out_.empty() && out_.front()->is_complete()) out_.pop_front();
    if (out_session_ != session_) {
      out_.clear();  // Of a connection that is gone: nobody will complete them.
      out_session_ = session_;
    }
    if (out_.size() >= out_limit) return false;
    try {
      out_.push_back(client_->publish(topic, payload.data(), payload.size(), static_cast<int>(qos),
                                      keep == Keep::retained));
    } catch (const mqtt::exception&) {
      return false;
    }
    return true;
  }

 private:
  // --- Paho's threads

  void arrived(const mqtt::message& m) {
    bool hand_over = false;
    {
      std::lock_guard lock(mutex_);
      const auto& octets = m.get_payload_str();
      if (queue_.size() >= options_.queue_limit || queued_octets_ + octets.size() > queued_octets_limit) {
        ++dropped_;
        return;
      }
      queued_octets_ += octets.size();
      queue_.push_back({m.get_topic(), octets, m.is_retained()});
      hand_over = !std::exchange(handing_over_, true);
    }
    if (hand_over) options_.post_messages(while_open([](Impl& self) { self.drain(); }));
  }

  void lose() {
    {
      std::lock_guard lock(mutex_);
      lost_ = true;
    }
    wake_.notify_all();
  }

  // --- our thread

  void keep_connected() {
    std::mt19937 jitter(std::random_device{}());
    milliseconds pause = first_pause;
    while (!stopping()) {
      const auto began = std::chrono::steady_clock::now();
      const std::string why = connect();
      if (why != std::exchange(why_down_, why)) post([why](Impl& self) { self.say_why(why); });
      if (why.empty()) {
        ++session_;
        connected_ = true;
        post([](Impl& self) { self.say_state(true); });
        wait_until_lost();
        connected_ = false;
        post([](Impl& self) { self.say_state(false); });
      }
      disconnect();
      if (std::chrono::steady_clock::now() - began > settled_after + connect_limit) pause = first_pause;
      // Half to whole of the pause: terminals that lost one broker do not all come back at once.
      const auto half = static_cast<int>(pause.count() / 2);
      rest(milliseconds(half + std::uniform_int_distribution<>(0, half)(jitter)));
      pause = std::min(last_pause, pause * 2);
    }
  }

  /// Why it failed, which is a state at a point and not a fault; empty when it did not.
  std::string connect() {
    {
      std::lock_guard lock(mutex_);
      lost_ = false;
    }
    try {
      auto trying = client_->connect(connect_options(options_));
      if (!trying->wait_for(connect_limit)) return "the broker does not answer";
    } catch (const mqtt::exception& error) {
      const std::string why = stopping() ? "" : why_no_broker(options_);
      return why.empty() ? error.what() : why;
    }
    try {
      for (const auto& subscription : options_.subscriptions) {
        auto asked = client_->subscribe(subscription.filter, static_cast<int>(subscription.qos));
        if (!asked->wait_for(connect_limit)) return "the broker does not answer a subscription";
      }
    } catch (const mqtt::exception& error) {
      return std::string(
                 "the broker does not let us hear what is ours (its ACL, or a revoked certificate): ") +
             error.what();
    }
    send_at_once(port_of(options_.uri));
    return client_->is_connected() ? "" : "the broker hung up";
  }

  void disconnect() noexcept {
    try {
      if (client_->is_connected()) client_->disconnect(200)->wait_for(1s);
    } catch (const mqtt::exception&) {
      // It was not connected any more.
    }
  }

  void wait_until_lost() {
    std::unique_lock lock(mutex_);
    // Asked each second as well: Paho says nothing when some servers' DISCONNECT arrives (its issue 458).
    while (!stopping_ && !lost_) {
      wake_.wait_for(lock, 1s);
      lock.unlock();
      const bool there = client_->is_connected();
      lock.lock();
      if (!there) break;
    }
  }

  void rest(milliseconds pause) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, pause, [&] { return stopping_; });
  }

  bool stopping() {
    std::lock_guard lock(mutex_);
    return stopping_;
  }

  template <class Work>
  std::function<void()> while_open(Work work) {
    return [self = shared_from_this(), work] {
      if (!self->closed_) work(*self);
    };
  }
  template <class Work>
  void post(Work work) {
    options_.post(while_open(work));
  }

  // --- the owner's thread

  void drain() {
    std::deque<Message> batch;
    bool more = false;
    {
      std::lock_guard lock(mutex_);
      const auto count = std::min(batch_limit, queue_.size());
      for (std::size_t i = 0; i < count; ++i) {
        queued_octets_ -= queue_.front().payload.size();
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      more = handing_over_ = !queue_.empty();
    }
    if (more) post([](Impl& self) { self.drain(); });
    for (const auto& message : batch) {
      if (closed_) return;  // The owner closed us from within its callback.
      options_.on_message(message);
    }
  }

  void say_state(bool there) {
    if (options_.on_state) options_.on_state(there);
  }

  void say_why(const std::string& why) {
    if (options_.on_why_down) options_.on_why_down(why);
  }

  Options options_;
  std::unique_ptr<mqtt::async_client> client_;
  std::thread worker_;
  std::atomic<bool> connected_{false};
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> session_{0};  // Counts connections.

  std::string why_down_;  // Our own thread's: what was said last.

  std::mutex mutex_;  // Guards the next six; never held while Paho or the owner is called.
  std::condition_variable wake_;
  std::deque<Message> queue_;
  std::size_t queued_octets_ = 0;
  bool handing_over_ = false;
  bool stopping_ = false;
  bool lost_ = false;

  // The owner's thread only.
  std::deque<mqtt::delivery_token_ptr> out_;
  std::uint64_t out_session_ = 0;
};

MqttSession::MqttSession(Options options) : impl_(std::make_shared<Impl>(std::move(options))) {}
MqttSession::~MqttSession() { impl_->close(); }
void MqttSession::start() { impl_->start(); }
void MqttSession::stop() { impl_->stop(); }
bool MqttSession::connected() const { return impl_->connected(); }
bool MqttSession::publish(const std::string& topic, OctetsView payload, Qos qos, Keep keep) {
  return impl_->publish(topic, payload, qos, keep);
}
std::uint64_t MqttSession::dropped() const { return impl_->dropped(); }

}  // namespace feldsher::bus
