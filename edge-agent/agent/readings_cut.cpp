// What a point still knows of readings whose blocks it has cut, or dropped by order: their numbers.
#include <boost/endian/conversion.hpp>

#include "edge-agent/agent/readings.hpp"

namespace feldsher::edge {
namespace {

constexpr std::size_t key_octets = 24, range_octets = 16;

void put(Octets& to, std::uint64_t value) {
  boost::endian::native_to_big_inplace(value);
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t number_at(const Octets& octets, std::size_t at) {
  return boost::endian::load_big_u64(reinterpret_cast<const unsigned char*>(octets.data()) + at);
}

}  // namespace

void Readings::resume_cut(const std::map<std::string, Octets>& values) {
  for (const auto& [name, ranges] : values) {
    const Octets key = from_hex(OctetsView(name).substr(OctetsView(cut_values).size()));
    if (key.size() != key_octets) continue;
    const ingest::StreamKey stream{*DeviceId::from_octets(OctetsView(key).substr(0, 16)),
                                   Epoch{number_at(key, 16)}};
    std::vector<std::uint64_t> emptied;
    for (std::size_t at = 0; at + range_octets <= ranges.size(); at += range_octets) {
      const readings::Range range{number_at(ranges, at), number_at(ranges, at + 8)};
      intake_.restore_sealed(stream, range, emptied);
      cut_[stream].add(range);
    }
    safe_[stream] = cut_[stream];
    receipted_before_ += cut_[stream].count();
  }
}

void Readings::rebuilt(const std::vector<v1::CutReadings>& cut, Transaction& with) {
  for (const v1::CutReadings& each : cut) {
    const ingest::StreamKey stream{DeviceId::from_octets(each.device()).value_or(DeviceId{}),
                                   Epoch{each.epoch()}};
    readings::RangeSet& known = safe_[stream];
    receipted_before_ -= known.count();
    for (int n = 0; n < each.first_size(); ++n) {
      const readings::Range range{each.first(n), each.last(n)};
      receipted_before_ -= intake_.restore_sealed(stream, range, with.emptied);
      known.add(range);
    }
    receipted_before_ += known.count();
  }
  keep_cut(with);
}

void Readings::keep_cut(Transaction& transaction) {
  learn_safe();
  for (const auto& [stream, numbers] : safe_) {
    if (cut_[stream] == numbers) continue;
    cut_[stream] = numbers;
    Octets key = stream.device.to_octets(), ranges;
    put(key, stream.epoch.value);
    for (const readings::Range& range : numbers.ranges()) {
      put(ranges, range.first);
      put(ranges, range.last);
    }
    transaction.values[cut_values + to_hex(key)] = std::move(ranges);
  }
}

void Readings::erased(const v1::Erasure& order, Transaction& with) {
  std::erase_if(not_safe_, [&](const auto& entry) {
    const Shipped& block = entry.second;
    if (!erases(order, block.span)) return false;
    for (const readings::Range& range : block.numbers) safe_[block.stream].add(range);
    return true;
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
