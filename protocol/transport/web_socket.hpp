#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/crypto/peer_identity.hpp"
#include "protocol/record/octets.hpp"
#include "protocol/transport/tls_files.hpp"

namespace boost::asio {
class io_context;
}

namespace feldsher {

/// What both ends of a WebSocket bound.
struct WebSocketLimits {
  std::size_t max_message = 4U << 20;           ///< A larger one from the peer closes with 1009.
  std::size_t max_queued = 16U << 20;           ///< Octets waiting to be sent; send() refuses beyond it.
  std::chrono::milliseconds handshake{10'000};  ///< Each of TCP, TLS and upgrade; also the farewell.
  std::chrono::milliseconds idle{60'000};  ///< Silence after which the peer is gone; half-way there, a ping.
};

/// One open WebSocket of binary messages. Loop thread only.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Queues a message. False, and nothing queued, when the connection is closing or the queue is full:
  /// wait for on_drained.
  virtual bool send(Octets message) = 0;
  /// Octets of messages not yet handed to the kernel.
  virtual std::size_t queued_octets() const = 0;
  /// Says good-bye after what is queued, at most `handshake` long; on_close follows. Repeats are harmless.
  virtual void close(std::string_view reason) = 0;
  virtual const PeerIdentity& peer() const = 0;
};

/// Listens for WebSockets over TLS 1.3 whose clients show a certificate of the trusted CA.
///
/// Callbacks run on the loop thread, on_close exactly once for each on_open. An exception out of one leaves
/// io_context::run.
class WebSocketServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";  ///< An address to bind.
    std::uint16_t port = 0;          ///< 0: any; see port().
    std::string path = "/sync";      ///< Any other target is answered 404 …
    std::string other_path = {};     ///< … but this one, if any: who comes is told by the certificate.
    TlsFiles tls;
    VerifyTime verify_time_s = {};
    WebSocketLimits limits = {};
    std::size_t max_connections = 1024;  ///< Handshakes included; more are closed at once.
  };
  struct Handlers {
    /// May this verified peer come in (kind, revocation)? Unset: yes. A refused one gets 403.
    std::function<bool(const PeerIdentity&)> admit = {};
    std::function<void(const std::shared_ptr<Connection>&, const PeerIdentity&)> on_open = {};
    std::function<void(Connection&, Octets)> on_message = {};
    /// The queue has run empty.
    std::function<void(Connection&)> on_drained = {};
    std::function<void(Connection&, const std::string& reason)> on_close = {};
    /// A connection ended before it was open: foreign certificate, garbage, time-out. For counters and logs.
    std::function<void(const std::string& reason)> on_refused = {};
  };

  /// Binds and listens. Throws Fault when it can't, or when the TLS files are unusable.
  WebSocketServer(boost::asio::io_context& loop, Options options, Handlers handlers);
  /// stop().
  ~WebSocketServer();
  WebSocketServer(const WebSocketServer&) = delete;
  WebSocketServer& operator=(const WebSocketServer&) = delete;

  std::uint16_t port() const;
  std::size_t connections() const;
  /// Reads the TLS files again, for connections to come. Throws Fault, and keeps the old ones.
  void reload();
  /// Stops listening and drops every connection; no callback comes after it.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// One WebSocket to a server, with a client certificate. Reconnecting is the caller's: connect() again.
class WebSocketClient {
 public:
  struct Options {
    std::string host;
    std::uint16_t port = 0;
    std::string path = "/sync";
    /// Whom to find there: a DNS name or address in the server's SAN, or a whole `urn:feldsher:…`. Empty:
    /// `host`.
    std::string expected_peer = {};
    TlsFiles tls;
    VerifyTime verify_time_s = {};
    ClockUnknown clock_unknown = {};
    WebSocketLimits limits = {};
  };
  struct Handlers {
    std::function<void(const PeerIdentity& server)> on_open = {};
    std::function<void(Octets)> on_message = {};
    std::function<void()> on_drained = {};
    /// Exactly once for each connect(), also when it never opened. Never from inside connect(), send() or
    /// close().
    std::function<void(const std::string& reason)> on_close = {};
  };

  WebSocketClient(boost::asio::io_context& loop, Options options, Handlers handlers);
  /// Drops the connection; no callback comes after it.
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  /// Begins to connect (the TLS files are read each time). Only when none is under way (ensure).
  void connect();
  bool is_open() const;
  bool send(Octets message);
  std::size_t queued_octets() const;
  void close(std::string_view reason = "");

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace feldsher
