#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/flood/mqtt_wire.hpp"

namespace feldsher::bench {

/// One connection of a gateway to the broker: mutual TLS, MQTT 3.1.1, QoS 1 out, QoS 0 in.
///
/// Not Paho: it takes a lock, two allocations and a TLS record a message, so that on a machine of two cores
/// the flood would be what is measured. Here all that is to be sent goes out in one write.
/// Loop thread only; does not reconnect: a lost connection spoils a measurement.
class Connection {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string client_id;
    std::vector<std::string> filters;  ///< Subscribed at QoS 0.
    std::function<void(OctetsView topic, OctetsView payload)> on_message;
    std::function<void()> on_read;  ///< After each batch of packets.
  };

  Connection(boost::asio::io_context& loop, boost::asio::ssl::context& tls, Options options);

  /// Connects and subscribes; returns when the broker has granted both. Throws Fault.
  void open();
  /// Begins to read.
  void start() { read(); }
  void publish(std::string_view topic, OctetsView payload);
  /// Sends what was published, unless a write is under way: that one's end sends it.
  void flush();

  std::size_t unsent() const { return next_.size() + under_way_.size(); }
  std::uint64_t acknowledged() const { return acknowledged_; }  ///< PUBACKs.

 private:
  void read();
  void take_packets();
  Packet wait_for(PacketType type, Octets& unread);
  [[noreturn]] void lost(const std::string& why) const;

  Options options_;
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  std::vector<char> buffer_;
  Octets unread_;
  Octets next_, under_way_;
  std::uint16_t packet_id_ = 1;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace feldsher::bench
