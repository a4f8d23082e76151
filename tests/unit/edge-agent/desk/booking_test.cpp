#include <limits>

#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

/// The point holds 10:00 to 11:00 of Ada's day.
struct Leased : ClinicDay {
  Leased() { clinic.lease(shift, 120, 180); }
  MinuteSet free() const { return state.book(shift).free(); }
};

MinuteSet minutes(std::int64_t first, std::int64_t end) {
  return MinuteSet({monday_8 + first, monday_8 + end});
}

}  // namespace

TEST_CASE("a point books at once only in minutes that it holds", "[edge][desk][booking][S1][S3]") {
  Leased day;
  const v1::Answer booked = day.book(day.olena, day.shift, day.gp, 133);
  REQUIRE(booked.refusal() == v1::ASK_GRANTED);
  CHECK_FALSE(booked.booked().requested());
  const v1::Appointment& made = day.state.appointments.find(booked.booked().appointment())->state;
  CHECK(made.from().civil() == "2026-11-23T10:13");
  CHECK(made.room() == day.room.to_octets());
  CHECK(made.practitioner() == day.ada.to_octets());
  CHECK(made.minutes() == 10);
  CHECK(day.check_in(day.pass(*Uuid::from_octets(booked.booked().appointment()), day.olena)).refusal() ==
        v1::ASK_GRANTED);
}

TEST_CASE("a booking in central's minutes, or over their edge, becomes a request",
          "[edge][desk][booking][S1]") {
  Leased day;
  for (const std::int64_t minute : {200, 175, 111}) {
    const v1::Answer asked = day.book(day.olena, day.shift, day.gp, minute);
    REQUIRE(asked.refusal() == v1::ASK_GRANTED);
    CHECK(asked.booked().requested());
    CHECK_FALSE(day.state.appointments.find(asked.booked().appointment()));
    const v1::Request& request = day.state.requests.find(asked.booked().request())->state;
    CHECK(request.status() == v1::REQUEST_ASKED);
    CHECK(request.appointment() == asked.booked().appointment());
  }
  CHECK(day.desk.open_requests() == 3);
}

TEST_CASE("a patient's own clash is refused where it is seen, also when it would be asked for",
          "[edge][desk][booking][S1]") {
  Leased day;
  const Uuid boris = day.clinic.doctor("Boris");
  const Uuid theirs = day.clinic.shift(boris, day.clinic.room("14"));
  day.clinic.lease(theirs, 0, 120);
  // At 09:00 Olena is with Ada until 09:10.
  for (const std::int64_t minute : {51, 60, 69})
    CHECK(day.book(day.olena, theirs, day.gp, minute).refusal() == v1::ASK_CLASH);
  CHECK(day.state.requests.rows().empty());
  CHECK(day.book(day.olena, theirs, day.gp, 50).refusal() == v1::ASK_GRANTED);
  CHECK(day.book(day.olena, theirs, day.gp, 70).refusal() == v1::ASK_GRANTED);
  CHECK(day.book(day.clinic.patient("Іван"), theirs, day.gp, 60).refusal() == v1::ASK_GRANTED);
  // In central's minutes: it is not even asked.
  CHECK(day.book(day.olena, day.shift, day.gp, 71).refusal() == v1::ASK_CLASH);
}

TEST_CASE("a cancelled appointment clashes with nothing", "[edge][desk][booking][S1]") {
  Leased day;
  const v1::Answer first = day.book(day.olena, day.shift, day.gp, 130);
  REQUIRE(day.cancel(first.booked().appointment()).refusal() == v1::ASK_GRANTED);
  CHECK(day.book(day.olena, day.shift, day.gp, 135).refusal() == v1::ASK_GRANTED);
}

TEST_CASE("no minute is booked twice at a point", "[edge][desk][booking][S1]") {
  Leased day;
  REQUIRE(day.book(day.olena, day.shift, day.gp, 130).refusal() == v1::ASK_GRANTED);
  for (const std::int64_t minute : {130, 121, 139})
    CHECK(day.book(day.olena, day.shift, day.gp, minute).refusal() == v1::ASK_TAKEN);
  CHECK(day.book(day.olena, day.shift, day.gp, 140).refusal() == v1::ASK_GRANTED);
  CHECK(day.book(day.olena, day.shift, day.gp, 120).refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a booking that cannot be is refused", "[edge][desk][booking][S1]") {
  Leased day;
  const Uuid surgery = day.clinic.service("Surgery", "B");  // Made after the shift: it is not given there.
  CHECK(day.book(day.clinic.id(), day.shift, day.gp, 130).refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.book(day.olena, day.clinic.id(), day.gp, 130).refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.book(day.olena, day.shift, surgery, 130).refusal() == v1::ASK_MALFORMED);
  CHECK(day.book(day.olena, day.shift, day.gp, 471).refusal() == v1::ASK_MALFORMED);
  CHECK(day.book(day.olena, day.shift, day.gp, -5).refusal() == v1::ASK_MALFORMED);
  day.clock.pass_minutes(14);
  CHECK(day.book(day.olena, day.shift, day.gp, 14).refusal() == v1::ASK_TOO_LATE);
  v1::Ask absurd;
  absurd.mutable_book()->set_patient(day.olena.to_octets());
  absurd.mutable_book()->set_shift(day.shift.to_octets());
  absurd.mutable_book()->set_service(day.gp.to_octets());
  for (const std::int64_t minute :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    absurd.mutable_book()->set_minute(minute);
    absurd.mutable_book()->set_minutes(std::numeric_limits<std::uint32_t>::max());
    CHECK(day.ask(absurd, "reception").refusal() == v1::ASK_MALFORMED);
    absurd.mutable_book()->set_minutes(10);
    CHECK(day.ask(absurd, "reception").refusal() == v1::ASK_MALFORMED);
  }
  CHECK(day.free() == minutes(120, 180));
}

TEST_CASE("nothing is booked while the date is unknown, or in a suspended shift",
          "[edge][desk][booking][S6]") {
  Leased day;
  day.clock.trust(v1::TRUST_UNSET);
  CHECK(day.book(day.olena, day.shift, day.gp, 130).refusal() == v1::ASK_CLOCK_UNSET);
  day.clock.trust(v1::SYNCHRONISED);
  v1::Ask suspend;
  suspend.mutable_adjust_shift()->set_shift(day.shift.to_octets());
  suspend.mutable_adjust_shift()->set_suspended(true);
  REQUIRE(day.ask(suspend, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.book(day.olena, day.shift, day.gp, 130).refusal() == v1::ASK_TAKEN);
}

TEST_CASE("a point cancels its own booking, and asks central about central's", "[edge][desk][booking][S1]") {
  Leased day;
  const std::string own = day.book(day.olena, day.shift, day.gp, 130).booked().appointment();
  const v1::Answer cancelled = day.cancel(own);
  REQUIRE(cancelled.refusal() == v1::ASK_GRANTED);
  CHECK_FALSE(cancelled.booked().requested());
  CHECK(day.free() == minutes(120, 180));
  CHECK(day.cancel(own).refusal() == v1::ASK_NOT_FOUND);

  const v1::Answer asked = day.cancel(day.at_nine.to_octets());
  CHECK(asked.booked().requested());
  CHECK(day.state.appointments.find(day.at_nine)->state.status() == v1::APPOINTMENT_BOOKED);
  CHECK(day.state.requests.find(asked.booked().request())->state.kind() == v1::REQUEST_CANCEL);
}

TEST_CASE("an appointment whose patient is here is not cancelled", "[edge][desk][booking][S1]") {
  Leased day;
  day.check_in(day.olenas_pass);
  CHECK(day.cancel(day.at_nine.to_octets()).refusal() == v1::ASK_WRONG_STATE);
}

TEST_CASE("free minutes are given back, booked and past ones are not, and nothing is given back twice",
          "[edge][desk][booking][S1]") {
  Leased day;
  REQUIRE(day.book(day.olena, day.shift, day.gp, 150).refusal() == v1::ASK_GRANTED);
  day.clock.pass_minutes(129);
  REQUIRE(day.sign_in(day.rita, "reception") == v1::ASK_GRANTED);
  v1::Ask give;
  give.mutable_return_minutes()->set_shift(day.shift.to_octets());
  REQUIRE(day.ask(give, "reception").refusal() == v1::ASK_GRANTED);
  const auto given = minute_set_from(day.state.give_backs.rows().begin()->second.state.minutes());
  MinuteSet expected = minutes(130, 180);
  expected.remove(minutes(150, 160));
  CHECK(given == expected);
  CHECK(day.ask(give, "reception").refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.book(day.olena, day.shift, day.gp, 165).booked().requested());
  give.mutable_return_minutes()->set_shift(day.clinic.id().to_octets());
  CHECK(day.ask(give, "reception").refusal() == v1::ASK_NOT_FOUND);
}

TEST_CASE("minutes that came back to the point can be booked there again", "[edge][desk][booking][S1]") {
  Leased day;
  v1::Ask give;
  give.mutable_return_minutes()->set_shift(day.shift.to_octets());
  REQUIRE(day.ask(give, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.free().empty());
  day.clinic.lease(day.shift, 120, 150);
  CHECK(day.free() == minutes(120, 150));
  CHECK_FALSE(day.book(day.olena, day.shift, day.gp, 130).booked().requested());
}

TEST_CASE("free minutes are shown with their holder, and neither booked nor past ones",
          "[edge][desk][booking][S7]") {
  Leased day;
  day.clock.pass_minutes(4);
  REQUIRE(day.book(day.olena, day.shift, day.gp, 130).refusal() == v1::ASK_GRANTED);
  v1::Ask act;
  act.mutable_free_minutes()->set_service(day.gp.to_octets());
  const v1::FreeMinutes free = day.ask(act, "reception").free_minutes();
  std::vector<std::tuple<std::int64_t, std::int64_t, bool>> shown;
  for (const auto& each : free.stretches())
    shown.emplace_back(each.minutes().first() - monday_8, each.minutes().end() - monday_8, each.held_here());
  CHECK(shown ==
        std::vector<std::tuple<std::int64_t, std::int64_t, bool>>{
            {5, 60, false}, {70, 120, false}, {120, 130, true}, {140, 180, true}, {180, 480, false}});
  act.mutable_free_minutes()->set_day("2026-11-24");
  CHECK(day.ask(act, "reception").free_minutes().stretches_size() == 0);
}

}  // namespace feldsher::edge
