#pragma once
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include "edge-agent/ingest/intake.hpp"
#include "protocol/readings/block.hpp"
#include "protocol/readings/pack_text.hpp"

namespace feldsher::test {

/// A message of a device as our wearables write it.
inline Octets pulse_message(DeviceId device, Epoch epoch, std::uint64_t seq, std::int64_t rate = 70) {
  readings::NumberedPack pack{device, epoch, seq, {}};
  const auto time_ms = 1'795'000'000'000 + static_cast<std::int64_t>(seq) * 1000;
  pack.readings.push_back({"8867-4", "/min", time_ms, readings::Decimal{rate, 0}, 0});
  return write_pack(pack);
}

inline DeviceId device_number(std::uint8_t n) {
  DeviceId id{*Uuid::from_text("0190c0de-0000-7000-8000-000000000000")};
  id.uuid.octets[15] = n;
  return id;
}

/// A point's store and agent, of which the agent can die: what is in `rows` and `blocks` is on the disk.
class IntakePoint {
 public:
  explicit IntakePoint(ingest::Intake::Limits limits = {}) : limits_(limits) { boot(); }

  void boot() {
    intake.emplace(
        NodeId{*Uuid::from_text("0190c0de-0000-7000-8000-00000000000a")},
        [this](const ingest::StreamKey& key, std::uint64_t seq) { return digest_in_blocks(key, seq); },
        limits_);
    std::vector<std::uint64_t> emptied;
    for (const auto& [key, message] : sealed_messages)
      intake->restore_sealed(key.first, {key.second, key.second}, emptied);
    for (const auto& [id, octets] : rows) {
      if (!intake->restore_chunk({id, octets}, now).value())
        throw std::runtime_error("a row that should be gone");
    }
  }
  /// Writes what waits; its commit is done.
  bool commit() {
    const auto chunk = intake->take_chunk();
    if (!chunk) return false;
    rows[chunk->id] = chunk->octets;
    for (const auto id : intake->committed(chunk->id)) rows.erase(id);
    return true;
  }
  /// Seals one block of each stream that is due, each in one transaction. The figure of blocks.
  int seal_due() { return seal(intake->due(now)); }
  int seal(const std::vector<ingest::StreamKey>& streams) {
    int blocks_made = 0;
    for (const auto& stream : streams) {
      auto sealed = intake->seal(stream);
      if (!sealed) continue;
      ++blocks_made;
      keep(*sealed);
      intake->sealed(sealed->id);
    }
    return blocks_made;
  }
  void keep(const ingest::Intake::Seal& sealed) {
    for (const auto id : sealed.emptied) {
      if (rows.erase(id) != 1) throw std::runtime_error("a row emptied twice");
    }
    for (auto& message : readings::read_block(sealed.block).value().messages) {
      const auto seq = message.seq;
      if (!sealed_messages.emplace(std::pair(sealed.stream, seq), std::move(message)).second) {
        throw std::runtime_error("a message sealed twice");
      }
    }
    blocks.push_back(sealed.block);
  }
  /// Whether a message is on the disk.
  bool holds(const ingest::StreamKey& stream, std::uint64_t seq) const {
    if (sealed_messages.contains({stream, seq})) return true;
    for (const auto& [id, octets] : rows) {
      for (const auto& message : ingest::decode_chunk(octets).value()) {
        if (ingest::StreamKey{message.device, message.epoch} == stream && message.seq == seq) return true;
      }
    }
    return false;
  }

  Instant now{.wall_ms = 1'795'000'000'000, .since_boot_ms = 1000, .boot = 1};
  std::optional<ingest::Intake> intake;
  std::map<std::uint64_t, Octets> rows;
  std::vector<v1::ReadingBlock> blocks;
  std::map<std::pair<ingest::StreamKey, std::uint64_t>, readings::BlockMessage> sealed_messages;

 private:
  std::optional<ingest::ShortDigest> digest_in_blocks(const ingest::StreamKey& key, std::uint64_t seq) const {
    const auto found = sealed_messages.find({key, seq});
    if (found == sealed_messages.end()) return std::nullopt;
    const auto digest = readings::short_digest(found->second.octets);
    ingest::ShortDigest copied;
    std::copy(digest.begin(), digest.end(), copied.begin());
    return copied;
  }
  ingest::Intake::Limits limits_;
};

}  // namespace feldsher::test
