#include "tests/bench/flood/mqtt_wire.hpp"

#include "protocol/record/result.hpp"

namespace feldsher::bench {
namespace {

void append_number(Octets& out, std::size_t number) {  // Two octets, big endian (1.5.2).
  out += static_cast<char>(number >> 8 & 0xff);
  out += static_cast<char>(number & 0xff);
}

void append_text(Octets& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

void append_length(Octets& out, std::size_t length) {  // 2.2.3
  ensure(length < 1U << 21, "a packet of a flood is small");
  for (; length > 127; length >>= 7) out += static_cast<char>((length & 127) | 128);
  out += static_cast<char>(length);
}

Octets packet(char head, const Octets& body) {
  Octets out(1, head);
  append_length(out, body.size());
  return out + body;
}

std::size_t number_at(OctetsView octets, std::size_t at) {
  return std::size_t{static_cast<unsigned char>(octets[at])} << 8 |
         static_cast<unsigned char>(octets[at + 1]);
}

}  // namespace

Octets connect_packet(std::string_view client_id, std::uint16_t keep_alive_s) {
  Octets body;
  append_text(body, "MQTT");
  body += '\x04';  // Protocol level: 3.1.1.
  body += '\x02';  // Clean session.
  append_number(body, keep_alive_s);
  append_text(body, client_id);
  return packet('\x10', body);
}

Octets subscribe_packet(std::uint16_t packet_id, const std::vector<std::string>& filters) {
  Octets body;
  append_number(body, packet_id);
  for (const auto& filter : filters) {
    append_text(body, filter);
    body += '\0';
  }
  return packet('\x82', body);
}

void append_publish(Octets& out, std::string_view topic, OctetsView payload, std::uint16_t packet_id) {
  out += '\x32';
  append_length(out, 2 + topic.size() + 2 + payload.size());
  append_text(out, topic);
  append_number(out, packet_id);
  out += payload;
}

std::optional<Packet> take_packet(OctetsView& unread) {
  std::size_t length = 0, at = 1;
  for (int shift = 0;; shift += 7, ++at) {
    if (at >= unread.size()) return std::nullopt;
    if (shift > 21) throw Fault("the broker sent what is no MQTT packet");
    const auto octet = static_cast<unsigned char>(unread[at]);
    length |= std::size_t{octet & 127U} << shift;
    if (octet < 128) break;
  }
  ++at;
  if (unread.size() - at < length) return std::nullopt;
  const auto head = static_cast<unsigned char>(unread.front());
  const Packet packet{static_cast<PacketType>(head >> 4), static_cast<std::uint8_t>(head & 15),
                      unread.substr(at, length)};
  unread.remove_prefix(at + length);
  return packet;
}

std::optional<std::pair<OctetsView, OctetsView>> published(const Packet& packet) {
  if (packet.type != PacketType::publish || (packet.flags & 6) != 0 || packet.body.size() < 2)
    return std::nullopt;
  const std::size_t topic = number_at(packet.body, 0);
  if (packet.body.size() - 2 < topic) return std::nullopt;
  return std::pair(packet.body.substr(2, topic), packet.body.substr(2 + topic));
}

}  // namespace feldsher::bench
