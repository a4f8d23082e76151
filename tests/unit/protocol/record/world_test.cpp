#include "protocol/record/world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <deque>
#include <set>

namespace feldsher::testing {
namespace {

/// Gives the numbers that it was told to give.
class ToldRandom final : public Random {
 public:
  explicit ToldRandom(std::deque<std::uint64_t> numbers) : numbers_(std::move(numbers)) {}
  void fill(void* to, std::size_t octets) override {
    auto* out = static_cast<char*>(to);
    while (octets > 0) {
      const std::uint64_t number = numbers_.front();
      numbers_.pop_front();
      const std::size_t count = std::min(octets, sizeof number);
      std::memcpy(out, &number, count);
      out += count;
      octets -= count;
    }
  }
  std::size_t left() const { return numbers_.size(); }

 private:
  std::deque<std::uint64_t> numbers_;
};

}  // namespace

TEST_CASE("a number below a bound draws again where one value would be likelier", "[protocol][record]") {
  // 2^64 mod 10 is 6: the last values of the range would favour the small digits.
  ToldRandom random({UINT64_MAX, UINT64_MAX - 1, 29});
  CHECK(random.below(10) == 9);
  CHECK(random.left() == 0);
  ToldRandom one({12345});
  CHECK(one.below(1) == 0);
}

TEST_CASE("random octets are as many as were asked for", "[protocol][record]") {
  ToldRandom random({0x0807060504030201, 0x0a09, 0});
  CHECK(random.octets(10) == Octets("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"));
}

TEST_CASE("a new id holds its time and every random octet it may", "[protocol][record]") {
  ToldRandom random({UINT64_MAX, UINT64_MAX});
  const Uuid id = random.uuid_v7(0x0190c0de1234);
  CHECK(id.to_text() == "0190c0de-1234-7fff-bfff-ffffffffffff");
  CHECK(random.left() == 0);
  ToldRandom none({0, 0});
  CHECK(none.uuid_v7(0).to_text() == "00000000-0000-7000-8000-000000000000");
  CHECK(Uuid{}.is_nil());
  CHECK_FALSE(id.is_nil());
}

TEST_CASE("ids of one millisecond do not fall into one bucket", "[protocol][record]") {
  std::set<std::size_t> hashes;
  for (std::uint64_t n = 0; n < 100; ++n) {
    ToldRandom random({n, n << 8});
    hashes.insert(std::hash<NodeId>{}(NodeId{random.uuid_v7(1'700'000'000'000)}));
  }
  CHECK(hashes.size() > 90);
}

}  // namespace feldsher::testing
