#include <catch2/catch_test_macros.hpp>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

namespace {

Uuid open_task(ApiWorld& world, const char* point) {
  v1::Task task;
  task.set_kind(v1::TASK_PATIENT_CLASH);
  task.set_status(v1::TASK_REQUESTED);
  task.set_point(uuid(point).to_octets());
  task.set_patient(uuid(petr_id).to_octets());
  task.add_appointments(uuid(appointment_id).to_octets());
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_RULE);
  draft.actor.set_rule("patient-clash@1");
  draft.subject = {v1::TASK, world.core.random.uuid_v7(5)};
  draft.verb = v1::REGISTERED;
  draft.message = task.SerializeAsString();
  world.core.node.write({draft}, [] {});
  return draft.subject.id;
}

}  // namespace

TEST_CASE("a person breaks the leases of a shift and signs for it", "[central][api][S1]") {
  ApiWorld world;
  const std::string target = std::string("/api/v1/shifts/") + shift_id + "/break-lease";
  CHECK(world.ask("POST", target, "", "").status == 401);
  const auto broken = world.ask("POST", target, "", world.person_token);
  REQUIRE(broken.status == 200);
  CHECK(broken.body.at("free_at_point").as_array().empty());
  CHECK(broken.body.at("tasks").as_array().empty());
  const auto& lease = *world.core.node.state().leases.rows().begin();
  CHECK(lease.second.verb == v1::BROKEN);
  CHECK(world.ask("POST", target, "", world.person_token).status == 409);
  CHECK(world.post("/api/v1/shifts/" + std::string(point_id) + "/break-lease", "").status == 404);
}

TEST_CASE("a person, and no program, says that a point's older disk is the right one",
          "[central][api][N10]") {
  ApiWorld world;
  const std::string target = std::string("/api/v1/points/") + point_id + "/accept-older-disk";
  CHECK(world.ask("POST", target, "", "").status == 401);
  CHECK(world.post(target, "").status == 403);
  CHECK(world.core.node.state().incidents.rows().empty());
  CHECK(world.ask("POST", target, "", world.person_token).status == 200);
  REQUIRE(world.core.node.state().incidents.rows().size() == 1);
  CHECK(world.core.node.state().incidents.rows().begin()->second.state.kind() == v1::INCIDENT_BRANCH);
  CHECK(world
            .ask("POST", std::string("/api/v1/points/") + shift_id + "/accept-older-disk", "",
                 world.person_token)
            .status == 404);
}

TEST_CASE("tasks wait until somebody says that they are done", "[central][api][S1]") {
  ApiWorld world;
  const Uuid id = open_task(world, point_id);
  open_task(world, point_node_id);
  CHECK(world.get("/api/v1/tasks").body.as_array().size() == 2);
  const auto here = world.get(std::string("/api/v1/tasks?point=") + point_id);
  REQUIRE(here.body.as_array().size() == 1);
  const auto& task = here.body.as_array().front();
  CHECK(task.at("id").as_string() == id.to_text());
  CHECK(task.at("kind").as_string() == "patient-clash");
  CHECK(task.at("status").as_string() == "requested");
  CHECK(task.at("appointments").as_array().front().as_string() == appointment_id);

  const std::string target = "/api/v1/tasks/" + id.to_text() + "/complete";
  const auto done = world.ask("POST", target, "", world.person_token);
  REQUIRE(done.status == 200);
  CHECK(done.body.at("status").as_string() == "completed");
  CHECK(world.post(target, "").status == 409);
  CHECK(world.post("/api/v1/tasks/" + std::string(point_id) + "/complete", "").status == 404);
  CHECK(world.get("/api/v1/tasks").body.as_array().size() == 1);
  CHECK(world.get("/api/v1/tasks?status=completed").body.as_array().size() == 1);
  CHECK(world.get("/api/v1/tasks?status=any").body.as_array().size() == 2);
  CHECK(world.get("/api/v1/tasks?status=lost").status == 400);
}
