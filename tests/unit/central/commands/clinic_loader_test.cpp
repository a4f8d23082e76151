#include "central/commands/clinic_loader.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "central/commands/pin.hpp"
#include "tests/unit/central/commands/core_world.hpp"

using namespace feldsher;
using namespace feldsher::central;
using namespace feldsher::test;

namespace {

/// The place that a file's error names; "" when it was loaded.
std::string place_of_error(const std::string& text) {
  CoreWorld world;
  world.start();
  const auto before = world.store.tips();
  try {
    world.load(text);
  } catch (const BadInput& bad) {
    CHECK(world.store.tips().front().seq == before.front().seq);  // Nothing of the file was written.
    CHECK(world.node.state().points.rows().empty());
    return bad.path();
  }
  return "";
}

std::string with(const std::string& from, const std::string& to) { return replaced(clinic_text(), from, to); }

}  // namespace

TEST_CASE("a clinic file becomes records", "[central][commands][load][H3][S2]") {
  CoreWorld world;
  world.start();
  const auto plan = world.load(clinic_text());
  const NetworkState& state = world.node.state();
  CHECK(plan.written.at("patients") == 2);
  CHECK(state.points.find(uuid(point_id))->state.zone() == "Europe/Kyiv");
  CHECK(state.pass_keys.rows().size() == 1);
  CHECK(state.terminals.rows().size() == 1);
  CHECK(state.custodies.rows().size() == 1);
  const auto* appointment = state.appointments.find(uuid(appointment_id));
  REQUIRE(appointment);
  CHECK(appointment->state.from().civil() == "2030-05-14T09:13");
  CHECK(appointment->state.room() == uuid("0190c0de-0000-7000-8000-000000000004").to_octets());
}

TEST_CASE("leased minutes are the point's and no longer central's", "[central][commands][load][S1]") {
  CoreWorld world;
  world.start();
  world.load(clinic_text());
  const NetworkState& state = world.node.state();
  CHECK(state.leases_of(uuid(shift_id)).outstanding().count() == 60);
  CHECK(state.book(uuid(shift_id)).held().count() == 120);
  CHECK(state.book(uuid(shift_id)).free().count() == 108);
}

TEST_CASE("a PIN is kept as its Argon2id verifier alone", "[central][commands][load][X6]") {
  CoreWorld world;
  world.start();
  world.load(clinic_text());
  const std::string& verifier = world.node.state().practitioners.rows().begin()->second.state.pin_verifier();
  CHECK(verifier.starts_with("$argon2id$"));
  CHECK(pin_fits("4821", verifier));
  CHECK_FALSE(pin_fits("4822", verifier));
}

TEST_CASE("loading the same file twice writes nothing", "[central][commands][load]") {
  CoreWorld world;
  world.start();
  world.load(clinic_text());
  const std::size_t submitted = world.ledger.submitted;
  const auto again = world.load(clinic_text());
  CHECK(again.records() == 0);
  CHECK(world.ledger.submitted == submitted);
}

TEST_CASE("a changed entry is one record, made from the one before", "[central][commands][load]") {
  CoreWorld world;
  world.start();
  world.load(clinic_text());
  const auto plan = world.load(with("+380441234567", "+380441234568"));
  REQUIRE(plan.records() == 1);
  const Draft& draft = plan.transactions.front().front();
  CHECK(draft.verb == v1::CHANGED);
  CHECK(draft.bases.size() == 1);
  CHECK(world.node.state().patients.find(uuid(olena_id))->state.phone() == "+380441234568");
}

TEST_CASE("a file may hold one entry alone: it is added, or takes the place of what stands there",
          "[central][commands][load]") {
  CoreWorld world;
  world.start();
  world.load(clinic_text());
  auto room = [](const char* id, const char* label) {
    return std::string(R"({"format": "feldsher-clinic/1", "rooms": [{"id": ")") + id +
           R"(", "point": "0190c0de-0000-7000-8000-000000000001",
           "department": "0190c0de-0000-7000-8000-000000000003", "ready": true, "label": ")" +
           label + "\"}]}";
  };
  const char *present = "0190c0de-0000-7000-8000-000000000004",
             *fresh = "0190c0de-0000-7000-8000-000000000044";
  CHECK(world.load(room(present, "12-b")).records() == 1);
  CHECK(world.load(room(fresh, "13")).records() == 1);
  const auto& rooms = world.node.state().rooms;
  CHECK(rooms.find(uuid(present))->state.label() == "12-b");
  CHECK(rooms.find(uuid(present))->verb == v1::CHANGED);
  CHECK(rooms.find(uuid(fresh))->verb == v1::REGISTERED);
  CHECK(world.load(R"({"format": "feldsher-clinic/1"})").records() == 0);
  CHECK_THROWS_AS(read_clinic(R"({"format": "feldsher-clinic/1", "room": []})"), BadInput);
}

TEST_CASE("an error names its place, and nothing of the file is loaded", "[central][commands][load]") {
  using Case = std::pair<std::string, std::string>;
  const auto [text, place] = GENERATE(
      Case{with("\"format\": \"feldsher-clinic/1\"", "\"format\": \"feldsher-clinic/2\""), "format"},
      Case{with("\"day\": \"2030-05-14\"", "\"day\": \"2030-02-30\""), "day"},
      Case{with("\"label\": \"12\"", "\"label\": \"12\", \"lable\": 1"), "rooms[0].lable"},
      Case{with("\"label\": \"12\", ", ""), "rooms[0].label"},
      Case{with("Europe/Kyiv", "Europe/Kiyv"), "points[0].zone"},
      Case{with("\"calls\": 3", "\"calls\": \"3\""), "points[0].absent_rule.calls"},
      Case{with("\"department\": \"0190c0de-0000-7000-8000-000000000003\"",
                "\"department\": \"0190c0de-0000-7000-8000-000000000099\""),
           "rooms[0].department"},
      Case{with("\"pin\": \"4821\"", "\"pin\": \"48x1\""), "practitioners[0].pin"},
      Case{with("\"roles\": [\"doctor\"]", "\"roles\": [\"wizard\"]"), "practitioners[0].roles"},
      Case{with("1980-02-29", "1981-02-29"), "patients[1].birth_date"},
      Case{with("+380447654321", "0447654321"), "patients[1].phone"},
      Case{with("\"patient\": \"0190c0de-0000-7000-8000-00000000000a\",\n   \"shift\"",
                "\"patient\": \"0190c0de-0000-7000-8000-00000000009a\",\n   \"shift\""),
           "appointments[0].patient"},
      Case{with("\"from\": \"2030-05-14T09:13\"", "\"from\": \"2030-05-14T25:13\""), "appointments[0].from"},
      Case{with("\"from\": \"2030-05-14T09:13\"", "\"from\": \"2030-05-14T10:13\""),
           "appointments[0]"},  // Leased minutes.
      Case{with("\"from\": \"2030-05-14T09:13\"", "\"from\": \"2030-05-14T13:13\""),
           "appointments[0]"},  // Outside of the shift.
      Case{with("\"until\": \"2030-05-14T12:00\"", "\"until\": \"2030-05-14T08:00\""), "shifts[0]"},
      Case{with("0190c0de-0000-7000-8000-00000000000b", "0190c0de-0000-7000-8000-00000000000a"),
           "patients[1].id"},
      Case{with("\"ready\": true", "\"ready\": false"), "rooms[0].ready"});
  CHECK(place_of_error(text) == place);
}

TEST_CASE("what is no JSON is an error with its line", "[central][commands][load]") {
  CHECK_THROWS_AS(read_clinic("{\n\"format\": }"), BadInput);
  CHECK_THROWS_AS(read_clinic(""), BadInput);
  CHECK_THROWS_AS(read_clinic("{} x"), BadInput);
  CHECK_THROWS_AS(read_clinic(std::string(100, '[')), BadInput);
}

TEST_CASE("no error repeats what stood in the file", "[central][commands][load][X10]") {
  CoreWorld world;
  world.start();
  try {
    world.load(with("+380447654321", "0447654321"));
    FAIL("it was loaded");
  } catch (const BadInput& bad) {
    CHECK(std::string(bad.what()).find("0447654321") == std::string::npos);
  }
}

TEST_CASE("a file may be loaded in the middle of its day", "[central][commands][load]") {
  CoreWorld world;
  world.start();
  world.clock.at.wall_ms += 6 * 3'600'000;  // 14:00 in Kyiv.
  CHECK(world.load(clinic_text()).written.at("appointments") == 1);
}
