#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

namespace {

std::string wanted(const std::string& from) {
  return boost::json::serialize(boost::json::object{
      {"patient", petr_id}, {"shift", shift_id}, {"service", service_id}, {"from", from}, {"minutes", 12}});
}

}  // namespace

TEST_CASE("a booking in central's minutes is made at once", "[central][api][S1]") {
  ApiWorld world;
  const auto asked = world.post("/api/v1/appointments", wanted("2030-05-14T09:30"));
  REQUIRE(asked.status == 201);
  CHECK(asked.body.at("status").as_string() == "booked");
  CHECK(asked.body.at("from").as_string() == "2030-05-14T09:30");
  CHECK(asked.body.at("minutes").to_number<int>() == 12);
  const auto day = world.get("/api/v1/appointments?day=2030-05-14");
  REQUIRE(day.body.as_array().size() == 2);
  CHECK(day.body.as_array().back().at("id") == asked.body.at("id"));
}

TEST_CASE("a minute that is booked is not given again", "[central][api][S1]") {
  ApiWorld world;
  CHECK(world.post("/api/v1/appointments", wanted("2030-05-14T09:30")).status == 201);
  CHECK(world.post("/api/v1/appointments", wanted("2030-05-14T09:41")).status == 409);
  CHECK(world.post("/api/v1/appointments", wanted("2030-05-14T09:42")).status == 201);
}

TEST_CASE("a booking in the point's minutes is asked of the point", "[central][api][S1]") {
  ApiWorld world;
  const auto asked = world.post("/api/v1/appointments", wanted("2030-05-14T10:30"));
  REQUIRE(asked.status == 202);
  const std::string request(asked.body.at("request").as_string());
  auto shown = world.get("/api/v1/requests/" + request);
  CHECK(shown.body.at("status").as_string() == "asked");
  CHECK(world.get("/api/v1/appointments?day=2030-05-14").body.as_array().size() == 1);
}

TEST_CASE("a booking that cannot be is refused with its reason", "[central][api][S1]") {
  ApiWorld world;
  CHECK(world.post("/api/v1/appointments", wanted("2030-05-14T13:30")).status ==
        400);  // Outside of the shift.
  CHECK(world.post("/api/v1/appointments", wanted("2030-05-14T99:30")).status == 400);
  CHECK(world.post("/api/v1/appointments", "{").status == 400);
  CHECK(world.post("/api/v1/appointments", replaced(wanted("2030-05-14T09:30"), "\"minutes\"", "\"minuets\""))
            .status == 400);
  CHECK(world.post("/api/v1/appointments", replaced(wanted("2030-05-14T09:30"), petr_id, point_id)).status ==
        404);
  world.core.clock.at.wall_ms += 3'600'000 + 40 * 60'000;  // 09:40 in Kyiv.
  CHECK(world.post("/api/v1/appointments", wanted("2030-05-14T09:30")).status == 409);
}

TEST_CASE("a cancelled appointment stays, and gives its minutes back", "[central][api][S1][X4]") {
  ApiWorld world;
  const std::string path = std::string("/api/v1/appointments/") + appointment_id;
  const auto asked = world.post(path + "/cancel", "");
  CHECK(asked.status == 200);
  CHECK(asked.body.at("status").as_string() == "cancelled");
  CHECK(world.get(path).body.at("fhir_status").as_string() == "cancelled");
  CHECK(world.post(path + "/cancel", "").status == 409);
  CHECK(world.post("/api/v1/appointments", wanted("2030-05-14T09:13")).status == 201);
}

TEST_CASE("a shift shows whose its free minutes are", "[central][api][S1]") {
  ApiWorld world;
  const auto asked = world.get(std::string("/api/v1/shifts?day=2030-05-14&point=") + point_id);
  REQUIRE(asked.body.as_array().size() == 1);
  const auto& shift = asked.body.as_array().front();
  const auto& central = shift.at("free_at_central").as_array();
  REQUIRE(central.size() == 3);  // Around the appointment and the leased hour.
  CHECK(central[0].at("from").as_string() == "2030-05-14T09:00");
  CHECK(central[0].at("until").as_string() == "2030-05-14T09:13");
  const auto& at_point = shift.at("free_at_point").as_array();
  REQUIRE(at_point.size() == 1);
  CHECK(at_point[0].at("from").as_string() == "2030-05-14T10:00");
  CHECK(world.get("/api/v1/shifts?day=2030-05-15").body.as_array().empty());
}

TEST_CASE("free minutes can be leased to the point, and asked back", "[central][api][S1]") {
  ApiWorld world;
  const std::string shift = std::string("/api/v1/shifts/") + shift_id;
  const std::string hour = R"({"from":"2030-05-14T11:00","until":"2030-05-14T11:30"})";
  CHECK(world.post(shift + "/recall", hour).status == 409);  // Central's own.
  const auto leased = world.post(shift + "/lease", hour);
  REQUIRE(leased.status == 201);
  const auto& at_point = leased.body.at("free_at_point").as_array();
  REQUIRE(at_point.size() == 1);
  CHECK(at_point[0].at("until").as_string() == "2030-05-14T11:30");
  CHECK(world.post(shift + "/lease", hour).status != 201);  // A minute can be given away once.
  const auto asked = world.post(shift + "/recall", hour);
  REQUIRE(asked.status == 202);
  CHECK(world.get("/api/v1/requests/" + std::string(asked.body.at("request").as_string()))
            .body.at("kind")
            .as_string() == "return");
  // Asked is not given: they are still the point's.
  CHECK(world.get("/api/v1/shifts?day=2030-05-14")
            .body.as_array()
            .front()
            .at("free_at_point")
            .as_array()
            .size() == 1);
  CHECK(world.post(shift + "/lease", R"({"from":"2030-02-30T11:00","until":"2030-05-14T11:30"})").status ==
        400);
}
