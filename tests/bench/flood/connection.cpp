#include "tests/bench/flood/connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "protocol/record/result.hpp"

namespace feldsher::bench {
namespace {

constexpr std::size_t buffer_octets = 64 * 1024;
constexpr std::uint16_t keep_alive_s = 60;

}  // namespace

Connection::Connection(boost::asio::io_context& loop, boost::asio::ssl::context& tls, Options options)
    : options_(std::move(options)), stream_(loop, tls), buffer_(buffer_octets) {}

void Connection::open() {
  boost::system::error_code error;
  stream_.next_layer().connect({boost::asio::ip::make_address(options_.host), options_.port}, error);
  if (error) lost(error.message());
  stream_.next_layer().set_option(boost::asio::ip::tcp::no_delay(true));
  stream_.handshake(boost::asio::ssl::stream_base::client, error);
  if (error) lost(error.message());

  boost::asio::write(stream_, boost::asio::buffer(connect_packet(options_.client_id, keep_alive_s)), error);
  if (error) lost(error.message());
  Octets unread;
  if (const auto packet = wait_for(PacketType::connack, unread);
      packet.body.size() != 2 || packet.body[1] != 0)
    lost("the broker refused it");
  if (options_.filters.empty()) return;
  boost::asio::write(stream_, boost::asio::buffer(subscribe_packet(packet_id_++, options_.filters)), error);
  if (error) lost(error.message());
  if (wait_for(PacketType::suback, unread).body.find('\x80', 2) != OctetsView::npos)
    lost("the broker refused a subscription");
}

Packet Connection::wait_for(PacketType type, Octets& unread) {
  // Nothing else can come before a CONNACK, and nobody publishes to us before the SUBACK is there.
  unread.clear();
  for (;;) {
    OctetsView view = unread;
    if (const auto packet = take_packet(view)) {
      if (packet->type != type || !view.empty()) lost("the broker said something else");
      return *packet;
    }
    boost::system::error_code error;
    const auto count = stream_.read_some(boost::asio::buffer(buffer_), error);
    if (error) lost(error.message());
    unread.append(buffer_.data(), count);
  }
}

void Connection::publish(std::string_view topic, OctetsView payload) {
  append_publish(next_, topic, payload, packet_id_);
  packet_id_ = packet_id_ == 0xffff ? 1 : static_cast<std::uint16_t>(packet_id_ + 1);
}

void Connection::flush() {
  if (next_.empty() || !under_way_.empty()) return;
  under_way_.swap(next_);
  boost::asio::async_write(stream_, boost::asio::buffer(under_way_),
                           [this](const boost::system::error_code& error, std::size_t) {
                             if (error) lost(error.message());
                             under_way_.clear();
                             flush();
                           });
}

void Connection::read() {
  stream_.async_read_some(boost::asio::buffer(buffer_),
                          [this](const boost::system::error_code& error, std::size_t count) {
                            if (error) lost(error.message());
                            unread_.append(buffer_.data(), count);
                            take_packets();
                            options_.on_read();
                            read();
                          });
}

void Connection::take_packets() {
  OctetsView view = unread_;
  while (const auto packet = take_packet(view)) {
    if (packet->type == PacketType::puback) {
      ++acknowledged_;
    } else if (const auto message = published(*packet)) {
      options_.on_message(message->first, message->second);
    }
  }
  unread_.erase(0, unread_.size() - view.size());
}

void Connection::lost(const std::string& why) const {
  throw Fault("connection " + options_.client_id + ": " + why);
}

}  // namespace feldsher::bench
