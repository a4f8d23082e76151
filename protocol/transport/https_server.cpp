#include "protocol/transport/https_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <set>

#include "protocol/record/result.hpp"
#include "protocol/transport/listener.hpp"
#include "protocol/transport/tls_context.hpp"

namespace feldsher {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

// What a client may still send, unread, after it was refused: closing on unread octets would reset the
// connection and take our answer with it.
constexpr std::size_t largest_linger = 8U << 20;
constexpr std::chrono::seconds linger_time{2};

bool is_token(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != marks.npos;
  });
}

bool is_field_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < 0x20 && c != '\t') || octet == 0x7F;
  });
}

bool is_sendable(const HttpResponse& response) {
  return response.status >= 200 && response.status <= 599 && is_field_value(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(),
                     [](const auto& entry) { return is_token(entry.first) && is_field_value(entry.second); });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<HttpResponse> refusal_of(const Error& error) {
  if (error == http::error::header_limit) return problem(431, "the header is too large");
  if (error == http::error::body_limit) return problem(413, "the body is too large");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return problem(400, "not an HTTP request");
  }
  return std::nullopt;
}

}  // namespace

/// One connection: its requests, one after the other.
class HttpsSession : public std::enable_shared_from_this<HttpsSession> {
 public:
  struct Events {
    std::function<void(HttpRequest, HttpsServer::Respond)> request;
    std::function<void(const std::exception&)> fault;
    std::function<void(const std::shared_ptr<HttpsSession>&)> ended;
  };

  HttpsSession(tcp::socket socket, transport::TlsContext context, const HttpsServer::Options& options,
               Events events)
      : context_(std::move(context)),
        stream_(std::move(socket), *context_),
        answer_due_(stream_.get_executor()),
        options_(options),
        events_(std::move(events)) {}

  void start() {
    lowest().expires_after(options_.handshake);
    stream_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](const Error& error) {
      error ? self->end() : self->welcome();
    });
  }

  void drop() {
    ended_ = true;
    answer_due_.cancel();
    lowest().close();
  }

 private:
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  void welcome() {
    const SSL* handshake = stream_.native_handle();
    if (options_.takes_certificates && SSL_get0_peer_certificate(handshake) != nullptr) {
      peer_ = identity_of_peer(handshake);
      if (!peer_) return end();
    }
    read();
  }

  void end() {
    if (ended_) return;
    drop();
    if (events_.ended) events_.ended(shared_from_this());
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(options_.max_header));
    parser_->body_limit(options_.max_body);
    lowest().expires_after(options_.request);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const Error& error, std::size_t) {
                       if (self->ended_) return;
                       if (!error) return self->dispatch();
                       if (auto refusal = refusal_of(error)) return self->refuse(std::move(*refusal));
                       error == http::error::end_of_stream ? self->say_goodbye() : self->end();
                     });
  }

  void dispatch() {
    auto& message = parser_->get();
    keep_alive_ = message.keep_alive();
    is_head_ = message.method() == http::verb::head;
    if (message.version() == 11 && message.count(http::field::host) != 1)
      return refuse(problem(400, "one Host, please"));
    auto target = parse_target(message.target());
    if (!target) return refuse(problem(400, "the target of the request is malformed"));

    HttpRequest request{.method = std::string(message.method_string()),
                        .path = std::move(target->path),
                        .query = std::move(target->query),
                        .headers = {},
                        .body = std::move(message.body()),
                        .peer = peer_};
    for (const auto& field : message) {
      auto& value = request.headers[lower(field.name_string())];
      if (!value.empty()) value += ", ";
      value += field.value();
    }
    lowest().expires_never();
    wait_for_answer();
    auto respond = responder();
    try {
      events_.request(std::move(request), respond);
    } catch (const std::exception& fault) {
      if (events_.fault) events_.fault(fault);
      respond(problem(500, "something went wrong here"));
    }
  }

  void wait_for_answer() {
    ++awaited_;
    answer_due_.expires_after(options_.answer);
    answer_due_.async_wait([self = shared_from_this(), asked = awaited_](const Error& cancelled) {
      if (!cancelled) self->answer(asked, problem(503, "the answer takes too long"));
    });
  }

  // The handler's way to answer. It outlives neither loop nor need: when its last copy goes, so goes the
  // wait.
  HttpsServer::Respond responder() {
    class Answer {
     public:
      Answer(std::shared_ptr<HttpsSession> session, std::uint64_t asked)
          : session_(std::move(session)), asked_(asked) {}
      ~Answer() { give(problem(500, "nobody answered")); }
      Answer(const Answer&) = delete;
      Answer& operator=(const Answer&) = delete;
      void give(HttpResponse response) {
        if (given_.exchange(true)) return;
        asio::post(session_->stream_.get_executor(),
                   [session = session_, asked = asked_, answer = std::move(response)]() mutable {
                     session->answer(asked, std::move(answer));
                   });
      }

     private:
      std::shared_ptr<HttpsSession> session_;
      std::uint64_t asked_;
      std::atomic<bool> given_ = false;
    };
    return [answer = std::make_shared<Answer>(shared_from_this(), awaited_)](HttpResponse response) {
      answer->give(std::move(response));
    };
  }

  void answer(std::uint64_t asked, HttpResponse response) {
    if (ended_ || asked != awaited_ || answered_ == asked) return;
    answered_ = asked;
    answer_due_.cancel();
    if (!is_sendable(response)) {
      if (events_.fault) events_.fault(Fault("an answer with an impossible status or header"));
      response = problem(500, "something went wrong here");
    }
    write(std::move(response), keep_alive_);
  }

  void refuse(HttpResponse response) {
    lingers_ = true;
    write(std::move(response), false);
  }

  void write(HttpResponse response, bool keep_alive) {
    reply_ = {};
    reply_.version(11);
    reply_.result(static_cast<unsigned>(response.status));
    reply_.keep_alive(keep_alive);
    reply_.set(http::field::cache_control, "no-store");
    reply_.set(http::field::strict_transport_security, "max-age=31536000");
    reply_.set("X-Content-Type-Options", "nosniff");
    if (!response.content_type.empty()) reply_.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) reply_.set(name, value);
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body) reply_.content_length(response.body.size());
    if (has_body && !is_head_) reply_.body() = std::move(response.body);

    lowest().expires_after(options_.request);
    http::async_write(stream_, reply_,
                      [self = shared_from_this(), keep_alive](const Error& error, std::size_t) {
                        if (self->ended_) return;
                        if (error) return self->end();
                        if (keep_alive) return self->read();
                        self->lingers_ ? self->linger() : self->say_goodbye();
                      });
  }

  void say_goodbye() {
    lowest().expires_after(linger_time);
    stream_.async_shutdown([self = shared_from_this()](const Error&) { self->end(); });
  }

  void linger() {
    lowest().expires_after(linger_time);
    discard();
  }

  void discard() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(16U << 10),
                            [self = shared_from_this()](const Error& error, std::size_t size) {
                              self->lingered_ += size;
                              if (self->ended_) return;
                              error || self->lingered_ > largest_linger ? self->end() : self->discard();
                            });
  }

  transport::TlsContext context_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  asio::steady_timer answer_due_;
  HttpsServer::Options options_;
  Events events_;
  std::optional<PeerIdentity> peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> reply_;
  std::uint64_t awaited_ = 0;
  std::uint64_t answered_ = 0;
  std::size_t lingered_ = 0;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool lingers_ = false;
  bool ended_ = false;
};

class HttpsServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& loop, Options options, Handler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        context_(transport::make_tls_context(options_.tls, role())),
        listener_(std::make_shared<transport::Listener>(loop, options_.host, options_.port)) {}

  void start() {
    listener_->start([weak = weak_from_this()](tcp::socket socket) {
      if (const auto self = weak.lock()) self->welcome(std::move(socket));
    });
  }

  void reload() { context_ = transport::make_tls_context(options_.tls, role()); }

  void stop() {
    stopped_ = true;
    listener_->stop();
    for (const auto& session : std::exchange(sessions_, {})) session->drop();
  }

  std::uint16_t port() const { return listener_->port(); }
  std::size_t connections() const { return sessions_.size(); }

 private:
  transport::TlsRole role() const {
    return options_.takes_certificates ? transport::TlsRole::server_of_guests
                                       : transport::TlsRole::server_of_anybody;
  }

  void welcome(tcp::socket socket) {
    if (sessions_.size() >= options_.max_connections) return;
    HttpsSession::Events events;
    events.request = [weak = weak_from_this()](HttpRequest request, Respond respond) {
      const auto self = weak.lock();
      if (self && !self->stopped_) self->handler_(std::move(request), std::move(respond));
    };
    events.fault = options_.on_fault;
    events.ended = [weak = weak_from_this()](const std::shared_ptr<HttpsSession>& session) {
      if (const auto self = weak.lock()) self->sessions_.erase(session);
    };
    auto session = std::make_shared<HttpsSession>(std::move(socket), context_, options_, std::move(events));
    sessions_.insert(session);
    session->start();
  }

  Options options_;
  Handler handler_;
  transport::TlsContext context_;
  std::shared_ptr<transport::Listener> listener_;
  std::set<std::shared_ptr<HttpsSession>> sessions_;
  bool stopped_ = false;
};

HttpsServer::HttpsServer(boost::asio::io_context& loop, Options options, Handler handler)
    : impl_(std::make_shared<Impl>(loop, std::move(options), std::move(handler))) {
  impl_->start();
}
HttpsServer::~HttpsServer() { stop(); }
std::uint16_t HttpsServer::port() const { return impl_->port(); }
std::size_t HttpsServer::connections() const { return impl_->connections(); }
void HttpsServer::reload() { impl_->reload(); }
void HttpsServer::stop() { impl_->stop(); }

}  // namespace feldsher
