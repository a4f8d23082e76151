#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

#include "edge-agent/agent/readings.hpp"
#include "protocol/bus/mqtt_session.hpp"

namespace feldsher::edge {

/// The door for devices: readings in, receipts out. A session of its own, so that a flood of readings
/// cannot touch a check-in. Loop thread only.
///
/// Messages are taken a gulp at a time: those of a gulp share a commit, and those of one device a receipt.
/// One by one, a flood would wake this thread, the disk and the broker once for each.
class ThingsDoor {
 public:
  struct Options {
    bus::MqttSession::Options session;  ///< Where the broker is, and who we are; the rest is set here.
    std::function<void(DeviceId device, OctetsView message)> on_reading;
    std::function<void(bool connected)> on_state;
    std::function<void(const std::string& why)> on_why_down;  ///< As MqttSession's.
  };

  static constexpr std::chrono::milliseconds gulp{10};

  ThingsDoor(boost::asio::io_context& loop, Options options);

  void start() { session_.start(); }
  /// No reading comes in any more; receipts still go out.
  void stop_taking() { taking_ = false; }
  void stop() { session_.stop(); }

  /// QoS 0: a receipt that is lost comes again when the device sends again.
  void publish(DeviceId device, const readings::Receipt& receipt);

  bool connected() const { return session_.connected(); }
  std::uint64_t strangers() const { return strangers_; }  ///< Messages on a topic that names no device.
  std::uint64_t dropped() const { return session_.dropped(); }

 private:
  bus::MqttSession::Options session_options(boost::asio::io_context& loop);
  void take(const bus::Message& message);

  Options options_;
  boost::asio::steady_timer gulp_timer_;
  bool taking_ = true;
  std::uint64_t strangers_ = 0;
  bus::MqttSession session_;  // Last: it calls us.
};

}  // namespace feldsher::edge
