// How many messages a second one core takes through decoding, intake, chunk, receipts and sealing.
// The disk and the broker are not in it. Prints one JSON line: the best, middle and worst of the rounds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "edge-agent/ingest/intake.hpp"
#include "protocol/readings/pack_text.hpp"

namespace {

using namespace feldsher;

constexpr std::size_t devices = 100, each = 500, rounds = 5, per_commit = 256;

DeviceId device_number(std::size_t n) {
  DeviceId id{*Uuid::from_text("0190c0de-0000-7000-8000-000000000000")};
  id.uuid.octets[15] = static_cast<std::uint8_t>(n);
  return id;
}

/// A wearable's message: heart rate, oxygen saturation, respiratory rate and temperature.
Octets wearable_message(DeviceId device, std::uint64_t seq) {
  const auto n = static_cast<std::int64_t>(seq);
  const auto t = 1'795'000'000'000 + n * 1000;
  return write_pack(readings::NumberedPack{device,
                                           Epoch{0xab},
                                           seq,
                                           {{"8867-4", "/min", t, readings::Decimal{60 + n % 30, 0}, 0},
                                            {"59408-5", "%", t, readings::Decimal{95 + n % 4, 0}, 0},
                                            {"9279-1", "/min", t, readings::Decimal{12 + n % 5, 0}, 0},
                                            {"8310-5", "Cel", t, readings::Decimal{361 + n % 9, -1}, 0}}});
}

struct Sample {
  double intake = 0, seal = 0;  // Messages a second.
  std::size_t chunk_octets = 0, block_octets = 0;
};

Sample round(const std::vector<std::pair<DeviceId, Octets>>& messages) {
  using Seconds = std::chrono::duration<double>;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  Instant instant{.wall_ms = 1'795'000'600'000, .since_boot_ms = 1, .boot = 1};
  ingest::Intake intake(NodeId{device_number(0).uuid}, nullptr);
  Sample sample;
  std::size_t receipts = 0;
  const auto began = now();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    intake.on(messages[i].first, messages[i].second, instant);
    if (intake.waiting() == per_commit || i + 1 == messages.size()) {
      const auto chunk = intake.take_chunk();
      sample.chunk_octets += chunk->octets.size();
      intake.committed(chunk->id);
      for (const auto& one : intake.take_receipts()) receipts += encode_receipt(one.receipt).size();
    }
  }
  const auto taken = now();
  instant.since_boot_ms += 300'000;
  for (const auto& stream : intake.due(instant)) {
    const auto seal = intake.seal(stream);
    sample.block_octets += seal->block.ByteSizeLong();
    intake.sealed(seal->id);
  }
  const auto sealed = now();
  if (intake.counts().receipted != messages.size() || intake.counts().sealed != messages.size() ||
      receipts == 0) {
    throw std::logic_error("the benchmark lost messages");
  }
  const auto count = static_cast<double>(messages.size());
  sample.intake = count / Seconds(taken - began).count();
  sample.seal = count / Seconds(sealed - taken).count();
  return sample;
}

}  // namespace

int main() {
  std::vector<std::pair<DeviceId, Octets>> messages;
  std::size_t octets = 0;
  for (std::uint64_t seq = 1; seq <= each; ++seq) {
    for (std::size_t d = 0; d < devices; ++d) {
      messages.emplace_back(device_number(d), wearable_message(device_number(d), seq));
      octets += messages.back().second.size();
    }
  }
  std::vector<double> intake, seal;
  Sample sample;
  for (std::size_t i = 0; i < rounds; ++i) {
    sample = round(messages);
    intake.push_back(sample.intake);
    seal.push_back(sample.seal);
  }
  std::sort(intake.begin(), intake.end());
  std::sort(seal.begin(), seal.end());
  const auto per_message = [&](std::size_t all) {
    return static_cast<double>(all) / static_cast<double>(messages.size());
  };
  fmt::print(R"({{"bench":"ingest","messages":{},"readings_per_message":4,"rounds":{},)"
             R"("intake_per_s":{{"best":{:.0f},"middle":{:.0f},"worst":{:.0f}}},)"
             R"("seal_per_s":{{"best":{:.0f},"middle":{:.0f},"worst":{:.0f}}},)"
             R"("octets_per_message":{{"sent":{:.1f},"intake":{:.1f},"sealed":{:.1f}}}}})"
             "\n",
             messages.size(), rounds, intake.back(), intake[rounds / 2], intake.front(), seal.back(),
             seal[rounds / 2], seal.front(), per_message(octets), per_message(sample.chunk_octets),
             per_message(sample.block_octets));
}
