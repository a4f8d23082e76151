#include "protocol/minutes/minute_set.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <set>

#include <rapidcheck.h>

namespace feldsher {
namespace {

using Naive = std::set<std::int64_t>;

/// A short stretch near zero, so that they touch, overlap and miss each other; one in some is empty.
Minutes any_stretch() {
  const auto first = *rc::gen::inRange<std::int64_t>(-20, 60);
  return {first, first + *rc::gen::inRange<std::int64_t>(-2, 15)};
}

Naive naive(Minutes stretch) {
  Naive minutes;
  for (auto minute = stretch.first; minute < stretch.end; ++minute) minutes.insert(minute);
  return minutes;
}

Naive naive(const MinuteSet& set) {
  Naive minutes;
  for (const Minutes& stretch : set.stretches()) minutes.merge(naive(stretch));
  return minutes;
}

/// A set made by some steps, beside the naive one made by the same.
std::pair<MinuteSet, Naive> any_set() {
  std::pair<MinuteSet, Naive> made;
  const int steps = *rc::gen::inRange(0, 12);
  for (int i = 0; i < steps; ++i) {
    const Minutes stretch = any_stretch();
    if (*rc::gen::arbitrary<bool>()) {
      made.first.add(stretch);
      made.second.merge(naive(stretch));
    } else {
      made.first.remove(stretch);
      for (const auto minute : naive(stretch)) made.second.erase(minute);
    }
  }
  return made;
}

}  // namespace

TEST_CASE("a set of minutes is what a naive set of them is, whatever was added and removed",
          "[protocol][minutes][S3]") {
  CHECK(rc::check([] {
    const auto [set, minutes] = any_set();
    RC_ASSERT(naive(set) == minutes);
    RC_ASSERT(set.count() == static_cast<std::int64_t>(minutes.size()));
    RC_ASSERT(set.empty() == minutes.empty());
  }));
}

TEST_CASE("stretches of a set ascend and never touch each other", "[protocol][minutes][S3]") {
  CHECK(rc::check([] {
    const auto stretches = any_set().first.stretches();
    for (const Minutes& stretch : stretches) RC_ASSERT(stretch.first < stretch.end);
    for (std::size_t i = 1; i < stretches.size(); ++i) RC_ASSERT(stretches[i - 1].end < stretches[i].first);
  }));
}

TEST_CASE("a stretch is in a set when all of its minutes are, and touches it when one is",
          "[protocol][minutes][S3]") {
  CHECK(rc::check([] {
    const auto [set, minutes] = any_set();
    const Minutes stretch = any_stretch();
    bool all = !stretch.empty(), any = false;
    for (const auto minute : naive(stretch)) {
      all = all && minutes.contains(minute);
      any = any || minutes.contains(minute);
    }
    RC_ASSERT(set.contains(stretch) == all);
    RC_ASSERT(set.touches(stretch) == any);
  }));
}

TEST_CASE("adding and removing a whole set is adding and removing each of its stretches",
          "[protocol][minutes][S3]") {
  CHECK(rc::check([] {
    auto [set, minutes] = any_set();
    auto [other, others] = any_set();
    MinuteSet joined = set, less = set;
    joined.add(other);
    less.remove(other);
    RC_ASSERT(joined.contains(set) && joined.contains(other));
    RC_ASSERT(joined.count() == less.count() + other.count());
    for (const Minutes& stretch : other.stretches()) RC_ASSERT(!less.touches(stretch));
  }));
}

TEST_CASE("a set survives the wire, and ranges from outside are merged, not believed",
          "[protocol][minutes][S3]") {
  CHECK(rc::check([] {
    const MinuteSet set = any_set().first;
    v1::Lease lease;
    put_minutes(set, lease);
    RC_ASSERT(minute_set_from(lease.minutes()) == set);
  }));
  v1::Lease hostile;
  for (auto [first, end] :
       {std::pair<std::int64_t, std::int64_t>{30, 40}, {10, 20}, {20, 30}, {9, 2}, {5, 5}}) {
    hostile.add_minutes()->set_first(first);
    hostile.mutable_minutes()->rbegin()->set_end(end);
  }
  CHECK(minute_set_from(hostile.minutes()).stretches() == std::vector<Minutes>{{10, 40}});
}

TEST_CASE("minutes at the ends of time break nothing", "[protocol][minutes]") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  MinuteSet set({10, 20});
  set.remove({most, least});
  CHECK(set.count() == 10);
  set.remove({least, most});
  CHECK(set.empty());
}

TEST_CASE("a stretch has as many minutes as lie in it, and none when it ends before it begins",
          "[protocol][minutes]") {
  CHECK(Minutes{10, 20}.count() == 10);
  CHECK(Minutes{10, 11}.count() == 1);
  CHECK(Minutes{10, 10}.count() == 0);
  CHECK(Minutes{20, 10}.count() == 0);
}

TEST_CASE("what two sets have in common is in both, and a part of a set is not the set",
          "[protocol][minutes][S3]") {
  MinuteSet mine({0, 30}), yours({20, 50});
  mine.remove({24, 26});
  const std::vector<Minutes> common{{20, 24}, {26, 30}};
  CHECK(mine.common_with(yours).stretches() == common);
  CHECK(yours.common_with(mine).stretches() == common);
  CHECK(mine.common_with(MinuteSet()).empty());
  CHECK_FALSE(mine == yours);
  CHECK_FALSE(mine.contains(yours));
  CHECK(mine.contains(mine.common_with(yours)));
  CHECK(mine.contains(MinuteSet()));
}

}  // namespace feldsher
