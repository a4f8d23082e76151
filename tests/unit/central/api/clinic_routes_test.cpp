#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

TEST_CASE("what the clinic is made of is listed, everywhere or at one point", "[central][api][I5]") {
  ApiWorld world;
  const std::string part = GENERATE("departments", "rooms", "services", "practitioners");
  const std::string nowhere = "0190c0de-0000-7000-8000-0000000000ff";
  const auto everywhere = world.ask("GET", "/api/v1/" + part, "", world.person_token);
  REQUIRE(everywhere.status == 200);
  REQUIRE(everywhere.body.as_array().size() == 1);
  CHECK(everywhere.body.as_array().front().at("id").as_string().size() == 36);
  CHECK(world.get("/api/v1/" + part + "?point=" + point_id).body == everywhere.body);
  CHECK(world.get("/api/v1/" + part + "?point=" + nowhere).body.as_array().empty());
  CHECK(world.get("/api/v1/" + part + "?point=here").status == 400);
}

TEST_CASE("a room has its label, and nobody learns what a PIN is checked against", "[central][api][X2]") {
  ApiWorld world;
  CHECK(world.get("/api/v1/rooms").body.as_array().front().at("label").as_string() == "12");
  const auto people = world.get("/api/v1/practitioners");
  CHECK(people.body.as_array().front().at("roles").as_array().front().as_string() == "doctor");
  CHECK(boost::json::serialize(people.body).find("argon2") == std::string::npos);
}
