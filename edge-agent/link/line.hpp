#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "protocol/sync/point_link.hpp"
#include "protocol/transport/web_socket.hpp"

namespace feldsher::edge {

/// The line to central: keeps a WebSocket open and feeds the sync machine from it.
///
/// A missing network is a state here, never a fault: when a connection ends, or does not come about, the
/// next try follows after a pause that doubles from `first_pause` to `last_pause`, with jitter, so that
/// the points of a network do not all come back in one moment. A frame that is not one, a peer that is
/// not this tenant's central, or another signing key than the enrolled one end the connection.
///
/// As long as nobody has said what time it is (`socket.clock_unknown`) central's certificate may begin later
/// than our clock says. Once somebody has, it is judged, and where it does not stand the connection ends.
///
/// Loop thread only.
class Line final : private sync::Wire {
 public:
  struct Options {
    WebSocketClient::Options socket;
    TenantId tenant;  ///< Central's certificate must be this tenant's.
    /// Raw Ed25519 key of central, from enrolment: it signs, or one that it handed over to. Unset: any.
    std::optional<Octets> central_head_key;
    std::chrono::milliseconds first_pause{500};
    std::chrono::milliseconds last_pause{30'000};
  };
  /// Called once per change: the line came up, went down, or stays down for another reason.
  using OnChange = std::function<void(bool up, const std::string& why)>;

  Line(boost::asio::io_context& loop, Options options, sync::PointLink& link, std::function<Instant()> now,
       Random& random, OnChange on_change);
  /// stop().
  ~Line() override;

  void start();
  /// Hangs up and tries no more. No callback comes after it.
  void stop();
  /// Often: looks whether the time is known by now.
  void tick() { judge_central(); }

  bool is_up() const { return up_; }
  /// Why there is no line; empty while there is one.
  const std::string& why_down() const { return why_down_; }
  std::uint64_t tries() const { return tries_; }
  std::uint64_t malformed() const { return malformed_; }  ///< Frames that were none.
  std::uint64_t unsent() const {
    return unsent_;
  }  ///< Frames that the queue had no room for; they are sent again.

 private:
  void send(const v1::Frame& frame) override;
  void close(const std::string& why) override;

  void connect();
  void opened(const PeerIdentity& server);
  /// Of a certificate whose beginning was forgiven, when the time is known.
  void judge_central();
  void received(const Octets& message);
  bool is_centrals_key(const v1::Welcome& welcome) const;
  void ended(const std::string& reason);
  void end(const std::string& why);
  void try_again_later();

  boost::asio::io_context& loop_;
  Options options_;
  sync::PointLink& link_;
  std::function<Instant()> now_;
  Random& random_;
  OnChange on_change_;
  boost::asio::steady_timer timer_;
  std::optional<WebSocketClient> socket_;
  std::chrono::milliseconds pause_;
  bool running_ = false, attached_ = false, up_ = false;
  bool clock_unknown_ = false;         // When this connection began.
  std::optional<ValidTime> unjudged_;  // Central's certificate, where its beginning was forgiven.
  std::string why_ending_;             // Ours, when it is we who end the connection.
  std::string why_down_ = "not tried yet";
  std::uint64_t tries_ = 0, malformed_ = 0, unsent_ = 0;
};

}  // namespace feldsher::edge
