#pragma once
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
  /// `on_event` is called from `deliver` only; `wake` from Paho's threads when there is something to deliver.
  Link(const Config& config, std::function<void(const Event&)> on_event, std::function<void()> wake);

  void start() { session_.start(); }
  /// Runs what Paho's threads have left. On the main thread.
  void deliver();
  /// False when not connected: the model asks again by itself.
  bool send(const v1::Ask& ask);
  std::uint64_t dropped() const { return dropped_ + session_.dropped(); }

 private:
  void on_message(const bus::Message& message);

  std::string terminal_;
  std::function<void(const Event&)> on_event_;
  std::mutex mutex_;
  std::deque<std::function<void()>> work_;
  std::uint64_t dropped_ = 0;
  bus::MqttSession session_;  // Last: its threads end before what they use.
};

}  // namespace feldsher::kiosk
