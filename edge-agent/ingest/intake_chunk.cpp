#include "edge-agent/ingest/intake_chunk.hpp"

#include <utility>

#include "protocol/readings/reading.hpp"

namespace feldsher::ingest {
namespace {

constexpr char form = 1;
constexpr std::size_t head_octets = 16 + 8 + 8 + 8 + 4;

void append_number(Octets& out, std::uint64_t number, int octets) {
  for (int i = 0; i < octets; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

std::uint64_t number_at(OctetsView octets, std::size_t at, int count) {
  std::uint64_t number = 0;
  for (int i = count - 1; i >= 0; --i) {
    number = number << 8 | static_cast<unsigned char>(octets[at + static_cast<std::size_t>(i)]);
  }
  return number;
}

}  // namespace

void ChunkWriter::add(const IntakeMessage& message) {
  if (octets_.empty()) octets_ += form;
  const auto& id = message.device.uuid.octets;
  octets_.append(reinterpret_cast<const char*>(id.data()), id.size());
  append_number(octets_, message.epoch.value, 8);
  append_number(octets_, message.seq, 8);
  append_number(octets_, static_cast<std::uint64_t>(message.received_ms), 8);
  append_number(octets_, message.octets.size(), 4);
  octets_ += message.octets;
}

Octets ChunkWriter::take() { return std::exchange(octets_, {}); }

boost::system::result<std::vector<IntakeMessage>, ChunkError> decode_chunk(OctetsView octets) {
  if (octets.empty() || octets.front() != form) return ChunkError::wrong_form;
  std::vector<IntakeMessage> messages;
  for (std::size_t at = 1; at < octets.size();) {
    if (octets.size() - at < head_octets) return ChunkError::cut_short;
    IntakeMessage message;
    message.device = *DeviceId::from_octets(octets.substr(at, 16));
    message.epoch.value = number_at(octets, at + 16, 8);
    message.seq = number_at(octets, at + 24, 8);
    message.received_ms = static_cast<std::int64_t>(number_at(octets, at + 32, 8));
    const auto size = number_at(octets, at + 40, 4);
    at += head_octets;
    if (message.seq == 0 || message.seq > readings::last_seq || size > readings::most_pack_octets) {
      return ChunkError::wrong_message;
    }
    if (octets.size() - at < size) return ChunkError::cut_short;
    message.octets = octets.substr(at, size);
    at += size;
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace feldsher::ingest
