#pragma once
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <type_traits>
#include <utility>

#include "protocol/transport/tls_context.hpp"

namespace feldsher::transport {

/// A TLS connection with one type for each of its completions. What Beast builds above it is compiled once,
/// and not anew for every layer below it: that halves the time of the file that does. Beast's AsyncStream,
/// for this folder only.
class TlsStream {
 public:
  using executor_type = boost::asio::any_io_executor;
  using Error = boost::system::error_code;

  /// Any move-only handler of (error, octets).
  class Completion {
   public:
    template <class Handler>
    requires(!std::is_same_v<std::decay_t<Handler>, Completion>) explicit Completion(Handler&& handler)
        : handler_(std::make_unique<Of<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}
    void operator()(const Error& error, std::size_t octets = 0) { handler_->complete(error, octets); }

   private:
    struct Any {
      virtual ~Any() = default;
      virtual void complete(const Error& error, std::size_t octets) = 0;
    };
    template <class Handler>
    struct Of final : Any {
      explicit Of(Handler&& given) : handler(std::move(given)) {}
      explicit Of(const Handler& given) : handler(given) {}
      void complete(const Error& error, std::size_t octets) override {
        if constexpr (std::is_invocable_v<Handler&, Error, std::size_t>) {
          handler(error, octets);
        } else {
          handler(error);
        }
      }
      Handler handler;
    };
    std::unique_ptr<Any> handler_;
  };

  TlsStream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);
  TlsStream(TlsStream&&) noexcept;
  ~TlsStream();

  executor_type get_executor() const;
  SSL* native_handle();

  void connect(const boost::asio::ip::tcp::resolver::results_type& endpoints, Completion done);
  void shake_hands(boost::asio::ssl::stream_base::handshake_type type, Completion done);
  /// Says goodbye and closes.
  void shut_down(boost::beast::role_type role, Completion done);
  void close();

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    read_some(Few<boost::asio::mutable_buffer>(buffers), Completion(std::forward<Handler>(handler)));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    write_some(Few<boost::asio::const_buffer>(buffers), Completion(std::forward<Handler>(handler)));
  }

 private:
  /// The first buffers of a sequence: whoever reads or writes `some` may leave the others for the next time.
  template <class Buffer>
  class Few {
   public:
    template <class Buffers>
    explicit Few(const Buffers& buffers) {
      const auto last = boost::asio::buffer_sequence_end(buffers);
      for (auto next = boost::asio::buffer_sequence_begin(buffers); next != last && count_ < few_.size();
           ++next) {
        if (Buffer buffer = *next; buffer.size() > 0) few_[count_++] = buffer;
      }
    }
    const Buffer* begin() const { return few_.data(); }
    const Buffer* end() const { return few_.data() + count_; }

    using value_type = Buffer;
    using const_iterator = const Buffer*;

   private:
    std::array<Buffer, 8> few_{};
    std::size_t count_ = 0;
  };

  void read_some(Few<boost::asio::mutable_buffer> buffers, Completion done);
  void write_some(Few<boost::asio::const_buffer> buffers, Completion done);

  struct Layers;
  std::unique_ptr<Layers> layers_;
};

/// How Beast ends what is below a WebSocket: found by their names.
template <class Handler>
void async_teardown(boost::beast::role_type role, TlsStream& stream, Handler&& handler) {
  stream.shut_down(role, TlsStream::Completion(std::forward<Handler>(handler)));
}
inline void beast_close_socket(TlsStream& stream) { stream.close(); }

}  // namespace feldsher::transport
