#include "protocol/transport/web_socket_stream.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

#include "protocol/record/result.hpp"

namespace feldsher::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;

// An upgrade has no body and few headers.
constexpr std::uint32_t largest_upgrade = 8U << 10;

}  // namespace

WebSocketStream::WebSocketStream(tcp::socket socket, TlsContext context, WebSocketLimits limits,
                                 Events events)
    : context_(std::move(context)),
      stream_(std::move(socket), *context_),
      deadline_(stream_.get_executor()),
      resolver_(stream_.get_executor()),
      limits_(limits),
      events_(std::move(events)) {
  stream_.binary(true);
  stream_.read_message_max(limits_.max_message);
  stream_.set_option(websocket::stream_base::timeout{limits_.handshake, limits_.idle, true});
}

// Ends the connection unless the next call comes within `time`.
void WebSocketStream::within(std::chrono::milliseconds time, const char* what) {
  deadline_.expires_after(time);
  deadline_.async_wait([self = shared_from_this(), what](const Error& cancelled) {
    // A timer that fired just before the step was done is late, not right.
    const bool due = self->deadline_.expiry() <= std::chrono::steady_clock::now();
    if (!cancelled && due) self->end(fmt::format("timed out: {}", what));
  });
}

// A completion that goes on with `next` when all is well, and ends the connection when not.
TlsStream::Completion WebSocketStream::step(const char* what, void (WebSocketStream::*next)()) {
  return TlsStream::Completion([self = shared_from_this(), what, next](const Error& error) {
    if (self->state_ == State::ended) return;
    if (error) return self->end(fmt::format("{}: {}", what, self->reason_for(error)));
    (self.get()->*next)();
  });
}

void WebSocketStream::serve(std::set<std::string> paths, const VerifyTime& verify_time_s) {
  paths_ = std::move(paths);
  set_verify_time(stream_.next_layer().native_handle(), verify_time_s);
  within(limits_.handshake, "TLS handshake");
  stream_.next_layer().shake_hands(asio::ssl::stream_base::server,
                                   step("TLS handshake", &WebSocketStream::read_upgrade));
}

void WebSocketStream::read_upgrade() {
  auto identity = identity_of_peer(stream_.next_layer().native_handle());
  if (!identity) return end("the peer's certificate names nobody of its authority's tenant");
  peer_ = std::move(*identity);
  upgrade_.emplace();
  upgrade_->header_limit(largest_upgrade);
  upgrade_->body_limit(0);
  within(limits_.handshake, "upgrade");
  http::async_read(stream_.next_layer(), buffer_, *upgrade_,
                   step("upgrade", &WebSocketStream::answer_upgrade));
}

void WebSocketStream::answer_upgrade() {
  const auto& request = upgrade_->get();
  if (!websocket::is_upgrade(request)) return refuse(http::status::bad_request);
  if (!paths_.contains(std::string(request.target()))) return refuse(http::status::not_found);
  if (events_.admit && !events_.admit(peer_)) return refuse(http::status::forbidden);
  buffer_.consume(buffer_.size());
  stream_.async_accept(request, step("upgrade", &WebSocketStream::open));
}

void WebSocketStream::refuse(http::status status) {
  refusal_ = {status, 11};
  refusal_.set(http::field::connection, "close");
  refusal_.prepare_payload();
  http::async_write(stream_.next_layer(), refusal_,
                    [self = shared_from_this(), status](const Error&, std::size_t) {
                      self->end(fmt::format("refused: {}", static_cast<unsigned>(status)));
                    });
}

void WebSocketStream::connect(const Destination& destination, const VerifyTime& verify_time_s) {
  destination_ = destination;
  SSL* handshake = stream_.next_layer().native_handle();
  set_verify_time(handshake, verify_time_s);
  if (destination.forgives_beginnings) forgive_beginnings(handshake);
  if (!destination.expected_peer.starts_with("urn:")) {
    expect_host(handshake, destination.expected_peer.empty() ? destination.host : destination.expected_peer);
  }
  within(limits_.handshake, "connecting");
  Error not_an_address;
  const auto address = asio::ip::make_address(destination.host, not_an_address);
  if (!not_an_address) {
    return connect_to(tcp::resolver::results_type::create(tcp::endpoint(address, destination.port), "", ""));
  }
  resolver_.async_resolve(
      destination.host, std::to_string(destination.port),
      [self = shared_from_this()](const Error& error, const tcp::resolver::results_type& found) {
        if (self->state_ == State::ended) return;
        if (error) return self->end("resolving: " + error.message());
        self->connect_to(found);
      });
}

void WebSocketStream::connect_to(const tcp::resolver::results_type& endpoints) {
  stream_.next_layer().connect(endpoints, step("connecting", &WebSocketStream::shake_hands_as_client));
}

void WebSocketStream::shake_hands_as_client() {
  within(limits_.handshake, "TLS handshake");
  stream_.next_layer().shake_hands(asio::ssl::stream_base::client,
                                   step("TLS handshake", &WebSocketStream::upgrade_as_client));
}

void WebSocketStream::upgrade_as_client() {
  auto identity = identity_of_peer(stream_.next_layer().native_handle());
  if (!identity) return end("the server's certificate names nobody of its authority's tenant");
  const bool by_urn = destination_.expected_peer.starts_with("urn:");
  if (by_urn ? identity->to_urn() != destination_.expected_peer : identity->kind != PeerKind::server) {
    return end("the server is somebody else: " + identity->to_urn());
  }
  peer_ = std::move(*identity);
  within(limits_.handshake, "upgrade");
  const auto done = [self = shared_from_this()](const Error& error) {
    if (self->state_ == State::ended) return;
    if (error == websocket::error::upgrade_declined) {
      return self->end(fmt::format("upgrade: refused with {}", self->answer_.result_int()));
    }
    if (error) return self->end("upgrade: " + self->reason_for(error));
    self->open();
  };
  const bool is_v6 = destination_.host.find(':') != std::string::npos;
  const auto host = is_v6 ? fmt::format("[{}]:{}", destination_.host, destination_.port)
                          : fmt::format("{}:{}", destination_.host, destination_.port);
  stream_.async_handshake(answer_, host, destination_.path, done);
}

void WebSocketStream::open() {
  deadline_.expires_at(std::chrono::steady_clock::time_point::max());
  upgrade_.reset();
  state_ = State::open;
  if (events_.opened) events_.opened(shared_from_this());
  if (state_ == State::open) read();
}

void WebSocketStream::read() {
  stream_.async_read(buffer_, [self = shared_from_this()](const Error& error, std::size_t) {
    if (self->state_ == State::ended) return;
    if (error) return self->end(self->reason_for(error));
    if (self->state_ != State::open) return;
    if (self->stream_.got_text()) {
      self->goodbye_code_ = websocket::close_code::unknown_data;
      return self->close("binary messages only");
    }
    Octets message = beast::buffers_to_string(self->buffer_.data());
    self->buffer_.consume(self->buffer_.size());
    if (self->events_.message) self->events_.message(*self, std::move(message));
    if (self->state_ == State::open) self->read();
  });
}

bool WebSocketStream::send(Octets message) {
  if (state_ != State::open || message.size() > limits_.max_queued - queued_octets_) return false;
  queued_octets_ += message.size();
  queue_.push_back(std::move(message));
  if (!writing_) write();
  return true;
}

void WebSocketStream::write() {
  writing_ = true;
  stream_.async_write(asio::buffer(queue_.front()),
                      [self = shared_from_this()](const Error& error, std::size_t) {
                        self->writing_ = false;
                        if (self->state_ == State::ended) return;
                        if (error) return self->end(self->reason_for(error));
                        self->queued_octets_ -= self->queue_.front().size();
                        self->queue_.pop_front();
                        if (!self->queue_.empty()) return self->write();
                        if (self->state_ == State::closing) return self->say_goodbye();
                        if (self->events_.drained) self->events_.drained(*self);
                      });
}

void WebSocketStream::close(std::string_view reason) {
  if (state_ == State::ended || state_ == State::closing) return;
  const bool was_open = state_ == State::open;
  state_ = was_open ? State::closing : State::opening;
  goodbye_ = fmt::format("closed here: {}", reason);
  if (!was_open) {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->end(self->goodbye_); });
    return;
  }
  within(limits_.handshake, "closing");
  if (!writing_) say_goodbye();
}

void WebSocketStream::say_goodbye() {
  if (said_goodbye_) return;
  said_goodbye_ = true;
  websocket::close_reason reason(goodbye_code_);
  // RFC 6455 §5.5: a control frame's payload has at most 125 octets, two of which are the code.
  reason.reason = goodbye_.substr(0, 120);
  stream_.async_close(reason, [self = shared_from_this()](const Error&) { self->end(self->goodbye_); });
}

void WebSocketStream::shut() {
  state_ = State::ended;
  deadline_.cancel();
  resolver_.cancel();
  stream_.next_layer().close();
  queued_octets_ = 0;
}

void WebSocketStream::drop() {
  if (state_ != State::ended) shut();
}

void WebSocketStream::end(const std::string& reason) {
  if (state_ == State::ended) return;
  const bool was_open = state_ == State::open || state_ == State::closing;
  shut();
  if (events_.ended) events_.ended(*this, reason, was_open);
}

std::string WebSocketStream::reason_for(const Error& error) {
  if (error == websocket::error::closed) {
    const auto& told = stream_.reason();
    return fmt::format("closed by the peer ({}): {}", static_cast<unsigned>(told.code),
                       std::string_view(told.reason.data(), told.reason.size()));
  }
  if (error == beast::error::timeout) return "timed out: nothing heard from the peer";
  return reason_of(error, stream_.next_layer().native_handle());
}

}  // namespace feldsher::transport
