#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "kiosk/model/events.hpp"
#include "kiosk/shell/config.hpp"
#include "protocol/bus/mqtt_session.hpp"

namespace feldsher::kiosk {

/// This terminal's session at the point's broker: asks go out, answers, pulses and boards come in as
/// events. Octets that are not what their topic promises are dropped and counted.
class Link {
 public:
  /// What this screen's log is to say of its broker.
  struct Tell {
    /// Why there is no connection, when that changes; "": it is there again.
    std::function<void(const std::string&)> why_down;
    /// How many messages were dropped until now, at the first, the second, the fourth, the eighth …
    std::function<void(std::uint64_t)> dropped;
  };

  /// `on_event` and `tell` are called from `deliver` only; `wake` from Paho's threads when there is something
  /// to deliver.
  Link(const Config& config, std::function<void(const Event&)> on_event, std::function<void()> wake,
       Tell tell);

  void start() { session_.start(); }
  /// Runs what Paho's threads have left. On the main thread.
  void deliver();
  /// False when not connected: the model asks again by itself.
  bool send(const v1::Ask& ask);
  /// Unreadable, or too many at once.
  std::uint64_t dropped() const { return dropped_ + session_.dropped(); }

 private:
  void on_message(const bus::Message& message);
  void tell_dropped();

  std::string terminal_;
  std::function<void(const Event&)> on_event_;
  Tell tell_;
  std::uint64_t told_ = 0;  // Of what was dropped.
  std::mutex mutex_;
  std::deque<std::function<void()>> work_;
  std::atomic<std::uint64_t> dropped_ = 0;
  bus::MqttSession session_;  // Last: its threads end before what they use.
};

}  // namespace feldsher::kiosk
