#include "edge-agent/agent/readings.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "protocol/readings/block.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr std::size_t most_under_way = 4;  // Commits of the intake.
constexpr std::size_t enough_for_a_commit = 256;
constexpr std::size_t most_digests_kept = 4'000'000;

ingest::Intake::Limits limits(std::uint64_t seal_after_ms) {
  ingest::Intake::Limits limits;
  limits.seal_after_ms = seal_after_ms;
  limits.seal_octets =
      384 * 1024;  // What a record takes is 1 MiB, and names can make a block larger than its messages.
  return limits;
}

std::vector<std::uint64_t> numbers_of(const v1::ReadingBlock& block) {
  std::vector<std::uint64_t> numbers;
  std::uint64_t number = 0;
  for (std::uint64_t delta : block.seq_delta()) numbers.push_back(number += delta);
  return numbers;
}

std::vector<readings::Range> ranges_of(const std::vector<std::uint64_t>& numbers) {
  readings::RangeSet set;
  for (std::uint64_t number : numbers) set.add(number);
  return set.ranges();
}

}  // namespace

std::vector<v1::ReadingBlock> fitting_parts(v1::ReadingBlock block, std::size_t most_octets) {
  if (block.ByteSizeLong() <= most_octets || block.seq_delta_size() < 2) return {std::move(block)};
  const auto opened = readings::read_block(block);
  ensure(opened.has_value(), "a block of ours cannot be read");
  const std::span<const readings::BlockMessage> messages(opened->messages);
  std::vector<v1::ReadingBlock> parts;
  for (const auto half : {messages.first(messages.size() / 2), messages.subspan(messages.size() / 2)})
    for (auto& part : fitting_parts(
             readings::write_block(opened->device, opened->epoch, half, opened->patient), most_octets))
      parts.push_back(std::move(part));
  return parts;
}

Readings::Readings(PointNode& node, NodeId self, World world, std::uint64_t seal_after_ms)
    : node_(node),
      self_(self),
      world_(std::move(world)),
      intake_(
          self,
          [this](const ingest::StreamKey& stream, std::uint64_t seq) { return sealed_digest(stream, seq); },
          limits(seal_after_ms)) {
  node_.on_block = [this](const Record& record) { held(record); };
  node_.on_erased = [this](const v1::Erasure& order, Transaction& with) { erased(order, with); };
  node_.readings_receipted = [this] { return receipted(); };
}

void Readings::resume(std::vector<IntakeChunk> rows) {
  learn_wearers();
  Transaction tidy;
  for (IntakeChunk& row : rows) {
    const auto needed = intake_.restore_chunk({row.id, row.octets}, node_.now());
    if (!needed) {
      // Kept, shown, and out of the way of the rows to come.
      node_.raise(v1::INCIDENT_QUARANTINE, "intake row " + std::to_string(row.id));
      tidy.values["damaged/intake/" + std::to_string(row.id)] = std::move(row.octets);
    }
    if (!needed || !*needed) tidy.emptied.push_back(row.id);
  }
  receipted_before_ += intake_.unsealed_messages();
  if (!tidy.empty()) world_.ledger.submit(std::move(tidy), [] {});
  tell();
}

void Readings::on(DeviceId device, OctetsView message) {
  if (intake_.waiting() >= most_waiting) {
    ++dropped_;
    return;
  }
  intake_.on(device, message, node_.now());
  if (intake_.waiting() >= enough_for_a_commit) return flush();
  if (under_way_ > 0 || std::exchange(scheduled_, true)) return;  // It goes with the next commit.
  world_.soon([this] {
    scheduled_ = false;
    flush();
  });
}

void Readings::flush() {
  if (under_way_ >= most_under_way) return;
  auto chunk = intake_.take_chunk();
  if (!chunk) return tell_soon();
  ++under_way_;
  Transaction transaction;
  transaction.intake.push_back({chunk->id, std::move(chunk->octets)});
  world_.ledger.submit(std::move(transaction), [this, id = chunk->id] {
    --under_way_;
    Transaction tidy;
    tidy.emptied = intake_.committed(id);
    if (!tidy.empty()) world_.ledger.submit(std::move(tidy), [] {});
    tell_soon();
    if (intake_.waiting() > 0) flush();
  });
}

void Readings::tell_soon() {
  if (std::exchange(telling_, true)) return;
  world_.later(receipts_together_ms, [this] {
    telling_ = false;
    tell();
  });
}

void Readings::tell() {
  for (auto& [device, receipt] : intake_.take_receipts()) publish(device, std::move(receipt));
  for (const ingest::Conflict& conflict : intake_.take_conflicts())
    node_.raise(v1::INCIDENT_READING_FORK, "device " + conflict.stream.device.to_text() + " epoch " +
                                               std::to_string(conflict.stream.epoch.value) + " number " +
                                               std::to_string(conflict.seq));
}

void Readings::publish(DeviceId device, readings::Receipt receipt) {
  if (auto wearer = wearers_.find(device); wearer != wearers_.end() && wearer->second.home)
    if (auto safe = safe_.find({device, receipt.epoch}); safe != safe_.end())
      receipt.upto = safe->second.complete_to();
  world_.publish(device, receipt);
}

void Readings::tick() {
  learn_wearers();
  learn_safe();
  // Before central has spoken sealing would begin a life; the intake can wait.
  if (node_.need_not_wait()) {
    seal_erased();
    for (const ingest::StreamKey& stream : intake_.due(node_.now())) {
      if (seals_under_way_ >= most_seals_under_way) break;
      seal(stream);
    }
  }
  tell();
}

bool Readings::seal(const ingest::StreamKey& stream) {
  auto seal = intake_.seal(stream);
  if (!seal) return false;
  std::vector<Draft> drafts;
  bool drops = false;
  for (const v1::ReadingBlock& block :
       fitting_parts(std::move(seal->block), max_body_octets - body_salt_octets)) {
    Draft& draft = drafts.emplace_back();
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(self_.to_octets());
    draft.subject = {v1::READING_BLOCK, stream.device.uuid};
    draft.verb = v1::SEALED;
    draft.message = block.SerializeAsString();
    if (!node_.erases(span_of(block))) continue;
    drops = true;
    for (const readings::Range& range : ranges_of(numbers_of(block))) safe_[stream].add(range);
  }
  Transaction with;
  with.emptied = std::move(seal->emptied);
  if (drops) keep_cut(with);
  ++seals_under_way_;
  writing_ = true;
  node_.write(v1::READINGS, drafts, std::move(with), [this, id = seal->id] {
    --seals_under_way_;
    intake_.sealed(id);
  });
  writing_ = false;
  return true;
}

void Readings::held(const Record& record) {
  const auto block = record.body<v1::ReadingBlock>();
  const auto device = block ? DeviceId::from_octets(block->device()) : std::nullopt;
  if (!device ||
      block->digests().size() != static_cast<std::size_t>(block->seq_delta_size()) * readings::digest_octets)
    return;  // Its body was dropped, or is none.
  const ingest::StreamKey stream{*device, Epoch{block->epoch()}};
  Sealed sealed;
  sealed.numbers = numbers_of(*block);
  if (sealed.numbers.empty()) return;
  const auto ranges = ranges_of(sealed.numbers);
  if (!writing_) {
    Transaction tidy;
    for (std::uint64_t each : sealed.numbers) receipted_before_ += !is_counted(stream, each);
    for (const readings::Range& range : ranges)
      receipted_before_ -= intake_.restore_sealed(stream, range, tidy.emptied);
    if (!tidy.emptied.empty()) world_.ledger.submit(std::move(tidy), [] {});
  }
  BlockRun run{
      .last_seq = record.key.seq, .numbers = {}, .hull = span_of(*block), .intersection = span_of(*block)};
  for (const readings::Range& range : ranges) run.numbers.add(range);
  not_safe_.add(stream, record.key.epoch, std::move(run));
  sealed.digests = block->digests();
  digests_kept_ += sealed.numbers.size();
  sealed_order_.emplace_back(stream, sealed.numbers.front());
  const std::uint64_t first = sealed.numbers.front();
  sealed_[stream][first] = std::move(sealed);
  while (digests_kept_ > most_digests_kept) {
    const auto [oldest, at] = sealed_order_.front();
    sealed_order_.pop_front();
    auto& blocks = sealed_[oldest];
    digests_kept_ -= blocks[at].numbers.size();
    blocks.erase(at);
  }
}

std::optional<ingest::ShortDigest> Readings::sealed_digest(const ingest::StreamKey& stream,
                                                           std::uint64_t seq) const {
  const auto blocks = sealed_.find(stream);
  if (blocks == sealed_.end()) return std::nullopt;
  // Blocks of one stream interleave when messages came late: all that begin at or before it may hold it.
  for (auto block = blocks->second.upper_bound(seq); block != blocks->second.begin();) {
    const Sealed& sealed = (--block)->second;
    const auto at = std::ranges::lower_bound(sealed.numbers, seq);
    if (at == sealed.numbers.end() || *at != seq) continue;
    ingest::ShortDigest digest;
    std::memcpy(digest.data(),
                sealed.digests.data() +
                    static_cast<std::size_t>(at - sealed.numbers.begin()) * readings::digest_octets,
                digest.size());
    return digest;
  }
  return std::nullopt;
}

void Readings::learn_wearers() {
  const sync::PointFeed& feed = node_.link().feed();
  const auto as_of = std::tuple(feed.epoch(), feed.position(), feed.stale().size());
  if (wearers_as_of_ == as_of) return;
  wearers_as_of_ = as_of;
  std::map<DeviceId, Wearer> wearers;
  for (const auto& [id, row] : node_.state().custodies.rows()) {
    const auto device = DeviceId::from_octets(row.state.device());
    if (!device || row.verb == v1::ARCHIVED) continue;
    auto [at, first] = wearers.try_emplace(*device);
    if (!first && at->second.from_ms > row.state.from_ms()) continue;
    at->second = {PatientId::from_octets(row.state.patient()), row.state.home_node() == self_.to_octets(),
                  row.state.from_ms()};
  }
  for (const auto& [device, wearer] : wearers_)
    if (!wearers.contains(device)) intake_.set_wearer(device, std::nullopt);
  for (const auto& [device, wearer] : wearers) intake_.set_wearer(device, wearer.patient);
  wearers_ = std::move(wearers);
}

void Readings::learn_safe() {
  const sync::Lives& lives = node_.link().lives();
  std::vector<std::uint64_t> safe;
  for (const sync::Life& life : lives.all()) safe.push_back(life.readings.safe);
  if (std::exchange(safe_as_of_, safe) == safe) return;
  const auto moved = not_safe_.take_safe([&](Epoch of) {
    const sync::Life* life = lives.find(of);
    return life ? life->readings.safe : 0;
  });
  add_safe(moved);
  for (const auto& [stream, numbers] : moved)
    if (auto wearer = wearers_.find(stream.device); wearer != wearers_.end() && wearer->second.home)
      publish(stream.device, {self_, stream.epoch, {}, std::nullopt});
}

}  // namespace feldsher::edge
