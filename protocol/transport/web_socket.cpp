#include "protocol/transport/web_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <set>

#include "protocol/record/result.hpp"
#include "protocol/transport/listener.hpp"
#include "protocol/transport/web_socket_stream.hpp"

namespace feldsher {

using boost::asio::ip::tcp;
using transport::Listener;
using transport::TlsContext;
using transport::TlsRole;
using transport::WebSocketStream;

class WebSocketServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& loop, Options options, Handlers handlers)
      : options_(std::move(options)),
        handlers_(std::move(handlers)),
        context_(transport::make_tls_context(options_.tls, TlsRole::server_of_members)),
        listener_(std::make_shared<Listener>(loop, options_.host, options_.port)) {}

  void start() {
    listener_->start([weak = weak_from_this()](tcp::socket socket) {
      if (const auto self = weak.lock()) self->welcome(std::move(socket));
    });
  }

  void reload() { context_ = transport::make_tls_context(options_.tls, TlsRole::server_of_members); }

  void stop() {
    stopped_ = true;
    listener_->stop();
    for (const auto& stream : std::exchange(streams_, {})) stream->drop();
  }

  std::uint16_t port() const { return listener_->port(); }
  std::size_t connections() const { return streams_.size(); }

 private:
  void welcome(tcp::socket socket) {
    if (streams_.size() >= options_.max_connections) {
      if (handlers_.on_refused) handlers_.on_refused("too many connections");
      return;
    }
    auto stream = std::make_shared<WebSocketStream>(std::move(socket), context_, options_.limits, events());
    streams_.insert(stream);
    stream->serve({options_.path, options_.other_path}, options_.verify_time_s);
  }

  // What a stream tells, as long as the server is there to hear it; a callback may stop the server.
  WebSocketStream::Events events() {
    const auto heard = [weak = weak_from_this()](auto&& tell) {
      if (const auto self = weak.lock(); self && !self->stopped_) tell(*self);
    };
    WebSocketStream::Events events;
    events.admit = [weak = weak_from_this()](const PeerIdentity& peer) {
      const auto self = weak.lock();
      return self && !self->stopped_ && (!self->handlers_.admit || self->handlers_.admit(peer));
    };
    events.opened = [heard](const std::shared_ptr<WebSocketStream>& stream) {
      heard([&](Impl& self) {
        if (self.handlers_.on_open) self.handlers_.on_open(stream, stream->peer());
      });
    };
    events.message = [heard](WebSocketStream& stream, Octets message) {
      heard([&](Impl& self) {
        if (self.handlers_.on_message) self.handlers_.on_message(stream, std::move(message));
      });
    };
    events.drained = [heard](WebSocketStream& stream) {
      heard([&](Impl& self) {
        if (self.handlers_.on_drained) self.handlers_.on_drained(stream);
      });
    };
    events.ended = [heard](WebSocketStream& stream, const std::string& reason, bool was_open) {
      heard([&](Impl& self) {
        self.streams_.erase(stream.shared_from_this());
        if (was_open && self.handlers_.on_close) self.handlers_.on_close(stream, reason);
        if (!was_open && self.handlers_.on_refused) self.handlers_.on_refused(reason);
      });
    };
    return events;
  }

  Options options_;
  Handlers handlers_;
  TlsContext context_;
  std::shared_ptr<Listener> listener_;
  std::set<std::shared_ptr<WebSocketStream>> streams_;
  bool stopped_ = false;
};

WebSocketServer::WebSocketServer(boost::asio::io_context& loop, Options options, Handlers handlers)
    : impl_(std::make_shared<Impl>(loop, std::move(options), std::move(handlers))) {
  impl_->start();
}
WebSocketServer::~WebSocketServer() { stop(); }
std::uint16_t WebSocketServer::port() const { return impl_->port(); }
std::size_t WebSocketServer::connections() const { return impl_->connections(); }
void WebSocketServer::reload() { impl_->reload(); }
void WebSocketServer::stop() { impl_->stop(); }

class WebSocketClient::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& loop, Options options, Handlers handlers)
      : loop_(loop), options_(std::move(options)), handlers_(std::move(handlers)) {}

  void connect() {
    ensure(!under_way_, "one connection at a time");
    under_way_ = true;
    TlsContext context;
    try {
      context = transport::make_tls_context(options_.tls, TlsRole::client);
    } catch (const Fault& fault) {
      // Files that are just being renewed must not end a program: its caller tries again.
      boost::asio::post(loop_, [weak = weak_from_this(), reason = std::string(fault.what())] {
        if (const auto self = weak.lock()) self->ended(reason);
      });
      return;
    }
    stream_ =
        std::make_shared<WebSocketStream>(tcp::socket(loop_), std::move(context), options_.limits, events());
    stream_->connect({options_.host, options_.port, options_.path, options_.expected_peer,
                      options_.clock_unknown && options_.clock_unknown()},
                     options_.verify_time_s);
  }

  void drop() {
    dropped_ = true;
    if (stream_) stream_->drop();
  }

  bool is_open() const { return stream_ && stream_->is_open(); }
  bool send(Octets message) { return stream_ && stream_->send(std::move(message)); }
  std::size_t queued_octets() const { return stream_ ? stream_->queued_octets() : 0; }
  void close(std::string_view reason) {
    if (stream_) stream_->close(reason);
  }

 private:
  void ended(const std::string& reason) {
    if (dropped_) return;
    under_way_ = false;
    stream_.reset();
    if (handlers_.on_close) handlers_.on_close(reason);
  }

  WebSocketStream::Events events() {
    const auto heard = [weak = weak_from_this()](auto&& tell) {
      if (const auto self = weak.lock(); self && !self->dropped_) tell(*self);
    };
    WebSocketStream::Events events;
    events.opened = [heard](const std::shared_ptr<WebSocketStream>& stream) {
      heard([&](Impl& self) {
        if (self.handlers_.on_open) self.handlers_.on_open(stream->peer());
      });
    };
    events.message = [heard](WebSocketStream&, Octets message) {
      heard([&](Impl& self) {
        if (self.handlers_.on_message) self.handlers_.on_message(std::move(message));
      });
    };
    events.drained = [heard](WebSocketStream&) {
      heard([](Impl& self) {
        if (self.handlers_.on_drained) self.handlers_.on_drained();
      });
    };
    events.ended = [heard](WebSocketStream&, const std::string& reason, bool) {
      heard([&](Impl& self) { self.ended(reason); });
    };
    return events;
  }

  boost::asio::io_context& loop_;
  Options options_;
  Handlers handlers_;
  std::shared_ptr<WebSocketStream> stream_;
  bool under_way_ = false;
  bool dropped_ = false;
};

WebSocketClient::WebSocketClient(boost::asio::io_context& loop, Options options, Handlers handlers)
    : impl_(std::make_shared<Impl>(loop, std::move(options), std::move(handlers))) {}
WebSocketClient::~WebSocketClient() { impl_->drop(); }
void WebSocketClient::connect() { impl_->connect(); }
bool WebSocketClient::is_open() const { return impl_->is_open(); }
bool WebSocketClient::send(Octets message) { return impl_->send(std::move(message)); }
std::size_t WebSocketClient::queued_octets() const { return impl_->queued_octets(); }
void WebSocketClient::close(std::string_view reason) { impl_->close(reason); }

}  // namespace feldsher
