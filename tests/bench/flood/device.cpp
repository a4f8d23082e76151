#include "tests/bench/flood/device.hpp"

#include <charconv>

#include "protocol/bus/topics.hpp"
#include "protocol/readings/pack_text.hpp"
#include "protocol/readings/receipt.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::bench {
namespace {

constexpr std::uint64_t values_repeat_after = 180;
constexpr std::int64_t interval_ms = 1000;

Octets pack(DeviceId device, Epoch epoch, std::uint64_t seq, std::int64_t first_ms) {
  const auto n = static_cast<std::int64_t>(seq % values_repeat_after);
  const auto t = first_ms + static_cast<std::int64_t>(seq) * interval_ms;
  return readings::write_pack({device,
                               epoch,
                               seq,
                               {{"8867-4", "/min", t, readings::Decimal{60 + n % 30, 0}, 0},
                                {"59408-5", "%", t, readings::Decimal{95 + n % 4, 0}, 0},
                                {"9279-1", "/min", t, readings::Decimal{12 + n % 5, 0}, 0},
                                {"8310-5", "Cel", t, readings::Decimal{361 + n % 9, -1}, 0}}});
}

}  // namespace

std::vector<DeviceId> devices_of(const std::vector<std::string>& texts) {
  std::vector<DeviceId> devices;
  for (const auto& text : texts) {
    const auto id = Uuid::from_text(text);
    if (!id) throw Fault(text + " is not a UUID");
    devices.push_back(DeviceId{*id});
  }
  return devices;
}

Messages::Messages(DeviceId device, Epoch epoch, std::int64_t first_ms) : first_ms_(first_ms) {
  constexpr std::string_view time_label = "\"bt\":", seq_label = "\"seq\":";
  for (std::uint64_t seq = 0; seq < values_repeat_after; ++seq) {
    const Octets text = pack(device, epoch, seq + values_repeat_after, first_ms);
    const auto time = text.find(time_label) + time_label.size(), after_time = text.find(',', time);
    const auto number = text.find(seq_label) + seq_label.size();
    start_ = text.substr(0, time);
    middle_ = text.substr(after_time, number - after_time);
    tails_.push_back(text.substr(text.find(',', number)));
  }
  Octets out;
  write(12345, out);
  ensure(out == pack(device, epoch, 12345, first_ms),
         "the flood's messages are not what a device would write");
}

void Messages::write(std::uint64_t seq, Octets& out) const {
  std::array<char, 20> digits;
  out = start_;
  out += readings::ms_to_seconds_text(first_ms_ + static_cast<std::int64_t>(seq) * interval_ms);
  out += middle_;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), seq).ptr);
  out += tails_[seq % values_repeat_after];
}

Device::Device(DeviceId id, Epoch epoch, std::int64_t first_ms)
    : epoch_(epoch),
      readings_topic_(bus::readings_topic(id.to_text())),
      receipt_topic_(bus::receipt_topic(id.to_text())),
      messages_(id, epoch, first_ms) {}

std::uint64_t Device::receipted(OctetsView octets) {
  const auto receipt = readings::decode_receipt(octets);
  if (!receipt) throw Fault("a receipt that cannot be read");
  if (receipt->epoch != epoch_) return 0;
  std::uint64_t fresh = 0;
  for (const auto& range : receipt->stored) {
    if (range.last > sent()) throw Fault("a receipt for what was not sent");
    for (auto seq = range.first; seq <= range.last; ++seq) fresh += receipted_.add(seq) ? 1 : 0;
  }
  return fresh;
}

std::vector<std::uint64_t> Device::overdue() {
  std::vector<std::uint64_t> missing;
  std::uint64_t seq = 1;
  for (const auto& range : receipted_.ranges()) {
    for (; seq < range.first && seq <= sent_before_; ++seq) missing.push_back(seq);
    seq = range.last + 1;
  }
  for (; seq <= sent_before_; ++seq) missing.push_back(seq);
  sent_before_ = sent_then_;
  sent_then_ = sent();
  return missing;
}

}  // namespace feldsher::bench
