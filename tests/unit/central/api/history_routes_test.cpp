#include <catch2/catch_test_macros.hpp>

#include "central/api/json_views.hpp"
#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

namespace {

std::string history_of(const char* patient) {
  return std::string("/api/v1/patients/") + patient + "/history";
}

}  // namespace

TEST_CASE("a patient's history tells what happened, and that it was read", "[central][api][H1][H11]") {
  ApiWorld world;
  const Uuid visit = world.core.random.uuid_v7(4);
  world.take(world.point.visit(visit, olena_id, v1::VISIT_ARRIVED));
  const auto asked = world.get(history_of(olena_id));
  REQUIRE(asked.status == 200);
  const auto& entries = asked.body.as_array();
  REQUIRE(entries.size() == 5);
  CHECK(entries[0].at("type").as_string() == "patient");
  CHECK(entries[0].at("state").at("family_name").as_string() == "Коваль");
  CHECK(entries[3].at("type").as_string() == "visit");
  CHECK(entries[3].at("state").at("status").as_string() == "arrived");
  CHECK(entries[4].at("verb").as_string() == "read");
  CHECK(entries[4].at("state").at("where").as_string() == "api/history");
  CHECK(entries[4].at("actor").at("kind").as_string() == "system");
  CHECK(entries[4].at("proof").as_string() == "token");
}

TEST_CASE("who finds patients leaves a record with each of them", "[central][api][X5]") {
  ApiWorld world;
  const auto found =
      world.ask("GET", "/api/v1/patients?query=%D0%BE%D0%BB%D0%B5%D0%BD%D0%B0", "", world.person_token);
  REQUIRE(found.body.as_array().size() == 1);
  CHECK(found.body.as_array().front().at("id").as_string() == olena_id);
  const auto hers = world.get(history_of(olena_id)), his = world.get(history_of(petr_id));
  CHECK(hers.body.as_array().size() == 3 + 2);
  CHECK(hers.body.as_array()[3].at("actor").at("kind").as_string() == "staff");
  CHECK(his.body.as_array().size() == 1 + 1);
}

TEST_CASE("a read of nobody leaves no record", "[central][api][X5]") {
  ApiWorld world;
  const std::uint64_t before = world.intake;
  CHECK(world.get("/api/v1/patients?query=nobody").body.as_array().empty());
  CHECK(world.get("/api/v1/patients/0190c0de-0000-7000-8000-0000000000ff").status == 404);
  CHECK(world.intake == before);
}

TEST_CASE("readings come with the wearer of their time, each once", "[central][api][I5][W2]") {
  ApiWorld world;
  const std::int64_t start = world.core.clock.at.wall_ms;
  world.take(world.point.block(1, 6, start));
  world.take(world.point.block(5, 8, start));
  const std::string device = std::string("/api/v1/readings?device=") + device_id;
  const auto asked = world.get(device);
  REQUIRE(asked.status == 200);
  const auto& readings = asked.body.at("readings").as_array();
  REQUIRE(readings.size() == 8);
  CHECK(readings[0].at("value").to_number<double>() == 1);
  CHECK(readings[0].at("code").as_string() == "8867-4");
  CHECK(readings[7].at("value").to_number<double>() == 8);
  CHECK(readings[7].at("patient").as_string() == olena_id);
  CHECK(asked.body.at("complete").as_bool());
  // Her data were shown: that is a record about her.
  CHECK(world.get(history_of(olena_id)).body.as_array().size() == 3 + 2);

  const auto few = world.get(device + "&limit=3");
  CHECK(few.body.at("readings").as_array().size() == 3);
  CHECK_FALSE(few.body.at("complete").as_bool());
  const auto late = world.get(device + "&from=" + std::to_string(start + 7 * 600'000));
  CHECK(late.body.at("readings").as_array().size() == 2);
}

TEST_CASE("hours and blocks sum what came", "[central][api][W2][I5]") {
  ApiWorld world;
  world.take(world.point.block(1, 6, world.core.clock.at.wall_ms));
  const std::string device = std::string("?device=") + device_id;
  const auto hours = world.get("/api/v1/readings/hours" + device);
  std::int64_t n = 0;
  for (const auto& hour : hours.body.as_array()) n += hour.at("n").to_number<std::int64_t>();
  CHECK(n == 6);
  const auto blocks = world.get("/api/v1/readings/blocks" + device);
  REQUIRE(blocks.body.as_array().size() == 1);
  CHECK(blocks.body.as_array().front().at("max").to_number<double>() == 6);
}

TEST_CASE("hours and blocks leave a record with whoever wore the device then, and with nobody else",
          "[central][api][X5]") {
  ApiWorld world;
  const std::string device = std::string("?device=") + device_id;
  const auto reads_of = [&](const char* patient) {
    std::vector<std::string> where;
    const auto history = world.get(history_of(patient));
    for (const auto& entry : history.body.as_array())
      if (entry.at("verb").as_string() == "read")
        where.emplace_back(entry.at("state").at("where").as_string());
    where.pop_back();  // This one.
    return where;
  };
  // Nothing was measured: nothing was shown of anybody.
  CHECK(world.get("/api/v1/readings/hours" + device).body.as_array().empty());
  CHECK(world.get("/api/v1/readings/blocks" + device).body.as_array().empty());
  CHECK(reads_of(olena_id).empty());
  const std::int64_t start = world.core.clock.at.wall_ms;
  world.take(world.point.block(1, 6, start));
  REQUIRE(world.get("/api/v1/readings/hours" + device).status == 200);
  CHECK(reads_of(olena_id) == std::vector<std::string>{"api/history", "api/readings/hours"});
  REQUIRE(world.get("/api/v1/readings/blocks" + device).status == 200);
  CHECK(reads_of(olena_id).back() == "api/readings/blocks");
  // She is shown no more: the span has none of hers.
  const std::string later = device + "&from=" + std::to_string(start + 20 * 86'400'000LL);
  const std::size_t before = world.intake;
  REQUIRE(world.get("/api/v1/readings/hours" + later).status == 200);
  REQUIRE(world.get("/api/v1/readings/blocks" + later).status == 200);
  CHECK(world.intake == before);
  CHECK(reads_of(petr_id).empty());
}

TEST_CASE("an incident is shown, newest first", "[central][api]") {
  ApiWorld world;
  for (const char* detail : {"first", "second"}) {
    v1::Incident incident;
    incident.set_kind(v1::INCIDENT_HASH);
    incident.set_node(uuid(point_node_id).to_octets());
    incident.set_detail(detail);
    world.core.clock.at.wall_ms += 1000;
    world.take(world.point.act(v1::INCIDENT, world.core.random.uuid_v7(9), v1::RAISED, incident));
  }
  const auto asked = world.get("/api/v1/incidents");
  REQUIRE(asked.body.as_array().size() == 2);
  CHECK(asked.body.as_array().front().at("detail").as_string() == "second");
  CHECK(asked.body.as_array().front().at("kind").as_string() == "hash");
}

TEST_CASE("times are told in UTC to the millisecond", "[central][api]") {
  CHECK(central::utc_text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(central::utc_text(1'904'965'200'120) == "2030-05-14T05:00:00.120Z");
}
