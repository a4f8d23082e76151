#include "edge-agent/ingest/intake.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "devices/senml/numbered_pack.hpp"
#include "protocol/readings/block.hpp"
#include "protocol/record/digest.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::ingest {
namespace {

constexpr std::size_t conflicts_kept = 1024;  // Until they are taken; all are counted.

ShortDigest digest_of(OctetsView message) {
  ShortDigest short_one;
  const auto whole = sha256(message);
  std::memcpy(short_one.data(), whole.data(), short_one.size());
  return short_one;
}

}  // namespace

Intake::Intake(NodeId agent, SealedDigest sealed_digest, Limits limits)
    : agent_(agent), sealed_digest_(std::move(sealed_digest)), limits_(limits) {
  ensure(limits_.seal_messages > 0 && limits_.seal_messages <= readings::most_block_messages,
         "blocks of more messages than a block may hold");
}

// --- at the start

std::size_t Intake::restore_sealed(const StreamKey& key, readings::Range sealed,
                                   std::vector<std::uint64_t>& emptied) {
  Stream& stream = streams_[key];
  stream.held.add(sealed);
  std::size_t gone = 0;
  for (auto entry = stream.unsealed.lower_bound(sealed.first);
       entry != stream.unsealed.end() && entry->first <= sealed.last;) {
    const auto at = entry++;
    if (!at->second.durable) {
      at->second.in_block = true;
      continue;
    }
    --stream.durable;
    --unsealed_messages_;
    ++gone;
    if (auto row = let_go(stream, at)) emptied.push_back(*row);
  }
  return gone;
}

std::optional<std::uint64_t> Intake::let_go(Stream& stream, std::map<std::uint64_t, Entry>::iterator entry) {
  std::optional<std::uint64_t> row;
  const auto chunk = chunks_.find(entry->second.chunk);
  if (--chunk->second.messages == 0) {
    row = chunk->first;
    chunks_.erase(chunk);
  }
  stream.octets -= entry->second.octets.size();
  unsealed_octets_ -= entry->second.octets.size();
  stream.unsealed.erase(entry);
  return row;
}

boost::system::result<bool, ChunkError> Intake::restore_chunk(const IntakeChunk& chunk, const Instant& now) {
  auto messages = decode_chunk(chunk.octets);
  if (!messages) return messages.error();
  ensure(!chunks_.contains(chunk.id), "an intake row restored twice");
  next_chunk_ = std::max(next_chunk_, chunk.id + 1);
  for (auto& message : *messages) {
    const auto stream = streams_.try_emplace({message.device, message.epoch}).first;
    if (!stream->second.held.add(message.seq)) continue;  // In a sealed block.
    Entry entry;
    entry.chunk = chunk.id;
    entry.durable = true;
    ++stream->second.durable;
    ++chunks_[chunk.id].messages;
    // Its receipt may not have left before we ended.
    owe(stream, message.seq);
    entry.digest = digest_of(message.octets);
    hold(stream, std::move(message), now, std::move(entry));
  }
  return chunks_.contains(chunk.id);
}

// --- messages

Admission Intake::on(DeviceId device, OctetsView octets, const Instant& now) {
  const auto pack = senml::read_numbered_pack(device, octets, now.wall_ms);
  if (!pack) {
    ++counts_.malformed;
    return Admission::malformed;
  }
  const StreamKey key{device, pack->epoch};
  auto stream = streams_.find(key);
  const auto digest = digest_of(octets);
  if (stream != streams_.end() && stream->second.held.contains(pack->seq)) {
    const auto admission = come_again(key, stream->second, pack->seq, digest);
    if (admission == Admission::repeat) {
      ++counts_.repeats;
      const auto entry = stream->second.unsealed.find(pack->seq);
      if (entry == stream->second.unsealed.end() || entry->second.durable) owe(stream, pack->seq);
    }
    return admission;
  }
  if (!takes_readings(disk_)) {
    ++counts_.refused_disk;
    return Admission::refused_disk;
  }
  const bool room = stream != streams_.end() || streams_.size() < limits_.streams;
  if (!room || unsealed_octets_ + octets.size() > limits_.unsealed_octets) {
    ++counts_.refused_busy;
    return Admission::refused_busy;
  }
  if (stream == streams_.end()) stream = streams_.try_emplace(key).first;
  stream->second.held.add(pack->seq);
  IntakeMessage message{device, pack->epoch, pack->seq, now.wall_ms, Octets(octets)};
  pending_.add(message);
  ++pending_count_;
  chunks_[next_chunk_].to_commit.emplace_back(stream, pack->seq);
  ++chunks_[next_chunk_].messages;
  Entry entry;
  entry.chunk = next_chunk_;
  entry.digest = digest;
  hold(stream, std::move(message), now, std::move(entry));
  ++counts_.fresh;
  return Admission::fresh;
}

Admission Intake::come_again(const StreamKey& key, Stream& stream, std::uint64_t seq,
                             const ShortDigest& digest) {
  std::optional<ShortDigest> held;
  if (const auto entry = stream.unsealed.find(seq); entry != stream.unsealed.end()) {
    held = entry->second.digest;
  } else if (const auto one = stream.sealing.find(seq); one != stream.sealing.end()) {
    held = one->second;
  } else if (sealed_digest_) {
    held = sealed_digest_(key, seq);
  }
  // A block that is no longer here (trimmed when safe) cannot be compared with: the key decides.
  if (!held || *held == digest) return Admission::repeat;
  ++counts_.conflicts;
  if (conflicts_.size() < conflicts_kept) conflicts_.push_back({key, seq, *held, digest});
  return Admission::conflict;
}

void Intake::hold(Streams::iterator stream, IntakeMessage message, const Instant& now, Entry entry) {
  auto& held = stream->second;
  entry.wearer = wearer_of(message.device);
  entry.received_ms = message.received_ms;
  entry.since_boot_ms = now.since_boot_ms;
  entry.octets = std::move(message.octets);
  if (held.unsealed.empty()) held.oldest_ms = now.since_boot_ms;
  held.octets += entry.octets.size();
  unsealed_octets_ += entry.octets.size();
  ++unsealed_messages_;
  held.unsealed.emplace_hint(held.unsealed.end(), message.seq, std::move(entry));
}

void Intake::owe(Streams::iterator stream, std::uint64_t seq) {
  if (stream->second.to_receipt.empty()) owed_.push_back(stream);
  stream->second.to_receipt.add(seq);
}

std::optional<PatientId> Intake::wearer_of(DeviceId device) const {
  const auto found = wearers_.find(device);
  return found == wearers_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<IntakeChunk> Intake::take_chunk() {
  if (pending_.empty()) return std::nullopt;
  pending_count_ = 0;
  return IntakeChunk{next_chunk_++, pending_.take()};
}

std::vector<std::uint64_t> Intake::committed(std::uint64_t chunk) {
  const auto found = chunks_.find(chunk);
  ensure(found != chunks_.end() && chunk < next_chunk_, "a commit of an intake row that was not taken");
  std::vector<std::uint64_t> emptied;
  for (const auto& [stream, seq] : std::exchange(found->second.to_commit, {})) {
    owe(stream, seq);
    const auto entry = stream->second.unsealed.find(seq);
    ensure(entry != stream->second.unsealed.end(), "a message that left before its commit");
    if (entry->second.in_block) {
      --unsealed_messages_;
      if (auto row = let_go(stream->second, entry)) emptied.push_back(*row);
      continue;
    }
    entry->second.durable = true;
    ++stream->second.durable;
    ++counts_.receipted;
  }
  return emptied;
}

std::vector<Intake::Addressed> Intake::take_receipts() {
  std::vector<Addressed> receipts;
  std::vector<Streams::iterator> still_owed;
  for (const auto stream : std::exchange(owed_, {})) {
    auto& [key, state] = *stream;
    Addressed one{key.device, {agent_, key.epoch, state.to_receipt.ranges(), std::nullopt}};
    if (one.receipt.stored.size() > readings::most_receipt_ranges) {
      one.receipt.stored.resize(readings::most_receipt_ranges);
      for (const auto& range : one.receipt.stored) state.to_receipt.remove(range);
      still_owed.push_back(stream);
    } else {
      state.to_receipt = {};
    }
    receipts.push_back(std::move(one));
  }
  owed_ = std::move(still_owed);
  return receipts;
}

std::vector<Conflict> Intake::take_conflicts() { return std::exchange(conflicts_, {}); }

// --- sealing

void Intake::set_wearer(DeviceId device, std::optional<PatientId> patient) {
  if (wearer_of(device) == patient) return;
  if (patient) {
    wearers_[device] = *patient;
  } else {
    wearers_.erase(device);
  }
  for (auto stream = streams_.lower_bound({device, Epoch{0}}); stream != streams_.end(); ++stream) {
    if (stream->first.device != device) break;
    if (!stream->second.unsealed.empty()) stream->second.wearer_changed = true;
  }
}

bool Intake::is_due(const Stream& stream, const Instant& now) const {
  if (stream.durable == 0) return false;
  return stream.wearer_changed || stream.durable >= limits_.seal_messages ||
         stream.octets >= limits_.seal_octets ||
         now.since_boot_ms - stream.oldest_ms >= limits_.seal_after_ms ||
         unsealed_octets_ > limits_.unsealed_octets / 2;
}

std::vector<StreamKey> Intake::due(const Instant& now) const {
  std::vector<StreamKey> keys;
  for (const auto& [key, stream] : streams_) {
    if (is_due(stream, now)) keys.push_back(key);
  }
  return keys;
}

std::vector<StreamKey> Intake::unsealed() const {
  std::vector<StreamKey> keys;
  for (const auto& [key, stream] : streams_) {
    if (stream.durable > 0) keys.push_back(key);
  }
  return keys;
}

std::optional<Intake::Seal> Intake::seal(const StreamKey& key) {
  const auto found = streams_.find(key);
  if (found == streams_.end() || found->second.durable == 0) return std::nullopt;
  auto& stream = found->second;

  // The oldest durable message's wearer has the block; what another wore stays for the next.
  std::vector<readings::BlockMessage> messages;
  std::optional<PatientId> wearer;
  std::size_t octets = 0;
  for (const auto& [seq, entry] : stream.unsealed) {
    if (!entry.durable) continue;
    if (messages.empty()) wearer = entry.wearer;
    if (entry.wearer != wearer) continue;
    if (messages.size() == limits_.seal_messages) break;
    if (!messages.empty() && octets + entry.octets.size() > limits_.seal_octets) break;
    octets += entry.octets.size();
    auto& message = messages.emplace_back(readings::BlockMessage{seq, entry.received_ms, entry.octets, {}});
    // One that an older version took in and this one cannot read is kept as octets, without readings.
    auto pack = senml::read_numbered_pack(key.device, entry.octets, entry.received_ms);
    if (pack) message.readings = std::move(pack->readings);
  }

  Seal seal{next_seal_++,
            key,
            readings::write_block(key.device, key.epoch, messages, wearer),
            {messages.front().seq, messages.back().seq},
            {}};
  auto& sealing = seals_.emplace(seal.id, Sealing{found, {}}).first->second;
  for (const auto& message : messages) {
    const auto entry = stream.unsealed.find(message.seq);
    sealing.numbers.push_back(message.seq);
    stream.sealing.emplace(message.seq, entry->second.digest);
    if (auto row = let_go(stream, entry)) seal.emptied.push_back(*row);
  }
  stream.durable -= messages.size();
  unsealed_messages_ -= messages.size();
  counts_.sealed += messages.size();

  const auto now_worn_by = wearer_of(key.device);
  stream.wearer_changed = false;
  bool first = true;
  for (const auto& [seq, entry] : stream.unsealed) {
    stream.oldest_ms = first ? entry.since_boot_ms : std::min(stream.oldest_ms, entry.since_boot_ms);
    stream.wearer_changed = stream.wearer_changed || entry.wearer != now_worn_by;
    first = false;
  }
  return seal;
}

void Intake::sealed(std::uint64_t seal) {
  const auto found = seals_.find(seal);
  ensure(found != seals_.end(), "a seal that was not made, or is done already");
  for (const auto seq : found->second.numbers) found->second.stream->second.sealing.erase(seq);
  seals_.erase(found);
}

}  // namespace feldsher::ingest
