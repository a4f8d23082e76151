#include "protocol/crypto/system_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace feldsher;

TEST_CASE("the machine's randomness does not repeat", "[protocol][crypto]") {
  SystemRandom random;
  std::set<Octets> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.octets(16));
  CHECK(seen.size() == 1000);
  CHECK(random.octets(0).empty());
}

TEST_CASE("the monotonic clock does not run backwards and a boot has one name", "[protocol][crypto]") {
  const SystemClock clock;
  const SystemClock another;
  const auto first = clock.now();
  const auto second = another.now();
  CHECK(second.since_boot_ms >= first.since_boot_ms);
  CHECK(first.boot != 0);
  CHECK(first.boot == second.boot);
}

TEST_CASE("a clock before the year of the build has not been set", "[protocol][crypto]") {
  const auto floor_ms = build_year_floor_s() * 1000;
  CHECK(floor_ms > 1'700'000'000'000);
  CHECK(trust_of(0, true) == v1::TRUST_UNSET);
  CHECK(trust_of(floor_ms - 1, true) == v1::TRUST_UNSET);
  CHECK(trust_of(floor_ms, false) == v1::FREE_RUNNING);
  CHECK(trust_of(floor_ms, true) == v1::SYNCHRONISED);
}

TEST_CASE("only a synchronised clock names its uncertainty", "[protocol][crypto]") {
  const auto now = SystemClock().now();
  CHECK((now.uncertainty_ms > 0) == (now.trust == v1::SYNCHRONISED));
}
