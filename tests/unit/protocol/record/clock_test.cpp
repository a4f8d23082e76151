#include "protocol/record/clock.hpp"

#include <catch2/catch_test_macros.hpp>

#include "vectors.hpp"

namespace feldsher::testing {

TEST_CASE("stamps go on as the golden vectors do", "[protocol][record][vectors][N10]") {
  HybridClock clock;
  std::pair<std::int64_t, std::uint32_t> last{};
  const auto golden = vectors("clock");
  for (const auto& step : golden.at("steps").as_array()) {
    Instant now{.wall_ms = number_of<std::int64_t>(step, "now"), .since_boot_ms = 5, .boot = 9};
    if (text_of(step, "do") == "stamp") {
      const v1::Stamp stamp = clock.stamp(now);
      CHECK(stamp.wall_ms() == number_of<std::int64_t>(step, "wall"));
      CHECK(stamp.logical() == number_of<std::uint32_t>(step, "logical"));
      CHECK(std::pair{stamp.wall_ms(), stamp.logical()} > last);
      last = {stamp.wall_ms(), stamp.logical()};
    } else {
      now.trust = static_cast<v1::Trust>(number_of<int>(step, "trust"));
      v1::Stamp heard;
      heard.set_wall_ms(number_of<std::int64_t>(step, "heard_wall"));
      heard.set_logical(number_of<std::uint32_t>(step, "heard_logical"));
      CHECK(clock.hear(heard, now) == step.at("taken").as_bool());
    }
  }
}

TEST_CASE("a clock that jumps back 48 hours does not make stamps run backwards", "[protocol][record][N10]") {
  HybridClock clock;
  Instant now{.wall_ms = 1'700'000'000'000};
  const v1::Stamp before = clock.stamp(now);
  now.wall_ms -= 48LL * 3600 * 1000;
  v1::Stamp after = clock.stamp(now);
  CHECK(after.wall_ms() == before.wall_ms());
  CHECK(after.logical() == before.logical() + 1);
}

TEST_CASE("a stamp says what its clock was worth", "[protocol][record][N10]") {
  HybridClock clock;
  const v1::Stamp stamp = clock.stamp(
      {.wall_ms = 7, .since_boot_ms = 3, .boot = 0xfeed, .trust = v1::SET_BY_PERSON, .uncertainty_ms = 250});
  CHECK(stamp.boot() == 0xfeed);
  CHECK(stamp.since_boot_ms() == 3);
  CHECK(stamp.trust() == v1::SET_BY_PERSON);
  CHECK(stamp.uncertainty_ms() == 250);
}

TEST_CASE("a clock goes on after the last stamp of the journal", "[protocol][record][N10]") {
  HybridClock first, second;
  first.stamp({.wall_ms = 5000});
  const v1::Stamp last = first.stamp({.wall_ms = 5000});
  second.resume_after(last);
  const v1::Stamp next = second.stamp({.wall_ms = 100});  // Booted in 1970.
  CHECK(next.wall_ms() == 5000);
  CHECK(next.logical() == 2);
}

}  // namespace feldsher::testing
