#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

namespace {

namespace json = boost::json;

const std::string petr = std::string("/api/v1/patients/") + petr_id;
const std::string olena = std::string("/api/v1/patients/") + olena_id;

/// Who stands in a list of patients.
std::vector<std::string> ids(const ApiWorld::Asked& list) {
  std::vector<std::string> all;
  for (const auto& each : list.body.as_array()) all.emplace_back(each.at("id").as_string());
  return all;
}

std::string detail(const ApiWorld::Asked& refused) {
  return std::string(refused.body.at("detail").as_string());
}

/// Every record of central's journal as it lies there.
std::vector<Octets> journal_of(ApiWorld& world) {
  std::vector<Octets> all;
  world.core.store.replay(0, [&](std::uint64_t, Record&& record) {
    all.push_back(record.key.to_octets() + record.stored.core + record.stored.body.value_or("dropped"));
  });
  return all;
}

}  // namespace

TEST_CASE("who is archived is in no list but the archive's", "[central][api][H11][X4]") {
  ApiWorld world;
  REQUIRE(ids(world.get("/api/v1/patients")).size() == 2);
  const auto archived = world.post(petr + "/archive", "");
  REQUIRE(archived.status == 200);
  CHECK(archived.body == json::value{{"id", petr_id}, {"archived", true}});
  CHECK(ids(world.get("/api/v1/patients")) == std::vector<std::string>{olena_id});
  CHECK(ids(world.get("/api/v1/patients?query=1980")).empty());
  CHECK(ids(world.get("/api/v1/patients?archived=true")) == std::vector<std::string>{petr_id});
  CHECK(ids(world.get("/api/v1/patients?archived=true&query=1956")).empty());
  CHECK(world.get("/api/v1/patients?archived=perhaps").status == 400);
  CHECK(world.get(petr).body.at("archived").as_bool());
}

TEST_CASE("the history of who is archived stays, and says who did it", "[central][api][H11][X4]") {
  ApiWorld world;
  REQUIRE(world.ask("POST", petr + "/archive", "", world.person_token).status == 200);
  const auto history = world.get(petr + "/history");
  REQUIRE(history.status == 200);
  REQUIRE(history.body.as_array().size() == 3);
  const auto& entry = history.body.as_array()[1];
  CHECK(entry.at("verb").as_string() == "archived");
  CHECK(entry.at("actor").at("kind").as_string() == "staff");
  CHECK(entry.at("proof").as_string() == "token");
  CHECK(entry.at("state").at("given_name").as_string() == "Пётр");
}

TEST_CASE("who is restored is as before", "[central][api][H11]") {
  ApiWorld world;
  const auto before = world.get(petr);
  const auto listed = ids(world.get("/api/v1/patients"));
  REQUIRE(world.post(petr + "/archive", "").status == 200);
  REQUIRE(world.post(petr + "/restore", "").status == 200);
  CHECK(world.get(petr).body == before.body);
  CHECK(ids(world.get("/api/v1/patients")) == listed);
  CHECK(ids(world.get("/api/v1/patients?archived=true")).empty());
}

TEST_CASE("archiving twice is refused, and restoring twice; a repeated request is answered again",
          "[central][api][H11]") {
  ApiWorld world;
  CHECK(world.post(petr + "/restore", "").status == 409);
  const auto first = world.ask("POST", petr + "/archive", "", world.system_token, "once");
  REQUIRE(first.status == 200);
  const auto second = world.post(petr + "/archive", "");
  CHECK(second.status == 409);
  CHECK(detail(second) == "the patient is archived already");
  const auto again = world.ask("POST", petr + "/archive", "", world.system_token, "once");
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
  REQUIRE(world.post(petr + "/restore", "").status == 200);
  CHECK(detail(world.post(petr + "/restore", "")) == "the patient is not archived");
  CHECK(world.post("/api/v1/patients/0190c0de-0000-7000-8000-0000000000ff/archive", "").status == 404);
}

TEST_CASE("who has an appointment to come, or wears a device, is not archived", "[central][api][H11]") {
  ApiWorld world;
  const auto booked = world.post(olena + "/archive", "");
  CHECK(booked.status == 409);
  CHECK(detail(booked) == "the patient has an appointment that is still to come: cancel it first");
  REQUIRE(world.post(std::string("/api/v1/appointments/") + appointment_id + "/cancel", "").status == 200);
  CHECK(detail(world.post(olena + "/archive", "")) == "the patient wears a device: take it back first");
  v1::Custody custody = world.core.node.state().custodies.rows().begin()->second.state;
  custody.clear_patient();
  custody.set_from_ms(custody.from_ms() + 1);
  Draft taken_back;
  taken_back.actor = world.core.node.self();
  taken_back.subject = {v1::CUSTODY, world.core.random.uuid_v7(9)};
  taken_back.verb = v1::REGISTERED;
  taken_back.message = custody.SerializeAsString();
  world.core.node.write({taken_back}, [] {});
  CHECK(world.post(olena + "/archive", "").status == 200);
}

TEST_CASE("who is archived is not booked, and not changed by a file, before they are restored",
          "[central][api][H11]") {
  ApiWorld world;
  REQUIRE(world.post(petr + "/archive", "").status == 200);
  const json::object booking{
      {"patient", petr_id}, {"shift", shift_id}, {"service", service_id}, {"from", "2030-05-14T11:00"}};
  const auto booked = world.post("/api/v1/appointments", json::serialize(booking));
  CHECK(booked.status == 409);
  CHECK(detail(booked) == "the patient is archived: restore them first");
  CHECK(world.post("/api/v1/clinic", clinic_text()).status == 200);  // Nothing in it is new.
  const auto changed = world.post("/api/v1/clinic", replaced(clinic_text(), "Пётр", "Павел"));
  CHECK(changed.status == 400);
  CHECK(detail(changed).find("patients[1]") != std::string::npos);
  CHECK(world.get(petr).body.at("archived").as_bool());
  REQUIRE(world.post(petr + "/restore", "").status == 200);
  CHECK(world.post("/api/v1/appointments", json::serialize(booking)).status == 201);
}

TEST_CASE("nothing is deleted: what the journal held it holds, header and body", "[central][api][X4]") {
  ApiWorld world;
  const auto before = journal_of(world);
  REQUIRE(world.post(petr + "/archive", "").status == 200);
  const auto archived = journal_of(world);
  REQUIRE(world.post(petr + "/restore", "").status == 200);
  const auto after = journal_of(world);
  REQUIRE(archived.size() == before.size() + 1);
  REQUIRE(after.size() == archived.size() + 1);
  CHECK(std::equal(before.begin(), before.end(), after.begin()));
  CHECK(std::equal(archived.begin(), archived.end(), after.begin()));
  // There is no such function: no address takes the method.
  for (const std::string& path : {petr, petr + "/history", std::string("/api/v1/patients"),
                                  std::string("/api/v1/appointments/") + appointment_id})
    CHECK(world.ask("DELETE", path, "", world.system_token).status == 405);
}
