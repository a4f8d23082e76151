#include "protocol/readings/range_set.hpp"

#include <rapidcheck.h>
#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace feldsher::readings;

TEST_CASE("numbers that follow one another are one range", "[protocol][readings][W2]") {
  RangeSet set;
  for (std::uint64_t n : {1, 2, 3, 7, 5, 6}) CHECK(set.add(n));
  CHECK(set.ranges() == std::vector<Range>{{1, 3}, {5, 7}});
  CHECK_FALSE(set.add(2));
  CHECK(set.complete_to() == 3);
  CHECK(set.add(4));
  CHECK(set.ranges() == std::vector<Range>{{1, 7}});
  CHECK(set.complete_to() == 7);
  CHECK(set.count() == 7);
}

TEST_CASE("the last number there is does not wrap", "[protocol][readings]") {
  RangeSet set;
  const auto last = ~std::uint64_t{0};
  CHECK(set.add(last));
  set.add(Range{0, 3});
  CHECK(set.contains(last));
  CHECK_FALSE(set.contains(last - 1));
  set.add(Range{last - 1, last});
  CHECK(set.ranges() == std::vector<Range>{{0, 3}, {last - 1, last}});
  CHECK(set.complete_to() == 3);
}

TEST_CASE("a range set holds what a set of numbers holds", "[protocol][readings]") {
  CHECK(rc::check([](const std::vector<std::tuple<bool, std::uint8_t, std::uint8_t>>& steps) {
    RangeSet ranges;
    std::set<std::uint64_t> numbers;
    for (const auto& [adds, from, length] : steps) {
      const Range range{from, from + length % 7u};
      if (range.first == range.last && adds) RC_ASSERT(ranges.add(from) == numbers.insert(from).second);
      for (auto n = range.first; n <= range.last; ++n)
        adds ? (void)numbers.insert(n) : (void)numbers.erase(n);
      adds ? ranges.add(range) : ranges.remove(range);
    }
    RC_ASSERT(ranges.count() == numbers.size());
    for (std::uint64_t n = 0; n < 270; ++n) RC_ASSERT(ranges.contains(n) == numbers.contains(n));
    for (std::size_t i = 1; i < ranges.ranges().size(); ++i) {
      RC_ASSERT(ranges.ranges()[i].first > ranges.ranges()[i - 1].last + 1);
    }
  }));
}
