#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/record/octets.hpp"

namespace feldsher::bench {

/// The packets of MQTT 3.1.1 (OASIS, 29 October 2014) that a device sends and hears, and no more.
enum class PacketType : std::uint8_t { connack = 2, publish = 3, puback = 4, suback = 9 };

struct Packet {
  PacketType type{};
  std::uint8_t flags = 0;
  OctetsView body;  ///< Without the fixed header; lies in what was given to `take_packet`.
};

Octets connect_packet(std::string_view client_id, std::uint16_t keep_alive_s);
/// Asks for all `filters` at QoS 0.
Octets subscribe_packet(std::uint16_t packet_id, const std::vector<std::string>& filters);
/// QoS 1. At most 127 kB.
void append_publish(Octets& out, std::string_view topic, OctetsView payload, std::uint16_t packet_id);

/// The first whole packet of `unread`, which then begins behind it; nothing when it has not come whole.
std::optional<Packet> take_packet(OctetsView& unread);
/// Topic and payload of a PUBLISH at QoS 0; nothing for another one.
std::optional<std::pair<OctetsView, OctetsView>> published(const Packet& packet);

}  // namespace feldsher::bench
