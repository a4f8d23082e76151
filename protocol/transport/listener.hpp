#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

namespace feldsher::transport {

/// Accepts TCP connections until told to stop. For the sources of this folder only.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Accepted = std::function<void(boost::asio::ip::tcp::socket)>;

  /// Binds and listens. Throws Fault.
  Listener(boost::asio::io_context& loop, const std::string& host, std::uint16_t port);
  /// Begins to accept; `accepted` is held until stop().
  void start(Accepted accepted);
  void stop();
  std::uint16_t port() const { return port_; }

 private:
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  Accepted accepted_;
  std::uint16_t port_ = 0;
};

}  // namespace feldsher::transport
