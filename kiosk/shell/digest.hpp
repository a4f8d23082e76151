#pragma once
#include <cstddef>
#include <cstdint>

namespace feldsher::kiosk {

/// FNV-1a by whole `T`s: tells whether something changed since it was shown. Not for secrets.
class Digest {
 public:
  template <class T>
  void mix(const T* from, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) value_ = (value_ ^ from[i]) * 0x100000001b3u;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace feldsher::kiosk
