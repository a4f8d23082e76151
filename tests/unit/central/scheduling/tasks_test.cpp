#include "central/scheduling/task_rules.hpp"
#include "schedule_world.hpp"

namespace feldsher::central {
namespace {

/// A shift whose second hour is the point's.
struct Leased : OneShift {
  Leased() { REQUIRE_FALSE(lease(60, 120)); }

  Scheduled<std::vector<Draft>> break_it() {
    auto broken = scheduling.break_leases(shift, caller, v1::PROOF_TOKEN, clock.now());
    if (broken) write(*broken);
    return broken;
  }
  /// The point's booking, as it arrives here.
  Uuid heard(std::int64_t minute, std::optional<Uuid> who = {}) {
    const Uuid id = clinic.id();
    hear(v1::APPOINTMENT, id, v1::BOOKED, clinic.wanted(who.value_or(olena), shift, gp, minute));
    return id;
  }
  std::vector<Draft> find(const Uuid& appointment) {
    auto drafts = rules.found_in(appointment, clock.now());
    if (!drafts.empty()) write(drafts);
    return drafts;
  }
  std::vector<v1::TaskKind> kinds() const {
    std::vector<v1::TaskKind> all;
    for (const auto& [id, row] : state.tasks.rows()) all.push_back(row.state.kind());
    return all;
  }
  TaskRules rules{state, random};
};

}  // namespace

TEST_CASE("a broken lease gives no minute that is still to come: central books them at once",
          "[central][scheduling][S1]") {
  Leased day;
  CHECK(day.book(70)->requested);
  day.clock.pass_minutes(80);
  REQUIRE(day.break_it());
  CHECK(day.last_records.front().header.verb() == v1::BROKEN);
  CHECK(day.last_records.front().header.actor().id() == day.caller.id());
  CHECK(day.last_records.front().header.proof() == v1::PROOF_TOKEN);
  CHECK(day.state.leases_of(day.shift).outstanding() == MinuteSet({monday_8 + 60, monday_8 + 81}));
  CHECK_FALSE(day.book(81)->requested);
  CHECK(day.break_it().error() == ScheduleRefusal::taken);
  CHECK(day.scheduling.break_leases(day.clinic.id(), day.caller, v1::PROOF_TOKEN, day.clock.now()).error() ==
        ScheduleRefusal::not_found);
}

TEST_CASE(
    "broken minutes can be leased again, and what the point gave back before it heard does not take them",
    "[central][scheduling][S1]") {
  Leased day;
  const ShiftLeases as_the_point_knew = day.state.leases_of(day.shift);
  REQUIRE(day.break_it());
  REQUIRE_FALSE(day.lease(60, 120));
  const MinuteSet hour({monday_8 + 60, monday_8 + 120});
  day.hear(v1::GIVE_BACK, day.clinic.id(), v1::RETURNED,
           give_back_of(day.shift, day.point.uuid, hour, as_the_point_knew));
  CHECK(day.state.leases_of(day.shift).outstanding() == hour);
}

TEST_CASE("what the point had booked is found when its lease is broken: one task, with the break",
          "[central][scheduling][S1]") {
  Leased day;
  const Uuid known = day.heard(70);
  CHECK(day.find(known).empty());
  const auto broken = day.break_it();
  REQUIRE(broken->size() == 2);
  const v1::Task& task = day.state.tasks.rows().begin()->second.state;
  CHECK(task.kind() == v1::TASK_BROKEN_LEASE);
  CHECK(task.appointments(0) == known.to_octets());
  CHECK(task.patient() == day.olena.to_octets());
  CHECK(day.find(known).empty());
  CHECK(day.state.appointments.find(known)->state.status() == v1::APPOINTMENT_BOOKED);
}

TEST_CASE("what the point booked before it heard of the break is kept and becomes a task, once",
          "[central][scheduling][S1]") {
  Leased day;
  REQUIRE(day.break_it());
  const Uuid petr = day.clinic.patient("Петро"), ours = day.book(75)->appointment;
  const Uuid theirs = day.heard(70, petr);
  const auto found = day.find(theirs);
  REQUIRE(found.size() == 1);
  CHECK(found.front().actor.rule() == "broken-lease@1");
  CHECK(found.front().cause->record().origin() == testing::point_node_of_tests.to_octets());
  v1::Task task;
  REQUIRE(task.ParseFromString(found.front().message));
  REQUIRE(task.appointments_size() == 2);  // With what it overlaps.
  CHECK(task.appointments(1) == ours.to_octets());
  CHECK(day.find(theirs).empty());
  CHECK(day.rules.left_over(day.clock.now()).empty());
  CHECK(day.book(70).error() == ScheduleRefusal::taken);
}

TEST_CASE("a point's booking that was cancelled, kept or is in minutes it holds is no task",
          "[central][scheduling][S1]") {
  Leased day;
  const Uuid held = day.heard(60);
  CHECK(day.find(held).empty());
  const Uuid visited = day.heard(80), visit_id = day.clinic.id();
  v1::Visit visit;
  visit.set_appointment(visited.to_octets());
  visit.set_status(v1::VISIT_ARRIVED);
  day.hear(v1::VISIT, visit_id, v1::ARRIVED, visit);
  const Uuid cancelled = day.heard(100);
  v1::Appointment gone = day.state.appointments.find(cancelled)->state;
  gone.set_status(v1::APPOINTMENT_CANCELLED);
  day.hear(v1::APPOINTMENT, cancelled, v1::CANCELLED, gone);
  REQUIRE(day.break_it());
  CHECK(day.kinds() == std::vector{v1::TASK_BROKEN_LEASE});  // Of `held`.
  for (const Uuid& id : {visited, cancelled}) CHECK(day.find(id).empty());
}

TEST_CASE("central refuses to book a patient who is somewhere else then", "[central][scheduling][S1]") {
  Leased day;
  const Uuid first_shift = day.shift, bob = day.clinic.doctor("Bob");
  REQUIRE(day.book(100 - 80));
  day.shift = day.clinic.shift(bob, day.clinic.room("13"));
  CHECK(day.book(15).error() == ScheduleRefusal::patient_elsewhere);
  CHECK(day.book(29).error() == ScheduleRefusal::patient_elsewhere);
  CHECK(day.book(10));
  CHECK(day.book(30));
  // Nor is the point asked for it.
  day.shift = first_shift;
  CHECK(day.book(62)->requested);
  day.heard(60);
  day.shift = day.clinic.shift(day.clinic.doctor("Cleo"), day.clinic.room("14"));
  CHECK(day.book(65).error() == ScheduleRefusal::patient_elsewhere);
}

TEST_CASE("a patient who was booked on both sides of a cut is one task, and both bookings stay",
          "[central][scheduling][S1]") {
  Leased day;
  const Uuid theirs_shift = day.shift;
  day.shift = day.clinic.shift(day.clinic.doctor("Bob"), day.clinic.room("13"));
  const Uuid ours = day.book(65)->appointment;
  day.shift = theirs_shift;
  const Uuid theirs = day.heard(60);
  CHECK(day.rules.left_over(day.clock.now()).size() == 1);  // As after a crash in between.
  const auto found = day.find(theirs);
  REQUIRE(found.size() == 1);
  v1::Task task;
  REQUIRE(task.ParseFromString(found.front().message));
  CHECK(task.kind() == v1::TASK_PATIENT_CLASH);
  CHECK(task.appointments_size() == 2);
  CHECK(task.appointments(1) == ours.to_octets());
  for (const Uuid& id : {ours, theirs}) {
    CHECK(day.find(id).empty());
    CHECK(day.state.appointments.find(id)->state.status() == v1::APPOINTMENT_BOOKED);
  }
  CHECK(day.rules.left_over(day.clock.now()).empty());
}

TEST_CASE("a task is completed by a person, once", "[central][scheduling][S1]") {
  Leased day;
  day.heard(70);
  REQUIRE(day.break_it());
  const Uuid id = day.state.tasks.rows().begin()->first;
  const auto done = day.rules.complete(id, day.caller, v1::PROOF_TOKEN);
  REQUIRE(done);
  day.write({*done});
  CHECK(day.state.tasks.find(id)->state.status() == v1::TASK_COMPLETED);
  CHECK(day.rules.complete(id, day.caller, v1::PROOF_TOKEN).error() == ScheduleRefusal::wrong_state);
  CHECK(day.rules.complete(day.clinic.id(), day.caller, v1::PROOF_TOKEN).error() ==
        ScheduleRefusal::not_found);
  CHECK(day.rules.left_over(day.clock.now()).empty());
}

}  // namespace feldsher::central
