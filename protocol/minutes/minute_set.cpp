#include "protocol/minutes/minute_set.hpp"

#include <algorithm>
#include <iterator>

namespace feldsher {

void MinuteSet::add(Minutes stretch) {
  if (stretch.empty()) return;
  auto at = stretches_.upper_bound(stretch.first);
  if (at != stretches_.begin() && std::prev(at)->second >= stretch.first) --at;
  while (at != stretches_.end() && at->first <= stretch.end) {
    stretch.first = std::min(stretch.first, at->first);
    stretch.end = std::max(stretch.end, at->second);
    at = stretches_.erase(at);
  }
  stretches_[stretch.first] = stretch.end;
}

void MinuteSet::remove(Minutes stretch) {
  if (stretch.empty()) return;
  auto at = stretches_.upper_bound(stretch.first);
  if (at != stretches_.begin() && std::prev(at)->second > stretch.first) --at;
  while (at != stretches_.end() && at->first < stretch.end) {
    Minutes cut{at->first, at->second};
    at = stretches_.erase(at);
    if (cut.first < stretch.first) stretches_[cut.first] = stretch.first;
    if (cut.end > stretch.end) stretches_[stretch.end] = cut.end;
  }
}

void MinuteSet::add(const MinuteSet& other) {
  for (const Minutes& stretch : other.stretches()) add(stretch);
}

void MinuteSet::remove(const MinuteSet& other) {
  for (const Minutes& stretch : other.stretches()) remove(stretch);
}

MinuteSet MinuteSet::common_with(const MinuteSet& other) const {
  MinuteSet mine_only = *this, common = *this;
  mine_only.remove(other);
  common.remove(mine_only);
  return common;
}

bool MinuteSet::contains(Minutes stretch) const {
  if (stretch.empty()) return false;
  auto at = stretches_.upper_bound(stretch.first);
  return at != stretches_.begin() && std::prev(at)->second >= stretch.end;
}

bool MinuteSet::contains(const MinuteSet& other) const {
  auto all = other.stretches();
  return std::all_of(all.begin(), all.end(), [this](const Minutes& stretch) { return contains(stretch); });
}

bool MinuteSet::touches(Minutes stretch) const {
  if (stretch.empty()) return false;
  auto at = stretches_.lower_bound(stretch.end);
  return at != stretches_.begin() && std::prev(at)->second > stretch.first;
}

std::int64_t MinuteSet::count() const {
  std::int64_t count = 0;
  for (const auto& [first, end] : stretches_) count += end - first;
  return count;
}

std::vector<Minutes> MinuteSet::stretches() const {
  std::vector<Minutes> all;
  for (const auto& [first, end] : stretches_) all.push_back({first, end});
  return all;
}

}  // namespace feldsher
