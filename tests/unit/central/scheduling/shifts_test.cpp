#include "schedule_world.hpp"

namespace feldsher::central {

TEST_CASE("a room has one doctor at a time", "[central][scheduling][S5]") {
  ScheduleWorld day;
  const Uuid bob = day.clinic.doctor("Bob");
  REQUIRE_FALSE(day.plan(day.ada, day.room, 0, 240));
  CHECK(day.plan(bob, day.room, 239, 300) == ScheduleRefusal::doctor_elsewhere);
  CHECK(day.plan(bob, day.room, -60, 1) == ScheduleRefusal::doctor_elsewhere);
  CHECK(day.plan(bob, day.room, 60, 61) == ScheduleRefusal::doctor_elsewhere);
  CHECK_FALSE(day.plan(bob, day.room, 240, 480));
}

TEST_CASE("a doctor is in one room at a time, and in several points on a day", "[central][scheduling][S4]") {
  ScheduleWorld day;
  const Uuid next_door = day.clinic.room("13");
  REQUIRE_FALSE(day.plan(day.ada, day.room, 0, 240));
  CHECK(day.plan(day.ada, next_door, 200, 300) == ScheduleRefusal::doctor_elsewhere);
  const PointId lindens = day.clinic.found_point("Lindens", NodeId{day.clinic.id()});
  v1::Room far;
  far.set_point(lindens.to_octets());
  far.set_label("1");
  const Uuid far_room = day.clinic.id();
  day.clinic.publish(v1::ROOM, far_room, v1::REGISTERED, far);
  CHECK(day.plan(day.ada, far_room, 239, 400) == ScheduleRefusal::doctor_elsewhere);
  CHECK_FALSE(day.plan(day.ada, far_room, 300, 480));
}

TEST_CASE("a room belongs to one point: no other point has a shift in it", "[central][scheduling][S2]") {
  ScheduleWorld day;
  const PointId lindens = day.clinic.found_point("Lindens", NodeId{day.clinic.id()});
  v1::Shift wanted;
  wanted.set_point(lindens.to_octets());
  wanted.set_room(day.room.to_octets());
  wanted.set_practitioner(day.ada.to_octets());
  *wanted.mutable_from() = day.clinic.zone.planned(monday_8);
  *wanted.mutable_until() = day.clinic.zone.planned(monday_8 + 60);
  CHECK(day.scheduling.shift(day.clinic.id(), wanted, day.caller, v1::PROOF_TOKEN).error() ==
        ScheduleRefusal::not_found);
}

TEST_CASE("a shift of no length, or of nobody, is refused", "[central][scheduling][S1]") {
  ScheduleWorld day;
  CHECK(day.plan(day.ada, day.room, 60, 60) == ScheduleRefusal::malformed);
  CHECK(day.plan(day.ada, day.room, 60, 30) == ScheduleRefusal::malformed);
  CHECK(day.plan(day.clinic.id(), day.room, 0, 60) == ScheduleRefusal::not_found);
  CHECK(day.plan(day.ada, day.clinic.id(), 0, 60) == ScheduleRefusal::not_found);
}

TEST_CASE("a shift may change its room, and keeps its minutes", "[central][scheduling][S1]") {
  ScheduleWorld day;
  const Uuid id = day.clinic.id(), next_door = day.clinic.room("13");
  REQUIRE_FALSE(day.plan(day.ada, day.room, 0, 240, id));
  CHECK(day.plan(day.ada, day.room, 0, 250, id) == ScheduleRefusal::wrong_state);
  CHECK_FALSE(day.plan(day.ada, next_door, 0, 240, id));
  CHECK(day.last_records.front().header.verb() == v1::CHANGED);
  CHECK_FALSE(day.plan(day.clinic.doctor("Bob"), day.room, 0, 240));
}

TEST_CASE("a minute can be leased once, and a booked one not at all", "[central][scheduling][S1]") {
  OneShift day;
  REQUIRE(day.book(103));
  CHECK(day.lease(90, 104) == ScheduleRefusal::taken);
  REQUIRE_FALSE(day.lease(120, 180));
  CHECK(day.lease(179, 181) == ScheduleRefusal::malformed);
  CHECK(day.lease(479, 481) == ScheduleRefusal::malformed);
  CHECK(day.lease(50, 50) == ScheduleRefusal::malformed);
  CHECK(day.state.leases_of(day.shift).given_twice().empty());
}

TEST_CASE("minutes that a point gave back are central's again: to book, and to lease anew",
          "[central][scheduling][S1]") {
  OneShift day;
  REQUIRE_FALSE(day.lease(120, 180));
  CHECK(day.book(130)->requested);
  day.give_back(120, 150);
  CHECK_FALSE(day.book(130)->requested);
  CHECK(day.book(150)->requested);
  CHECK_FALSE(day.lease(140, 150));
  CHECK(day.state.leases_of(day.shift).given_twice().empty());
  CHECK(day.book(140)->requested);
}

}  // namespace feldsher::central
