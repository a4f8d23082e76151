#include "protocol/transport/https_call.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

#include "protocol/crypto/pinned_authority.hpp"
#include "protocol/record/result.hpp"
#include "protocol/transport/tls_context.hpp"

namespace feldsher {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::size_t largest_answer = 1U << 20;

int verify_pinned(X509_STORE_CTX* handshake, void* authority_key) {
  return verify_against_pin(handshake, *static_cast<const Digest*>(authority_key)) ? 1 : 0;
}

transport::TlsContext context_for(const HttpsCall& wanted) {
  if (wanted.tls) return transport::make_tls_context(*wanted.tls, transport::TlsRole::client);
  ensure(wanted.authority_key.has_value(), "a call trusts somebody");
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
  context->set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_cert_verify_callback(context->native_handle(), verify_pinned,
                                   const_cast<Digest*>(&*wanted.authority_key));
  return context;
}

std::string address_of(const HttpsCall& wanted) {
  const bool is_v6 = wanted.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", wanted.host, wanted.port)
               : fmt::format("{}:{}", wanted.host, wanted.port);
}

/// One exchange, from the look-up of a name to the last octet of an answer.
class Exchange {
 public:
  explicit Exchange(const HttpsCall& wanted)
      : wanted_(wanted), context_(context_for(wanted)), stream_(loop_, *context_) {
    SSL* handshake = stream_.native_handle();
    transport::set_verify_time(handshake, wanted.verify_time_s);
    if (wanted.clock_unknown && wanted.clock_unknown()) transport::forgive_beginnings(handshake);
    transport::expect_host(handshake, wanted.host);
  }

  HttpsReply run() {
    auto found =
        await([&](auto done) { resolver_.async_resolve(wanted_.host, std::to_string(wanted_.port), done); },
              tcp::resolver::results_type(), "finding");
    await([&](auto done) { asio::async_connect(stream_.next_layer(), found, done); }, tcp::endpoint(),
          "reaching");
    await([&](auto done) { stream_.async_handshake(asio::ssl::stream_base::client, done); }, "trusting");
    auto server = identity_of_peer(stream_.native_handle());
    if (!server || server->kind != PeerKind::server)
      throw Fault(fmt::format("who answers at {} is no central of the network", address_of(wanted_)));
    const std::string request = fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: "
        "close\r\n\r\n{}",
        wanted_.target, address_of(wanted_), wanted_.content_type, wanted_.body.size(), wanted_.body);
    await([&](auto done) { asio::async_write(stream_, asio::buffer(request), done); }, std::size_t{},
          "asking");
    read_all();
    return reply(std::move(*server));
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Runs the loop until one operation is done, or all patience is gone.
  template <class Begin, class Result>
  Result await(Begin begin, Result result, const char* doing) {
    std::optional<Error> outcome;
    begin([&](const Error& error, Result value) {
      outcome = error;
      result = std::move(value);
    });
    finish(outcome, doing);
    return result;
  }
  template <class Begin>
  void await(Begin begin, const char* doing) {
    std::optional<Error> outcome;
    begin([&](const Error& error) { outcome = error; });
    finish(outcome, doing);
  }
  void finish(std::optional<Error>& outcome, const char* doing) {
    loop_.restart();
    while (!outcome && Clock::now() < until_) loop_.run_one_until(until_);
    if (outcome && !*outcome) return;
    std::string why = "it takes too long";
    if (outcome) why = transport::reason_of(*outcome, stream_.native_handle());
    // The operation's handler names what is on this frame: it must not outlive it.
    Error ignored;
    resolver_.cancel();
    stream_.next_layer().close(ignored);
    loop_.restart();
    loop_.run();
    throw Fault(fmt::format("{} central at {} failed: {}", doing, address_of(wanted_), why));
  }

  void read_all() {
    std::optional<Error> outcome;
    asio::async_read(
        stream_, asio::dynamic_buffer(heard_, largest_answer), [&](const Error& error, std::size_t) {
          // Only the other side's good-bye is an end: without it the answer may be cut.
          outcome = error == asio::error::eof ? Error{} : error ? error : Error(asio::error::message_size);
        });
    finish(outcome, "hearing");
  }

  HttpsReply reply(PeerIdentity server) const {
    const std::size_t split = heard_.find("\r\n\r\n");
    HttpsReply reply{.server = std::move(server), .status = 0, .body = {}};
    const char* digits = heard_.data() + 9;
    if (split == heard_.npos || split < 12 || !heard_.starts_with("HTTP/1.1 ") ||
        std::from_chars(digits, digits + 3, reply.status).ptr != digits + 3)
      throw Fault(fmt::format("what answers at {} is not central", address_of(wanted_)));
    reply.body = heard_.substr(split + 4);
    return reply;
  }

  const HttpsCall& wanted_;
  const Clock::time_point until_ = Clock::now() + wanted_.patience;
  asio::io_context loop_{1};
  transport::TlsContext context_;
  tcp::resolver resolver_{loop_};
  asio::ssl::stream<tcp::socket> stream_;
  std::string heard_;
};

}  // namespace

HttpsReply call(const HttpsCall& wanted) { return Exchange(wanted).run(); }

}  // namespace feldsher
