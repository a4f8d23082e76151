#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace feldsher::sync {

/// How much of what is handed back goes into one part: as much as the line carries before the node loses
/// patience. One record may be larger.
class PartSize {
 public:
  static constexpr std::size_t least = 4 * 1024, most = 64 * 1024;
  /// After so many in a row that took less than `quick_ms`, parts are twice as large: twice that time is
  /// still well below the shortest patience of a node.
  static constexpr int row = 8;
  static constexpr std::uint64_t quick_ms = 5'000;

  std::size_t octets() const { return octets_; }
  void sent(std::uint64_t now_ms, std::size_t octets) {
    sent_ms_ = now_ms;
    // A small part that was quick says nothing of a large one.
    tells_ = octets >= octets_ / 2;
  }
  void arrived(std::uint64_t now_ms) {
    if (now_ms - sent_ms_ >= quick_ms) {
      quick_ = 0;
    } else if (tells_ && ++quick_ == row) {
      resize(octets_ * 2);
    }
  }
  /// The line ended with a part under way.
  void broke_off() { resize(octets_ / 2); }
  /// The node has come back.
  void reset() { resize(most); }

 private:
  void resize(std::size_t octets) {
    octets_ = std::clamp(octets, least, most);
    quick_ = 0;
  }

  std::size_t octets_ = most;
  std::uint64_t sent_ms_ = 0;
  int quick_ = 0;       // How many in a row were.
  bool tells_ = false;  // The part on the line is large enough to show what the line carries.
};

}  // namespace feldsher::sync
