#include "tests/simulation/readings_ledger.hpp"

#include <fmt/core.h>

#include "protocol/readings/block.hpp"

namespace feldsher::simulation {
namespace {

constexpr std::size_t most_said = 5;

/// The numbers of each life that a point's disk holds, sealed or not.
std::map<StreamKey, readings::RangeSet> held_on(JournalStore& disk) {
  std::map<StreamKey, readings::RangeSet> held;
  for (const IntakeChunk& row : disk.intake())
    for (const ingest::IntakeMessage& message : ingest::decode_chunk(row.octets).value())
      held[{message.device, message.epoch}].add(message.seq);
  disk.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.key.stream != v1::READINGS) return;
    const auto block = readings::read_block(*record.body<v1::ReadingBlock>()).value();
    for (const auto& message : block.messages) held[{block.device, block.epoch}].add(message.seq);
  });
  return held;
}

}  // namespace

void ReadingsLedger::say(const StreamKey& life, std::uint64_t seq, const char* what) {
  if (broken_.size() < most_said)
    broken_.push_back(fmt::format("{}: device {} epoch {:016x} number {}", what, life.device.to_text(),
                                  life.epoch.value, seq));
}

void ReadingsLedger::took(const StreamKey& life, std::uint64_t seq, const Octets& message) {
  lives_[life].taken.emplace(seq, message);
}

void ReadingsLedger::promised(const StreamKey& life, const std::vector<readings::Range>& stored) {
  Life& known = lives_[life];
  for (const readings::Range& range : stored)
    for (std::uint64_t seq = range.first; seq <= range.last; ++seq) {
      if (!known.taken.contains(seq)) say(life, seq, "a receipt for what no device took");
      receipted_ += known.promised.add(seq);
    }
}

void ReadingsLedger::promised_at_central(const StreamKey& life, std::uint64_t upto, JournalStore& central) {
  Life& known = lives_[life];
  known.upto = std::max(known.upto, upto);
  if (known.at_central.complete_to() < upto) read_on(central);
  if (known.at_central.complete_to() < upto) say(life, upto, "a receipt said that central had it");
}

void ReadingsLedger::read_on(JournalStore& central) {
  central.replay(read_to_, [this](std::uint64_t number, Record&& record) {
    read_to_ = number;
    if (record.key.stream == v1::READINGS) take(record);
  });
}

void ReadingsLedger::take(const Record& record) {
  const auto body = record.body<v1::ReadingBlock>();
  const auto block = body ? readings::read_block(*body) : readings::BlockError::wrong_count;
  if (!block) return broken_.emplace_back("a block at central that cannot be read"), void();
  const StreamKey key{block->device, block->epoch};
  for (const auto& message : block->messages) {
    const auto life = lives_.find(key);
    const auto taken = life == lives_.end() ? std::map<std::uint64_t, Octets>::iterator{}
                                            : life->second.taken.find(message.seq);
    if (life == lives_.end() || taken == life->second.taken.end()) {
      say(key, message.seq, "at central, and no device took it");
      continue;
    }
    if (taken->second != message.octets) say(key, message.seq, "another value at central");
    if (!life->second.at_central.add(message.seq) &&
        (blocks_of_one_ == 1 || !life->second.twice_at_central.add(message.seq)))
      say(key, message.seq, "too often at central");
    if (block->patient && !wearers_[key.device].contains(block->patient->uuid))
      say(key, message.seq, "of somebody who never wore the device");
  }
}

void ReadingsLedger::promoted(JournalStore& central) {
  read_to_ = 0;
  for (auto& [key, life] : lives_) life.at_central = life.twice_at_central = {};
  read_on(central);
  for (const auto& [key, life] : lives_)
    if (life.at_central.complete_to() < life.upto)
      say(key, life.upto, "said to be safe, and not on the standby's disk");
}

void ReadingsLedger::disk_lost(const std::set<DeviceId>& devices, JournalStore& left) {
  const auto held = held_on(left);
  for (auto& [key, life] : lives_) {
    if (!devices.contains(key.device)) continue;
    const auto here = held.find(key);
    readings::RangeSet kept;
    for (const auto& [seq, message] : life.taken)
      if (life.promised.contains(seq) &&
          (life.at_central.contains(seq) || (here != held.end() && here->second.contains(seq))))
        kept.add(seq);
    const std::uint64_t gone = life.promised.count() - kept.count();
    lost_with_disks_ += gone;
    receipted_ -= gone;
    life.promised = std::move(kept);
  }
}

std::vector<std::string> ReadingsLedger::lost() const {
  std::vector<std::string> lost;
  for (const auto& [key, life] : lives_)
    for (const readings::Range& range : life.promised.ranges())
      for (std::uint64_t seq = range.first; seq <= range.last; ++seq)
        if (!life.at_central.contains(seq) && lost.size() < most_said)
          lost.push_back(fmt::format("receipted and not at central: device {} epoch {:016x} number {}",
                                     key.device.to_text(), key.epoch.value, seq));
  return lost;
}

std::uint64_t ReadingsLedger::at_central() const {
  std::uint64_t count = 0;
  for (const auto& [key, life] : lives_) count += life.at_central.count();
  return count;
}

}  // namespace feldsher::simulation
