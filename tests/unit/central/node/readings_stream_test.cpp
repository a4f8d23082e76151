// What a box writes among its readings is a block of readings, or it has no effect anywhere.
#include <catch2/catch_test_macros.hpp>

#include "protocol/clinic/authority.hpp"
#include "tests/support/world/network.hpp"

namespace feldsher::testing {
namespace {

/// Two points; the box of the first one writes what it likes into either stream.
struct Confuser : Network {
  Confuser() : point(add_point("Embankment")), other(add_point("Lindens")) {
    room = clinic->room("12");
    shift = clinic->shift(clinic->doctor("Ada"), room);
    lease = clinic->lease(shift, 0, 60);
    come_back();
  }
  void come_back() {
    for (Box* box : {&other, &point}) connect(*box);
    settle();
    pass_seconds(5);
    REQUIRE(point.live());
    REQUIRE(other.live());
  }
  void write(Box& box, v1::Stream stream, const SubjectKey& subject, const Octets& message) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(box.identity.node.to_octets());
    draft.subject = subject;
    draft.verb = v1::REGISTERED;
    draft.message = message;
    box.node->write(stream, {draft}, {}, [] {});
    settle();
  }
  /// Quarantine that names a kind.
  std::size_t said_of(v1::EntityType type) const {
    std::size_t count = 0;
    for (const auto& [id, row] : central->state().incidents.rows())
      count += row.state.kind() == v1::INCIDENT_QUARANTINE &&
               row.state.detail().starts_with(v1::EntityType_Name(type) + " is not its to write among its ");
    return count;
  }
  void check_holds_its_own(const Box& box) const {
    const edge::PointState& state = box.node->state();
    REQUIRE(state.rooms.find(room));
    CHECK(state.rooms.find(room)->state.label() == "12");
    CHECK(state.leases.find(lease));
    const auto held = box.node->link().feed().scope().current({v1::ROOM, room});
    REQUIRE(held);
    CHECK(held->origin == central_of_tests);
  }

  Box& point;
  Box& other;
  Uuid room, shift, lease;
};

}  // namespace

TEST_CASE("what is no block of readings changes nothing among readings, and central starts with it",
          "[central][node][X5][N10]") {
  Confuser net;
  const std::vector<v1::EntityType> kinds{v1::APPOINTMENT, v1::VISIT,   v1::TICKET, v1::REQUEST, v1::SHIFT,
                                          v1::PATIENT,     v1::CUSTODY, v1::LEASE,  v1::ERASURE, v1::NODE};
  const std::uint64_t told = net.central->feed_of(net.other.identity.node).last();
  for (const v1::EntityType kind : kinds) {
    const Uuid id = net.clinic->id();
    net.write(net.point, v1::READINGS, {kind, id}, "");
    CHECK_FALSE(net.point.node->state().current({kind, id}));
  }
  auto check = [&] {
    for (const v1::EntityType kind : kinds) {
      INFO(v1::EntityType_Name(kind));
      CHECK(net.said_of(kind) == 1);
    }
    CHECK(net.central->feed_of(net.other.identity.node).last() == told);
    CHECK(net.held(net.point, v1::READINGS) == kinds.size());
    CHECK(net.central->state().visits.rows().empty());
  };
  check();
  net.restart_central();
  net.come_back();
  check();
  net.restart(net.point);
  net.come_back();
  check();
  CHECK(net.same_state(net.point));
}

TEST_CASE("among its readings nobody takes the room or the lease of another point away",
          "[central][node][X5]") {
  Confuser net;
  v1::Room room;
  room.set_label("666");
  net.write(net.other, v1::READINGS, {v1::ROOM, net.room}, room.SerializeAsString());
  net.write(net.other, v1::READINGS, {v1::LEASE, net.lease}, v1::Lease().SerializeAsString());
  net.pass_seconds(5);
  net.check_holds_its_own(net.point);
  CHECK(net.same_state(net.point));
  CHECK(net.said_of(v1::ROOM) == 1);
  net.restart(net.point);
  net.check_holds_its_own(net.point);
  net.restart_central();
  net.come_back();
  net.check_holds_its_own(net.point);
  CHECK(net.same_state(net.point));
}

TEST_CASE("a block of readings among acts is none", "[central][node][X5]") {
  Confuser net;
  int blocks = 0;
  net.point.node->on_block = [&](const Record&) { ++blocks; };
  net.write(net.point, v1::ACTS, {v1::READING_BLOCK, net.clinic->id()}, "");
  CHECK(net.said_of(v1::READING_BLOCK) == 1);
  CHECK(blocks == 0);
  net.write(net.point, v1::READINGS, {v1::VISIT, net.clinic->id()}, "");
  CHECK(blocks == 0);
  net.write(net.point, v1::READINGS, {v1::READING_BLOCK, net.clinic->id()}, "");
  CHECK(net.said_of(v1::READING_BLOCK) == 1);
  CHECK(blocks == 1);
  CHECK(net.same_state(net.point));
}

TEST_CASE("blocks of readings, and nothing else that is known, are written among readings",
          "[central][node][X5]") {
  Record record;
  record.key.origin = point_node_of_tests;
  const auto* kinds = v1::EntityType_descriptor();
  for (int i = 0; i < kinds->value_count(); ++i) {
    record.subject.type = static_cast<v1::EntityType>(kinds->value(i)->number());
    if (record.subject.type == v1::ENTITY_UNSPECIFIED) continue;
    INFO(kinds->value(i)->name());
    record.key.stream = v1::READINGS;
    CHECK(may_write(record, central_of_tests) == (record.subject.type == v1::READING_BLOCK));
    record.key.stream = v1::ACTS;
    CHECK(may_write(record, central_of_tests) ==
          (record.subject.type != v1::READING_BLOCK && author_of(record.subject.type) != Author::central));
  }
  // What a newer version writes is kept and passed on, wherever it stands.
  record.subject.type = static_cast<v1::EntityType>(500);
  for (const v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    record.key.stream = stream;
    CHECK(may_write(record, central_of_tests));
  }
}

}  // namespace feldsher::testing
