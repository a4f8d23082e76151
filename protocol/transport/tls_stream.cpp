#include "protocol/transport/tls_stream.hpp"

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace feldsher::transport {

using boost::asio::ip::tcp;
namespace beast = boost::beast;

struct TlsStream::Layers {
  beast::ssl_stream<beast::tcp_stream> tls;
};

TlsStream::TlsStream(tcp::socket socket, boost::asio::ssl::context& context)
    : layers_(new Layers{beast::ssl_stream<beast::tcp_stream>(std::move(socket), context)}) {}
TlsStream::TlsStream(TlsStream&&) noexcept = default;
TlsStream::~TlsStream() = default;

TlsStream::executor_type TlsStream::get_executor() const { return layers_->tls.get_executor(); }

SSL* TlsStream::native_handle() { return layers_->tls.native_handle(); }

void TlsStream::connect(const tcp::resolver::results_type& endpoints, Completion done) {
  auto& below = layers_->tls.next_layer();
  below.async_connect(endpoints,
                      [&below, done = std::move(done)](const Error& error, const tcp::endpoint&) mutable {
                        Error ignored;
                        if (!error) below.socket().set_option(tcp::no_delay(true), ignored);
                        done(error);
                      });
}

void TlsStream::shake_hands(boost::asio::ssl::stream_base::handshake_type type, Completion done) {
  layers_->tls.async_handshake(type, std::move(done));
}

void TlsStream::shut_down(beast::role_type role, Completion done) {
  async_teardown(role, layers_->tls, std::move(done));
}

void TlsStream::close() { layers_->tls.next_layer().close(); }

void TlsStream::read_some(Few<boost::asio::mutable_buffer> buffers, Completion done) {
  layers_->tls.async_read_some(buffers, std::move(done));
}

void TlsStream::write_some(Few<boost::asio::const_buffer> buffers, Completion done) {
  layers_->tls.async_write_some(buffers, std::move(done));
}

}  // namespace feldsher::transport
