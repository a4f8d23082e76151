#pragma once
#include <cstdint>
#include <vector>

namespace feldsher::readings {

/// Numbers [first, last], both in it.
struct Range {
  std::uint64_t first = 0, last = 0;
  auto operator<=>(const Range&) const = default;
};

/// A set of message numbers, kept as the ranges they form: what is held of a device, what was receipted.
///
/// Ranges are ascending, disjoint and never touch. Adding at the end, the usual case, is O(1).
class RangeSet {
 public:
  /// False when `number` was in the set.
  bool add(std::uint64_t number);
  void add(Range range);  ///< `first <= last`.
  /// Takes numbers out; those not in it are no fault.
  void remove(Range range);

  bool contains(std::uint64_t number) const;
  bool empty() const { return ranges_.empty(); }
  std::uint64_t count() const;
  const std::vector<Range>& ranges() const { return ranges_; }
  /// The last number n such that all of 1 … n are in the set; 0 when 1 is not.
  std::uint64_t complete_to() const;

  bool operator==(const RangeSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

}  // namespace feldsher::readings
