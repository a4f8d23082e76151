#include <catch2/catch_test_macros.hpp>

#include "central/registry/decommissions.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::testing {

TEST_CASE("what comes late of a dead box ends what it left open, and nothing that has been moved on since",
          "[central][node][N10]") {
  SeededRandom random{5};
  central::NetworkState state(central_of_tests);
  const Epoch dead{7}, next{8};
  const Uuid left = random.uuid_v7(monday_8_ms), moved_on = random.uuid_v7(monday_8_ms);
  auto write = [&](NodeId origin, Epoch life, const SubjectKey& subject,
                   const google::protobuf::MessageLite& body) {
    JournalWriter writer(tenant_of_tests, origin, life, random);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.subject = subject;
    draft.verb = v1::ARRIVED;
    draft.message = body.SerializeAsString();
    const Record record = writer.seal(v1::ACTS, {&draft, 1}, {.wall_ms = monday_8_ms}).front();
    REQUIRE(state.apply(record));
    return record;
  };
  v1::Visit visit;
  visit.set_status(v1::VISIT_ARRIVED);
  write(point_node_of_tests, dead, {v1::VISIT, random.uuid_v7(monday_8_ms)}, visit);
  v1::Decommission ordered;
  ordered.set_node(point_node_of_tests.to_octets());
  ordered.set_status(v1::DECOMMISSION_ORDERED);
  ordered.add_epochs(dead.value);
  write(central_of_tests, Epoch{1}, {v1::DECOMMISSION, random.uuid_v7(monday_8_ms)}, ordered);
  write(point_node_of_tests, next, {v1::VISIT, moved_on}, visit);

  const central::Decommissions decommissions(state, random);
  CHECK(decommissions.late(write(point_node_of_tests, dead, {v1::VISIT, left}, visit)));
  const Record late = write(point_node_of_tests, dead, {v1::VISIT, moved_on}, visit);
  REQUIRE(state.is_outdated(late));
  CHECK_FALSE(decommissions.late(late));
}

}  // namespace feldsher::testing
