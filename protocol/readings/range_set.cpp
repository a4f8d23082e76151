#include "protocol/readings/range_set.hpp"

#include <algorithm>

#include "protocol/record/result.hpp"

namespace feldsher::readings {

bool RangeSet::add(std::uint64_t number) {
  if (!ranges_.empty() && number > ranges_.back().last) {
    if (number == ranges_.back().last + 1) {
      ranges_.back().last = number;
    } else {
      ranges_.push_back({number, number});
    }
    return true;
  }
  if (contains(number)) return false;
  add(Range{number, number});
  return true;
}

void RangeSet::add(Range range) {
  ensure(range.first <= range.last, "a range that ends before it begins");
  // The ranges that `range` overlaps or touches become one with it. (`last + 1` would wrap at 2^64 - 1.)
  const auto begin =
      std::lower_bound(ranges_.begin(), ranges_.end(), range.first,
                       [](const Range& r, std::uint64_t n) { return r.last < n && n - r.last > 1; });
  auto end = begin;
  for (; end != ranges_.end() && (end->first <= range.last || end->first - range.last == 1); ++end) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
  }
  if (begin == end) {
    ranges_.insert(begin, range);
    return;
  }
  *begin = range;
  ranges_.erase(begin + 1, end);
}

void RangeSet::remove(Range range) {
  std::vector<Range> kept;
  kept.reserve(ranges_.size() + 1);
  for (const auto& one : ranges_) {
    if (one.last < range.first || one.first > range.last) {
      kept.push_back(one);
      continue;
    }
    if (one.first < range.first) kept.push_back({one.first, range.first - 1});
    if (one.last > range.last) kept.push_back({range.last + 1, one.last});
  }
  ranges_ = std::move(kept);
}

bool RangeSet::contains(std::uint64_t number) const {
  const auto found = std::lower_bound(ranges_.begin(), ranges_.end(), number,
                                      [](const Range& r, std::uint64_t n) { return r.last < n; });
  return found != ranges_.end() && found->first <= number;
}

std::uint64_t RangeSet::count() const {
  std::uint64_t sum = 0;
  for (const auto& one : ranges_) sum += one.last - one.first + 1;
  return sum;
}

std::uint64_t RangeSet::complete_to() const {
  return !ranges_.empty() && ranges_.front().first <= 1 ? ranges_.front().last : 0;
}

}  // namespace feldsher::readings
