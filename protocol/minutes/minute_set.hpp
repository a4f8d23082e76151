#pragma once
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "protocol/contracts/clinic.pb.h"

namespace feldsher {

/// Minutes [first, end) since 1970-01-01T00:00Z.
struct Minutes {
  std::int64_t first = 0;
  std::int64_t end = 0;

  bool empty() const { return end <= first; }
  std::int64_t count() const { return empty() ? 0 : end - first; }
  auto operator<=>(const Minutes&) const = default;
};

/// A set of minutes, as disjoint stretches in ascending order.
class MinuteSet {
 public:
  MinuteSet() = default;
  explicit MinuteSet(Minutes stretch) { add(stretch); }

  void add(Minutes stretch);
  void remove(Minutes stretch);
  void add(const MinuteSet& other);
  void remove(const MinuteSet& other);

  /// The minutes that both have.
  MinuteSet common_with(const MinuteSet& other) const;

  /// Whether every minute of `stretch` is in the set. An empty stretch is in no set.
  bool contains(Minutes stretch) const;
  bool contains(const MinuteSet& other) const;
  bool touches(Minutes stretch) const;
  bool empty() const { return stretches_.empty(); }
  std::int64_t count() const;
  std::vector<Minutes> stretches() const;
  bool operator==(const MinuteSet&) const = default;

 private:
  std::map<std::int64_t, std::int64_t> stretches_;  // first → end
};

/// From and to the wire. Reading merges what touches and lets empty ranges fall.
template <class Ranges>
MinuteSet minute_set_from(const Ranges& ranges) {
  MinuteSet set;
  for (const v1::MinuteRange& range : ranges) set.add({range.first(), range.end()});
  return set;
}
template <class Message>
void put_minutes(const MinuteSet& set, Message& message) {
  for (const Minutes& stretch : set.stretches()) {
    v1::MinuteRange& range = *message.add_minutes();
    range.set_first(stretch.first);
    range.set_end(stretch.end);
  }
}

}  // namespace feldsher
