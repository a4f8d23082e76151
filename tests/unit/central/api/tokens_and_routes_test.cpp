#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

TEST_CASE("health answers anybody, and says nothing of the network", "[central][api][X5]") {
  ApiWorld world;
  const auto asked = world.ask("GET", "/healthz", "", "");
  CHECK(asked.status == 200);
  CHECK(asked.response.body == R"({"status":"ok"})");
}

TEST_CASE("nothing else answers without a token, whether it is there or not", "[central][api][X5]") {
  ApiWorld world;
  const std::string path =
      GENERATE("/api/v1/points", "/api/v1/patients", "/metrics", "/api/v1/nothing", "/", "/api/v1/clinic");
  const std::string method = GENERATE("GET", "POST", "DELETE");
  const auto asked = world.ask(method, path, "", "");
  CHECK(asked.status == 401);
  CHECK(asked.response.headers.at("WWW-Authenticate") == R"(Bearer realm="feldsher")");
  CHECK(asked.response.content_type == "application/problem+json");
}

TEST_CASE("a wrong token is told that it is wrong", "[central][api][X5]") {
  ApiWorld world;
  std::string token = world.system_token;
  token.back() = token.back() == 'A' ? 'B' : 'A';
  const auto asked = world.ask("GET", "/api/v1/points", "", token);
  CHECK(asked.status == 401);
  CHECK(asked.response.headers.at("WWW-Authenticate").find("invalid_token") != std::string::npos);
}

TEST_CASE("a revoked token ends at the next request", "[central][api][X5]") {
  ApiWorld world;
  CHECK(world.get("/api/v1/points").status == 200);
  central::Tokens(world.folder.path() / "tokens.json").revoke("demo");
  CHECK(world.get("/api/v1/points").status == 401);
}

TEST_CASE("metrics and clinic data need a system's token", "[central][api][X5]") {
  ApiWorld world;
  for (const auto& [method, path] : {std::pair{"GET", "/metrics"}, {"POST", "/api/v1/clinic"}}) {
    const auto asked = world.ask(method, path, clinic_text(), world.person_token);
    CHECK(asked.status == 403);
    CHECK(asked.response.headers.at("WWW-Authenticate").find("insufficient_scope") != std::string::npos);
  }
  CHECK(world.get("/metrics").status == 200);
}

TEST_CASE("an unknown address and a wrong method are told apart", "[central][api]") {
  ApiWorld world;
  CHECK(world.get("/api/v1/nothing").status == 404);
  const auto asked = world.ask("DELETE", "/api/v1/points", "", world.system_token);
  CHECK(asked.status == 405);
  CHECK(asked.response.headers.at("Allow") == "GET");
}

TEST_CASE("bad input is refused, and its problem names the place only", "[central][api]") {
  ApiWorld world;
  using Case = std::pair<std::string, std::string>;
  const auto [path, place] =
      GENERATE(Case{"/api/v1/appointments?day=2030-02-30", "day"}, Case{"/api/v1/appointments", "day"},
               Case{"/api/v1/patients?limit=0", "limit"}, Case{"/api/v1/patients?limit=Ada", "limit"},
               Case{"/api/v1/patients?surname=Ada", "query parameter"},
               Case{"/api/v1/patients/Ada/history", "id"}, Case{"/api/v1/readings?device=Ada", "device"},
               Case{"/api/v1/readings?device=0190c0de-0000-7000-8000-0000000000d1&from=noon", "from"});
  const auto asked = world.get(path);
  CHECK(asked.status == 400);
  CHECK(asked.response.body.find(place) != std::string::npos);
  CHECK(asked.response.body.find("Ada") == std::string::npos);
}

TEST_CASE("an id of nothing is not found", "[central][api]") {
  ApiWorld world;
  const std::string nobody = "0190c0de-0000-7000-8000-0000000000ff";
  for (const std::string& path :
       std::vector<std::string>{"/api/v1/patients/" + nobody, "/api/v1/patients/" + nobody + "/history",
                                "/api/v1/appointments/" + nobody, "/api/v1/requests/" + nobody,
                                "/api/v1/readings?device=" + nobody})
    CHECK(world.get(path).status == 404);
  CHECK(world.post("/api/v1/appointments/" + nobody + "/cancel", "").status == 404);
}

TEST_CASE("a point that was never heard of says so", "[central][api][N1]") {
  ApiWorld world;
  const auto asked = world.get("/api/v1/points");
  REQUIRE(asked.status == 200);
  REQUIRE(asked.body.as_array().size() == 1);
  const auto& point = asked.body.as_array().front();
  CHECK(point.at("short_name").as_string() == "embankment");
  CHECK_FALSE(point.at("connected").as_bool());
  CHECK(point.at("status").as_string() == "unknown, never heard");
}

TEST_CASE("metrics count requests by route and never by path", "[central][api][X10]") {
  ApiWorld world;
  world.get(std::string("/api/v1/patients/") + olena_id);
  world.ask("GET", "/api/v1/points", "", "");
  const std::string text = world.get("/metrics").response.body;
  CHECK(text.find(R"(feldsher_http_requests_total{route="/api/v1/patients/{id}",status="200"} 1)") !=
        std::string::npos);
  CHECK(text.find(R"(feldsher_http_requests_total{route="/api/v1/points",status="401"} 1)") !=
        std::string::npos);
  CHECK(text.find("feldsher_point_connected") != std::string::npos);
  CHECK(text.find("feldsher_records_total") != std::string::npos);
  CHECK(text.find(olena_id) == std::string::npos);
}

TEST_CASE("status and metrics tell how full the disk is, and whether readings are taken in",
          "[central][api][disk][X11]") {
  ApiWorld world;
  auto disk = world.get("/api/v1/status").body.at("disk");
  CHECK(disk.at("class").as_string() == "ample");
  CHECK(disk.at("free_octets").to_number<int>() == 900);
  CHECK(disk.at("takes_readings").as_bool());
  world.disk = DiskClass::no_readings;
  disk = world.get("/api/v1/status").body.at("disk");
  CHECK(disk.at("class").as_string() == "under 10 % free");
  CHECK_FALSE(disk.at("takes_readings").as_bool());
  const std::string text = world.get("/metrics").response.body;
  for (const char* line : {"\nfeldsher_disk_free_bytes 900\n", "\nfeldsher_disk_total_bytes 10000\n",
                           "\nfeldsher_disk_class 2\n", "\nfeldsher_disk_reserve_held 1\n"})
    CHECK(text.find(line) != std::string::npos);
  // There is no standby, and so no disk of it.
  CHECK(world.get("/api/v1/status").body.at("standby").at("disk").is_null());
  CHECK(text.find("\nfeldsher_standby_disk_class ") == std::string::npos);
}

TEST_CASE("status and metrics tell when the last backup was made", "[central][api][X11]") {
  ApiWorld world;
  CHECK(world.get("/api/v1/status").body.at("backup").is_null());
  CHECK(world.get("/metrics").response.body.find("\nfeldsher_last_backup_seconds 0\n") != std::string::npos);
  constexpr std::int64_t hour_ms = 3'600'000;
  const std::int64_t made_ms = world.core.node.now().wall_ms - 50 * hour_ms;
  world.backup = {.made_ms = made_ms, .records = 7};
  const auto backup = world.get("/api/v1/status").body.at("backup");
  CHECK(backup.at("age_hours").to_number<int>() == 50);
  CHECK(backup.at("records").to_number<int>() == 7);
  CHECK(world.get("/metrics").response.body.find("\nfeldsher_last_backup_seconds 0\n") == std::string::npos);
}

TEST_CASE("status and metrics count what a person should look at", "[central][api][X11]") {
  ApiWorld world;
  auto status = world.get("/api/v1/status").body;
  CHECK(status.at("incidents").at("count").to_number<int>() == 0);
  CHECK(status.at("incidents").at("newest").is_null());
  CHECK(status.at("open_tasks").to_number<int>() == 0);

  world.core.node.incident(v1::INCIDENT_DISK, world.core.node.id(), "under 20 % free");
  world.core.clock.at.wall_ms += 60'000;
  world.core.node.incident(v1::INCIDENT_CLONE, world.core.node.id(), "2 boxes");
  v1::Task task;
  task.set_status(v1::TASK_REQUESTED);
  Draft draft;
  draft.actor = world.core.node.self();
  draft.subject = {v1::TASK, world.core.random.uuid_v7(1)};
  draft.verb = v1::REGISTERED;
  draft.message = task.SerializeAsString();
  world.core.node.write({draft}, [] {});
  status = world.get("/api/v1/status").body;
  CHECK(status.at("incidents").at("count").to_number<int>() == 2);
  CHECK(status.at("incidents").at("newest").at("kind").as_string() == "clone");
  CHECK(status.at("open_tasks").to_number<int>() == 1);
  const std::string text = world.get("/metrics").response.body;
  for (const char* line : {"\nfeldsher_incidents_total{kind=\"disk\"} 1\n", "\nfeldsher_open_tasks 1\n"})
    CHECK(text.find(line) != std::string::npos);

  world.core.clock.at.wall_ms += 7 * std::int64_t{86'400'000} + 60'000;
  CHECK(world.get("/api/v1/status").body.at("incidents").at("count").to_number<int>() == 0);
}

TEST_CASE("a point's line that nears its end is told, until it was renewed",
          "[central][api][renewal][X6][X11]") {
  ApiWorld world;
  constexpr std::int64_t day_s = 86'400;
  const std::int64_t now_s = world.core.node.now().wall_ms / 1000;
  const auto& [point, row] = *world.core.node.state().points.rows().begin();
  auto certificate_of_line = [&](std::int64_t ends_s, bool revoked = false) {
    v1::Credential credential;
    credential.set_kind(v1::CREDENTIAL_NODE);
    credential.set_point(point.to_octets());
    credential.set_not_after_s(ends_s);
    credential.set_revoked(revoked);
    Draft draft;
    draft.actor = world.core.node.self();
    draft.subject = {v1::CREDENTIAL, world.core.random.uuid_v7(1)};
    draft.verb = v1::REGISTERED;
    draft.message = credential.SerializeAsString();
    world.core.node.write({draft}, [] {});
  };
  auto lines = [&] { return world.get("/api/v1/status").body.at("certificates").at("lines").as_array(); };
  auto of_point = [&] {
    const auto points = world.get("/api/v1/points").body;
    for (const auto& each : points.as_array())
      if (each.at("id").as_string() == point.to_text()) return each.at("certificate");
    return boost::json::value("no such point");
  };
  CHECK(lines().empty());
  CHECK(of_point().is_null());
  certificate_of_line(now_s + 29 * day_s);
  certificate_of_line(now_s + 300 * day_s, true);  // Revoked: it counts for nothing.
  REQUIRE(lines().size() == 1);
  CHECK(lines().at(0).at("short_name").as_string() == row.state.short_name());
  CHECK(lines().at(0).at("days_left").to_number<int>() == 29);
  CHECK(of_point().at("days_left").to_number<int>() == 29);
  CHECK(world.get("/metrics")
            .response.body.find("feldsher_point_certificate_ends_seconds{point=\"" + point.to_text() +
                                "\"}") != std::string::npos);
  certificate_of_line(now_s + 364 * day_s);
  CHECK(lines().empty());
  CHECK(of_point().at("days_left").to_number<int>() == 364);
}

TEST_CASE("clinic data can be loaded while central runs", "[central][api][load]") {
  ApiWorld world;
  auto asked = world.post("/api/v1/clinic", clinic_text());
  CHECK(asked.status == 200);
  CHECK(asked.body.at("written").as_object().empty());
  asked = world.post("/api/v1/clinic", replaced(clinic_text(), "Пётр", "Павел"));
  CHECK(asked.body.at("written").at("patients").to_number<int>() == 1);
  asked = world.post("/api/v1/clinic", replaced(clinic_text(), "\"label\": \"12\"", "\"lable\": \"12\""));
  CHECK(asked.status == 400);
  CHECK(asked.response.body.find("rooms[0].label") != std::string::npos);
}
