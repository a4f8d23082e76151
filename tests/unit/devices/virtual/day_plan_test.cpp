#include "devices/virtual/day_plan.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/record/result.hpp"
#include "tests/unit/devices/virtual/small_clinic.hpp"

using namespace feldsher;
using namespace feldsher::virtual_world;

TEST_CASE("a point's day is found in the clinic's file, and nobody else's", "[devices][virtual]") {
  const auto plan =
      read_day_plan(test::small_clinic, "lindens", R"({"0190c0de-0000-7000-8000-0000000000a1":"FP1:x"})");
  REQUIRE(plan.doctors.size() == 1);
  CHECK(plan.doctors[0].terminal == "room-1");
  CHECK(plan.doctors[0].pin == "1234");
  REQUIRE(plan.registrars.size() == 1);
  CHECK(plan.registrars[0].terminal == "reception-1");
  CHECK(plan.bookable.size() == 1);
  REQUIRE(plan.patients.size() == 3);
  CHECK(plan.patients[0].pass == "FP1:x");
  CHECK(plan.patients[1].pass.empty());
  CHECK(plan.patients[1].phone == "+380445550002");
  CHECK(plan.patients[2].walk_in());
  CHECK(plan.walk_ins.size() == 1);
  CHECK(plan.to_book.size() == 2);
  CHECK(plan.terminals() ==
        std::vector<std::string>{"board-1", "checkin-1", "reception-1", "room-1", "survey-1"});
}

TEST_CASE("a file that is no clinic is refused in words", "[devices][virtual][O6]") {
  CHECK_THROWS_AS(read_day_plan("", "lindens", ""), Fault);
  CHECK_THROWS_AS(read_day_plan("{}", "lindens", ""), Fault);
  CHECK_THROWS_AS(read_day_plan("[]", "lindens", ""), Fault);
  CHECK_THROWS_AS(read_day_plan(test::small_clinic, "elsewhere", ""), Fault);
  CHECK_THROWS_AS(read_day_plan(test::small_clinic, "lindens", "[1]"), Fault);
}
