#pragma once
#include <string>
#include <vector>

#include "protocol/readings/range_set.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher::bench {

/// The devices of a command line, as UUIDs. Throws Fault, with what is none.
std::vector<DeviceId> devices_of(const std::vector<std::string>& texts);

/// The messages of one life of a wearable: heart rate, oxygen saturation, respiratory rate, temperature.
/// Number n is always the same octets, so that it can be sent again without being kept.
class Messages {
 public:
  static constexpr std::size_t readings_each = 4;

  Messages(DeviceId device, Epoch epoch, std::int64_t first_ms);
  /// Puts number `seq` into `out`, in place of what is there; what `readings::write_pack` would write.
  void write(std::uint64_t seq, Octets& out) const;

 private:
  Octets start_, middle_;      // Before the time; between time and number.
  std::vector<Octets> tails_;  // After the number: the values, which repeat after some minutes.
  std::int64_t first_ms_;
};

/// A device under the flood: what it has sent, and what was receipted.
class Device {
 public:
  Device(DeviceId id, Epoch epoch, std::int64_t first_ms);

  const std::string& readings_topic() const { return readings_topic_; }
  const std::string& receipt_topic() const { return receipt_topic_; }
  const Messages& messages() const { return messages_; }

  std::uint64_t take_next() { return next_seq_++; }
  /// How many messages `receipt` covers for the first time. Throws Fault when it is none of ours.
  std::uint64_t receipted(OctetsView receipt);
  std::uint64_t sent() const { return next_seq_ - 1; }
  /// What was sent two calls ago or earlier, and is not receipted: to be sent again.
  std::vector<std::uint64_t> overdue();

 private:
  Epoch epoch_;
  std::string readings_topic_, receipt_topic_;
  Messages messages_;
  std::uint64_t next_seq_ = 1;
  readings::RangeSet receipted_;
  std::uint64_t sent_then_ = 0, sent_before_ = 0;  // At the last call of `overdue`, and at the one before.
};

}  // namespace feldsher::bench
