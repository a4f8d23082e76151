#include "protocol/transport/listener.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "protocol/record/result.hpp"

namespace feldsher::transport {

using boost::asio::ip::tcp;
using boost::system::error_code;

Listener::Listener(boost::asio::io_context& loop, const std::string& host, std::uint16_t port)
    : acceptor_(loop), pause_(loop) {
  error_code error;
  const auto fail_on = [&](const char* what) {
    if (error) throw Fault(fmt::format("cannot {} {} port {}: {}", what, host, port, error.message()));
  };
  const auto address = boost::asio::ip::make_address(host, error);
  fail_on("read the address");
  const tcp::endpoint endpoint(address, port);
  acceptor_.open(endpoint.protocol(), error);
  fail_on("open");
  acceptor_.set_option(boost::asio::socket_base::reuse_address(true), error);
  fail_on("set up");
  acceptor_.bind(endpoint, error);
  fail_on("bind");
  acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  fail_on("listen on");
  port_ = acceptor_.local_endpoint().port();
}

void Listener::start(Accepted accepted) {
  accepted_ = std::move(accepted);
  accept();
}

void Listener::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  accepted_ = nullptr;
}

void Listener::accept() {
  acceptor_.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (!self->acceptor_.is_open() || !self->accepted_) return;
    if (error) {
      // Out of descriptors: the connections that end will give some back; asking at once would spin.
      self->pause_.expires_after(std::chrono::milliseconds(100));
      self->pause_.async_wait([self](const error_code& cancelled) {
        if (!cancelled && self->acceptor_.is_open()) self->accept();
      });
      return;
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    self->accepted_(std::move(socket));
    if (self->acceptor_.is_open()) self->accept();
  });
}

}  // namespace feldsher::transport
