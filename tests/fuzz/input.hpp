#pragma once
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "protocol/record/octets.hpp"

namespace feldsher::fuzz {

/// protobuf would tell of each text that is not UTF-8, and take most of the time for it.
inline const auto told_by_protobuf = google::protobuf::SetLogHandler(nullptr);

/// Takes an input apart, octet by octet; what is missing at its end is zero or empty.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t octet() {
    const OctetsView one = part(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one[0]);
  }
  /// Big-endian.
  std::uint16_t two_octets() {
    const unsigned first = octet();
    return static_cast<std::uint16_t>(first << 8 | octet());
  }
  OctetsView part(std::size_t size) {
    const OctetsView taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  OctetsView rest() { return part(rest_.size()); }

 private:
  OctetsView rest_;
};

}  // namespace feldsher::fuzz
