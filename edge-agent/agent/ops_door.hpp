#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <set>

#include "edge-agent/agent/point_node.hpp"
#include "protocol/bus/mqtt_session.hpp"

namespace feldsher::edge {

/// The door for the point's screens: asks in, answers out, the board and the pulse for all.
///
/// A terminal is who its topic says, which the broker's ACL proves; a Response Topic is ignored. What is no
/// ask at all is counted and gets no answer. Loop thread only.
class OpsDoor {
 public:
  struct Options {
    bus::MqttSession::Options session;  ///< Where the broker is, and who we are; the rest is set here.
    /// The disk is behind: an act that is new would only make it longer.
    std::function<bool()> is_busy;
    /// Too many PINs wait to be checked.
    std::function<bool()> is_full;
    std::function<void(bool connected)> on_state;
    std::function<void(const std::string& why)> on_why_down;  ///< As MqttSession's.
  };
  /// After what the agent sends at once: snapshots of one burst are one.
  static constexpr std::chrono::milliseconds board_pause{50};
  static constexpr std::chrono::milliseconds pulse_every{5'000};
  static constexpr std::size_t most_ask_octets = 64 * 1024;

  OpsDoor(boost::asio::io_context& loop, PointNode& node, Options options);

  void start();
  /// No ask comes in any more; answers under way still go out.
  void stop_taking() { taking_ = false; }
  void stop();

  /// Something that screens show has changed.
  void changed();

  bool connected() const { return session_.connected(); }
  std::uint64_t asks() const { return asks_; }
  std::uint64_t malformed() const { return malformed_; }  ///< Too large, unreadable, or from no terminal.
  std::uint64_t busy() const { return busy_; }            ///< Answered "busy".
  std::uint64_t shut_out() const { return shut_out_; }    ///< Of revoked terminals: answered "not allowed".
  std::uint64_t unsent() const { return unsent_; }        ///< Answers that the broker did not take.
  std::uint64_t dropped() const { return session_.dropped(); }

 private:
  bus::MqttSession::Options session_options(Options& options);
  void take(const bus::Message& message);
  bool must_wait(const v1::Ask& ask) const;
  void say_board_and_pulse();
  void beat();

  PointNode& node_;
  Options options_;
  boost::asio::steady_timer board_timer_, pulse_timer_;
  bool taking_ = true, board_waits_ = false;
  std::optional<std::uint64_t> board_said_;  // Version of the snapshot that the broker has.
  std::uint64_t asks_ = 0, malformed_ = 0, busy_ = 0, shut_out_ = 0, unsent_ = 0;
  bus::MqttSession session_;  // Last: it calls us.
};

}  // namespace feldsher::edge
