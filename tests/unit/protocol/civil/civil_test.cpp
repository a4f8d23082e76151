#include "protocol/civil/civil.hpp"

#include <catch2/catch_test_macros.hpp>

namespace feldsher {

TEST_CASE("a zone that no table has is no zone", "[protocol][civil][N3]") {
  CHECK_FALSE(Zone::named("Europe/Atlantis"));
  CHECK_FALSE(Zone::named(""));
  CHECK(Zone::named("Europe/Kyiv"));
}

TEST_CASE("what is no time on a wall has no minute", "[protocol][civil][S3]") {
  const Zone kyiv = *Zone::named("Europe/Kyiv");
  for (const char* wrong :
       {"", "2026-11-23", "2026-11-23 09:43", "2026-11-23T9:43", "2026-11-23T24:00", "2026-11-23T09:60",
        "2026-02-29T09:43", "2026-13-01T09:43", "2026-11-31T09:43", "2026-11-23T09:43Z", "2026-11-23T-9:43",
        "-026-11-23T09:43", "2026/11/23T09:43", "2026-11-23T09:4x"})
    CHECK_FALSE(kyiv.minute(wrong));
}

TEST_CASE("a minute is told as the clinic's wall tells it, and read back", "[protocol][civil][S3]") {
  const Zone kyiv = *Zone::named("Europe/Kyiv");
  const auto minute = kyiv.minute("2026-11-23T09:43");
  REQUIRE(minute);
  CHECK(*minute == 29923663);  // 07:43 UTC: two hours behind in winter.
  CHECK(kyiv.civil(*minute) == "2026-11-23T09:43");
  CHECK(kyiv.day(*minute) == "2026-11-23");
  CHECK(kyiv.clock(*minute) == "09:43");
  CHECK(Zone::named("Asia/Yekaterinburg")->civil(*minute) == "2026-11-23T12:43");
}

TEST_CASE("an hour that the zone skips does not exist, and of one that comes twice the first is meant",
          "[protocol][civil][S3]") {
  const Zone kyiv = *Zone::named("Europe/Kyiv");
  CHECK_FALSE(kyiv.minute("2026-03-29T03:30"));
  REQUIRE(kyiv.minute("2026-03-29T04:00"));
  CHECK(*kyiv.minute("2026-03-29T04:00") - *kyiv.minute("2026-03-29T02:59") == 1);

  const auto first = kyiv.minute("2026-10-25T03:30");
  REQUIRE(first);
  CHECK(kyiv.civil(*first) == "2026-10-25T03:30");
  CHECK(kyiv.civil(*first + 60) == "2026-10-25T03:30");
  CHECK(kyiv.civil(*first + 120) == "2026-10-25T04:30");
}

TEST_CASE("days change at midnight of the clinic, not of UTC", "[protocol][civil][N3]") {
  const Zone kyiv = *Zone::named("Europe/Kyiv");
  const auto midnight = kyiv.minute("2026-11-24T00:00");
  REQUIRE(midnight);
  CHECK(kyiv.day(*midnight - 1) == "2026-11-23");
  CHECK(kyiv.day(*midnight) == "2026-11-24");
  CHECK(Zone::named("UTC")->day(*midnight) == "2026-11-23");
}

TEST_CASE("a planned time carries what the wall says, its zone, its instant and the tables that gave it",
          "[protocol][civil][S3]") {
  const v1::PlannedTime planned = Zone::named("Europe/Kyiv")->planned(29923663);
  CHECK(planned.civil() == "2026-11-23T09:43");
  CHECK(planned.zone() == "Europe/Kyiv");
  CHECK(planned.minute() == 29923663);
  CHECK(planned.tzdata() == tzdata_release());
  CHECK_FALSE(tzdata_release().empty());
}

TEST_CASE("a birth date is a day that was", "[protocol][civil]") {
  CHECK(is_date("1956-03-09"));
  CHECK(is_date("2024-02-29"));
  for (const char* wrong :
       {"", "1956-3-9", "2026-02-29", "1956-03-32", "1956-00-01", "09.03.1956", "1956-03-09T00:00"})
    CHECK_FALSE(is_date(wrong));
}

}  // namespace feldsher
