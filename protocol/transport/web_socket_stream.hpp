#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "protocol/transport/tls_stream.hpp"
#include "protocol/transport/web_socket.hpp"

namespace feldsher::transport {

/// One WebSocket from its TCP connection to its end, either end of it. For web_socket.cpp only: whoever
/// includes this pays for Beast.
class WebSocketStream final : public Connection, public std::enable_shared_from_this<WebSocketStream> {
 public:
  struct Events {
    std::function<bool(const PeerIdentity&)> admit;
    std::function<void(const std::shared_ptr<WebSocketStream>&)> opened;
    std::function<void(WebSocketStream&, Octets)> message;
    std::function<void(WebSocketStream&)> drained;
    std::function<void(WebSocketStream&, const std::string& reason, bool was_open)> ended;
  };
  /// Where a client goes.
  struct Destination {
    std::string host;
    std::uint16_t port = 0;
    std::string path;
    std::string expected_peer;
    bool forgives_beginnings = false;
  };

  WebSocketStream(boost::asio::ip::tcp::socket socket, TlsContext context, WebSocketLimits limits,
                  Events events);

  /// Takes whoever asks for one of `paths`.
  void serve(std::set<std::string> paths, const VerifyTime& verify_time_s);
  void connect(const Destination& destination, const VerifyTime& verify_time_s);
  /// Ends at once, without a word to anybody: neither peer nor `ended`.
  void drop();

  bool is_open() const { return state_ == State::open; }
  bool send(Octets message) override;
  std::size_t queued_octets() const override { return queued_octets_; }
  void close(std::string_view reason) override;
  const PeerIdentity& peer() const override { return peer_; }

 private:
  enum class State { opening, open, closing, ended };
  using Error = boost::system::error_code;

  void within(std::chrono::milliseconds time, const char* what);
  TlsStream::Completion step(const char* what, void (WebSocketStream::*next)());
  void connect_to(const boost::asio::ip::tcp::resolver::results_type& endpoints);
  void shake_hands_as_client();
  void upgrade_as_client();
  void read_upgrade();
  void answer_upgrade();
  void refuse(boost::beast::http::status status);
  void open();
  void read();
  void write();
  void say_goodbye();
  void shut();
  void end(const std::string& reason);
  std::string reason_for(const Error& error);

  TlsContext context_;
  boost::beast::websocket::stream<TlsStream> stream_;
  boost::asio::steady_timer deadline_;
  boost::asio::ip::tcp::resolver resolver_;
  WebSocketLimits limits_;
  Events events_;
  Destination destination_;
  std::set<std::string> paths_;
  PeerIdentity peer_;
  State state_ = State::opening;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> upgrade_;
  boost::beast::http::response<boost::beast::http::empty_body> refusal_;
  boost::beast::websocket::response_type answer_;
  std::deque<Octets> queue_;
  std::size_t queued_octets_ = 0;
  bool writing_ = false;
  bool said_goodbye_ = false;
  boost::beast::websocket::close_code goodbye_code_ = boost::beast::websocket::close_code::normal;
  std::string goodbye_;
};

}  // namespace feldsher::transport
