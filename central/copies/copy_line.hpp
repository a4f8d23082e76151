#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>

#include "central/standby/follower.hpp"
#include "protocol/transport/web_socket.hpp"

namespace feldsher::central {

/// Where a central listens: "central.example:8443".
struct CentralAddress {
  std::string host;
  std::uint16_t port = 0;

  /// From that text, or `wss://central.example:8443`; nothing when it is none.
  static std::optional<CentralAddress> from(std::string_view text);
  std::string to_text() const { return host + ":" + std::to_string(port); }
};

/// The line of a copy to the central (or standby) that it copies: keeps a WebSocket open and feeds the
/// Follower from it. When it ends the next try follows after a pause that doubles to ten seconds. Loop
/// thread.
class CopyLine final : private StandbyWire {
 public:
  struct Options {
    CentralAddress address;
    TenantId tenant;  ///< The peer's certificate must be this tenant's.
    NodeId central;   ///< Whose journal is copied.
    Uuid id;          ///< Ours, as our certificate says it.
    TlsFiles tls;
  };
  /// The line came up, or why there is none: once for each change.
  using OnChange = std::function<void(bool up, const std::string& why)>;

  CopyLine(boost::asio::io_context& loop, Options options, Follower& follower, std::function<Instant()> now,
           OnChange on_change);
  /// stop().
  ~CopyLine() override;

  void start();
  /// Hangs up and tries no more. No callback comes after it.
  void stop();

 private:
  void send(const v1::StandbyFrame& frame) override;
  void close(const std::string& why) override;
  void opened(const PeerIdentity& server);
  void received(const Octets& message);
  void ended(const std::string& reason);
  void tick();
  void tell(bool up, const std::string& why);

  boost::asio::io_context& loop_;
  Options options_;
  Follower& follower_;
  std::function<Instant()> now_;
  OnChange on_change_;
  boost::asio::steady_timer retry_, ticker_;
  std::optional<WebSocketClient> socket_;
  std::chrono::milliseconds pause_{500};
  bool running_ = false, attached_ = false, up_ = false;
  std::string why_ = "not tried yet", why_ending_;
};

}  // namespace feldsher::central
