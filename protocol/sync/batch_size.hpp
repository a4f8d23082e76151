#pragma once
#include <algorithm>
#include <cstdint>

namespace feldsher::sync {

/// How much of a backlog goes into one batch: as much as the line has shown that it takes in little time, so
/// that what is urgent, which waits for one batch at the most, never waits for long.
class BatchSize {
 public:
  static constexpr std::size_t least = 64 * 1024, most = 256 * 1024;
  /// A batch that was acknowledged within `quick_ms` was a small one; after `slow_ms` it was a large one.
  static constexpr std::uint64_t quick_ms = 100, slow_ms = 400;

  std::size_t octets() const { return octets_; }
  void sent(std::uint64_t now_ms, std::size_t octets) {
    sent_ms_ = now_ms;
    // A small batch that was quick says nothing of a large one.
    tells_ = octets >= octets_ / 2;
  }
  void acknowledged(std::uint64_t now_ms) {
    const std::uint64_t took = now_ms - sent_ms_;
    if (tells_ && took <= quick_ms) octets_ = std::min(octets_ * 2, most);
    if (took >= slow_ms) octets_ = std::max(octets_ / 4, least);
  }
  /// Another line, or one that lost something: nothing is known of it.
  void reset() { octets_ = least; }

 private:
  std::size_t octets_ = least;
  std::uint64_t sent_ms_ = 0;
  bool tells_ = false;  // The batch on the line is large enough to show what the line takes.
};

}  // namespace feldsher::sync
