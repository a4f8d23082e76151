// What a point still knows of readings whose blocks it has cut, or dropped by order: their numbers.
#include <boost/endian/conversion.hpp>

#include "edge-agent/agent/readings.hpp"

namespace feldsher::edge {
namespace {

// Of a stream; and of a run, to whose stream its life and its last block are added.
constexpr std::size_t key_octets = 24, run_key_octets = 40, range_octets = 16;

void put(Octets& to, std::uint64_t value) {
  boost::endian::native_to_big_inplace(value);
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t number_at(OctetsView octets, std::size_t at) {
  return boost::endian::load_big_u64(reinterpret_cast<const unsigned char*>(octets.data()) + at);
}

std::vector<readings::Range> ranges_in(const Octets& value) {
  std::vector<readings::Range> ranges;
  for (std::size_t at = 0; at + range_octets <= value.size(); at += range_octets)
    ranges.push_back({number_at(value, at), number_at(value, at + 8)});
  return ranges;
}

Octets octets_of(const readings::RangeSet& numbers) {
  Octets octets;
  for (const readings::Range& range : numbers.ranges()) {
    put(octets, range.first);
    put(octets, range.last);
  }
  return octets;
}

ingest::StreamKey stream_in(OctetsView key) {
  return {*DeviceId::from_octets(key.substr(0, 16)), Epoch{number_at(key, 16)}};
}

Octets key_of(const ingest::StreamKey& stream) {
  Octets key = stream.device.to_octets();
  put(key, stream.epoch.value);
  return key;
}

}  // namespace

void Readings::resume_cut(const std::map<std::string, Octets>& values) {
  std::vector<std::pair<Octets, const Octets*>> runs;
  for (const auto& [name, ranges] : values) {
    const Octets key = from_hex(OctetsView(name).substr(OctetsView(cut_values).size()));
    if (key.size() == run_key_octets && !ranges.empty()) runs.emplace_back(key, &ranges);
    if (key.size() != key_octets) continue;
    const ingest::StreamKey stream = stream_in(key);
    std::vector<std::uint64_t> emptied;
    for (const readings::Range& range : ranges_in(ranges)) {
      intake_.restore_sealed(stream, range, emptied);
      cut_[stream].add(range);
    }
    safe_[stream] = cut_[stream];
    receipted_before_ += cut_[stream].count();
  }
  for (const auto& [key, ranges] : runs) resume_run(key, *ranges);
}

void Readings::resume_run(const Octets& key, const Octets& ranges) {
  const ingest::StreamKey stream = stream_in(key);
  BlockRun run{.last_seq = number_at(key, 32), .numbers = {}, .hull = {}, .intersection = {}};
  readings::RangeSet counted = cut_[stream];
  for (const readings::Range& range : kept_[stream].ranges()) counted.add(range);
  receipted_before_ -= counted.count();
  std::vector<std::uint64_t> emptied;
  for (const readings::Range& range : ranges_in(ranges)) {
    intake_.restore_sealed(stream, range, emptied);
    run.numbers.add(range);
    kept_[stream].add(range);
    counted.add(range);
  }
  receipted_before_ += counted.count();
  runs_[key] = run.numbers;
  not_safe_.add(stream, Epoch{number_at(key, 24)}, std::move(run));
}

void Readings::keep_run(const ingest::StreamKey& stream, Epoch life, const BlockRun& run, Transaction& with) {
  Octets key = key_of(stream);
  put(key, life.value);
  put(key, run.last_seq);
  with.values[cut_values + to_hex(key)] = octets_of(run.numbers);
  runs_[key] = run.numbers;
}

void Readings::forget_runs(Transaction& with) {
  std::erase_if(runs_, [&](const auto& entry) {
    const auto& [key, numbers] = entry;
    const readings::RangeSet& known = cut_[stream_in(key)];
    readings::RangeSet both = known;
    for (const readings::Range& range : numbers.ranges()) both.add(range);
    if (both != known) return false;
    with.values[cut_values + to_hex(key)].clear();
    return true;
  });
}

bool Readings::is_counted(const ingest::StreamKey& stream, std::uint64_t number) const {
  const auto in = [&](const std::map<ingest::StreamKey, readings::RangeSet>& numbers) {
    const auto at = numbers.find(stream);
    return at != numbers.end() && at->second.contains(number);
  };
  return in(cut_) || in(kept_);
}

void Readings::add_safe(const BlockRuns::Numbers& numbers) {
  for (const auto& [stream, of_stream] : numbers)
    for (const readings::Range& range : of_stream.ranges()) safe_[stream].add(range);
}

void Readings::rebuilt(const std::vector<v1::CutReadings>& cut, Transaction& with) {
  for (const v1::CutReadings& each : cut) {
    const ingest::StreamKey stream{DeviceId::from_octets(each.device()).value_or(DeviceId{}),
                                   Epoch{each.epoch()}};
    // What lies in blocks that this disk has, or of which it knows, is counted already.
    readings::RangeSet counted = not_safe_.numbers_of(stream);
    for (const readings::Range& range : safe_[stream].ranges()) counted.add(range);
    receipted_before_ -= counted.count();
    for (int n = 0; n < each.first_size(); ++n) {
      const readings::Range range{each.first(n), each.last(n)};
      receipted_before_ -= intake_.restore_sealed(stream, range, with.emptied);
      safe_[stream].add(range);
      counted.add(range);
    }
    receipted_before_ += counted.count();
  }
  keep_cut(with);
}

void Readings::keep_cut(Transaction& transaction) {
  learn_safe();
  for (const auto& [stream, numbers] : safe_) {
    if (cut_[stream] == numbers) continue;
    cut_[stream] = numbers;
    transaction.values[cut_values + to_hex(key_of(stream))] = octets_of(numbers);
  }
  forget_runs(transaction);
}

void Readings::erased(const v1::Erasure& order, Transaction& with) {
  add_safe(not_safe_.take_erased(order));
  not_safe_.each_touched(order, [&](const ingest::StreamKey& stream, Epoch life, const BlockRun& run) {
    keep_run(stream, life, run, with);
  });
  keep_cut(with);
  for (const ingest::StreamKey& stream : intake_.unsealed())
    for (const v1::ErasedReadings& each : order.readings())
      if (stream.device.to_octets() == each.device()) to_erase_.insert(stream);
}

void Readings::seal_erased() {
  while (!to_erase_.empty() && seals_under_way_ < most_seals_under_way)
    if (!seal(*to_erase_.begin())) to_erase_.erase(to_erase_.begin());
}

}  // namespace feldsher::edge
