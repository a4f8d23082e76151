#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "protocol/transport/http_message.hpp"
#include "protocol/transport/tls_files.hpp"

namespace boost::asio {
class io_context;
}

namespace feldsher {

/// HTTP/1.1 over TLS 1.3 with a server certificate: the API's door.
///
/// Wrong input is answered 4xx here and never reaches the handler. Loop thread, but for `Respond`.
class HttpsServer {
 public:
  /// Answers one request, once, now or later, from any thread; repeats are ignored. If every copy of it is
  /// destroyed unused, the client gets 500.
  using Respond = std::function<void(HttpResponse)>;
  /// An exception out of it is answered 500 and told to `on_fault`.
  using Handler = std::function<void(HttpRequest, Respond)>;

  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any; see port().
    TlsFiles tls;            ///< `ca` is used for guests' certificates only.
    /// Clients may show a certificate of `tls.ca`'s authority, also one that has ended: HttpRequest::peer. A
    /// foreign one ends the connection.
    bool takes_certificates = false;
    std::size_t max_header = 16U << 10;
    std::size_t max_body = 1U << 20;
    std::chrono::milliseconds handshake{10'000};  ///< The TLS handshake.
    std::chrono::milliseconds request{
        20'000};  ///< From a request's first wait to its last octet, and for the answer's way out.
    std::chrono::milliseconds answer{60'000};  ///< How long a handler may take: then 503.
    std::size_t max_connections = 512;
    std::function<void(const std::exception& fault)> on_fault = {};
  };

  /// Binds and listens. Throws Fault.
  HttpsServer(boost::asio::io_context& loop, Options options, Handler handler);
  /// stop().
  ~HttpsServer();
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  std::uint16_t port() const;
  std::size_t connections() const;
  /// Reads the TLS files again, for connections to come. Throws Fault, and keeps the old ones.
  void reload();
  /// Stops listening and drops every connection; the handler is not called again.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace feldsher
