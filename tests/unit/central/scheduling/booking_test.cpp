#include <limits>

#include "schedule_world.hpp"

namespace feldsher::central {

TEST_CASE("a booking is made at 09:43: at one minute, in a room, with its doctor, for a service",
          "[central][scheduling][S1][S2][S3]") {
  OneShift day;
  const auto booked = day.book(103);
  REQUIRE(booked);
  CHECK_FALSE(booked->requested);
  const v1::Appointment& made = day.state.appointments.find(booked->appointment)->state;
  CHECK(made.from().civil() == "2026-11-23T09:43");
  CHECK(made.minutes() == 10);
  CHECK(made.room() == day.room.to_octets());
  CHECK(made.practitioner() == day.ada.to_octets());
  CHECK(made.service() == day.gp.to_octets());
  CHECK(made.point() == day.point.to_octets());
  CHECK(day.state.appointments_of_day("2026-11-23").contains(booked->appointment));
}

TEST_CASE("no minute is booked twice, and the next one is free", "[central][scheduling][S1][S3]") {
  OneShift day;
  REQUIRE(day.book(103));
  for (const std::int64_t minute : {103, 94, 112}) CHECK(day.book(minute).error() == ScheduleRefusal::taken);
  CHECK(day.book(93));
  CHECK(day.book(113));
}

TEST_CASE("a booking that cannot be is refused, whatever its numbers", "[central][scheduling][S1]") {
  OneShift day;
  CHECK(day.book(-1).error() == ScheduleRefusal::malformed);
  CHECK(day.book(471).error() == ScheduleRefusal::malformed);
  CHECK(day.book(470));
  CHECK(day.book(10, 481).error() == ScheduleRefusal::malformed);
  CHECK(day.book(10, std::numeric_limits<std::uint32_t>::max()).error() == ScheduleRefusal::malformed);
  for (const std::int64_t minute :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    CHECK(day.scheduling
              .book({.patient = day.olena,
                     .shift = day.shift,
                     .service = day.gp,
                     .minute = minute,
                     .minutes = 10},
                    day.caller, v1::PROOF_TOKEN, day.clock.now())
              .error() == ScheduleRefusal::malformed);
  day.clock.pass_minutes(30);
  CHECK(day.book(30).error() == ScheduleRefusal::past);
  CHECK(day.book(31));
  const Uuid surgery = day.clinic.service("Surgery", "B");
  auto with = [&](const Uuid& patient, const Uuid& shift, const Uuid& service) {
    return day.scheduling
        .book(
            {.patient = patient, .shift = shift, .service = service, .minute = monday_8 + 200, .minutes = 10},
            day.caller, v1::PROOF_TOKEN, day.clock.now())
        .error();
  };
  CHECK(with(day.clinic.id(), day.shift, day.gp) == ScheduleRefusal::not_found);
  CHECK(with(day.olena, day.clinic.id(), day.gp) == ScheduleRefusal::not_found);
  CHECK(with(day.olena, day.shift, day.clinic.id()) == ScheduleRefusal::not_found);
  CHECK(with(day.olena, day.shift, surgery) == ScheduleRefusal::malformed);
}

TEST_CASE("what a point holds central does not book: it asks", "[central][scheduling][S1]") {
  OneShift day;
  REQUIRE_FALSE(day.lease(120, 180));
  for (const std::int64_t minute : {120, 111, 179}) {
    const auto asked = day.book(minute);
    REQUIRE(asked);
    CHECK(asked->requested);
    CHECK_FALSE(day.state.appointments.find(asked->appointment));
    CHECK(day.state.requests.find(asked->request)->state.owner() == testing::point_node_of_tests.to_octets());
  }
  CHECK_FALSE(day.book(110)->requested);
  CHECK_FALSE(day.book(180)->requested);
}

TEST_CASE("central cancels its own booking once, and asks the point about the point's",
          "[central][scheduling][S1]") {
  OneShift day;
  const Uuid own = day.book(103)->appointment;
  auto cancel = [&](const Uuid& appointment) {
    auto cancelled = day.scheduling.cancel(appointment, day.caller, v1::PROOF_TOKEN, day.clock.now());
    if (cancelled) day.write(cancelled->drafts);
    return cancelled;
  };
  REQUIRE(cancel(own));
  CHECK(day.state.appointments.find(own)->state.status() == v1::APPOINTMENT_CANCELLED);
  CHECK(cancel(own).error() == ScheduleRefusal::wrong_state);
  CHECK(cancel(day.clinic.id()).error() == ScheduleRefusal::not_found);
  CHECK(day.book(103));

  const Uuid theirs = day.clinic.id();
  day.hear(v1::APPOINTMENT, theirs, v1::BOOKED, day.clinic.wanted(day.olena, day.shift, day.gp, 130));
  const auto asked = cancel(theirs);
  REQUIRE(asked);
  CHECK(asked->requested);
  CHECK(day.state.appointments.find(theirs)->state.status() == v1::APPOINTMENT_BOOKED);
}

TEST_CASE("an appointment is not cancelled once its patient came, but is when that was taken back",
          "[central][scheduling][S1]") {
  OneShift day;
  const Uuid own = day.book(103)->appointment, visit_id = day.clinic.id();
  v1::Visit visit;
  visit.set_appointment(own.to_octets());
  visit.set_status(v1::VISIT_ARRIVED);
  day.hear(v1::VISIT, visit_id, v1::ARRIVED, visit);
  CHECK(day.scheduling.cancel(own, day.caller, v1::PROOF_TOKEN, day.clock.now()).error() ==
        ScheduleRefusal::wrong_state);
  visit.set_status(v1::VISIT_UNDONE);
  day.hear(v1::VISIT, visit_id, v1::UNDONE, visit);
  CHECK(day.scheduling.cancel(own, day.caller, v1::PROOF_TOKEN, day.clock.now()));
}

}  // namespace feldsher::central
