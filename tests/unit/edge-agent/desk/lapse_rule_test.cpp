#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

constexpr std::uint64_t patience_ms = 2 * 3'600'000;

/// Reception has asked central for Olena's 300th minute: 13:00.
struct Waiting : ClinicDay {
  Waiting() {
    desk.set_request_patience(patience_ms);
    const v1::Answer asked = book(olena, shift, gp, 300);
    REQUIRE(asked.booked().requested());
    request = *Uuid::from_octets(asked.booked().request());
    appointment = *Uuid::from_octets(asked.booked().appointment());
    REQUIRE(tick() == 0);  // The agent looks several times a second: it knows of it from now on.
  }
  v1::RequestStatus status() const { return state.requests.find(request)->state.status(); }
  v1::ReceptionView list() {
    REQUIRE(sign_in(rita, "reception") == v1::ASK_GRANTED);
    v1::Ask act;
    act.mutable_reception();
    return ask(act, "reception").reception();
  }
  /// The line of 13:00; nothing when there is none.
  std::optional<v1::ReceptionLine> at_one() {
    const v1::ReceptionView view = list();
    for (const auto& line : view.lines())
      if (line.civil() == "13:00") return line;
    return std::nullopt;
  }
  Uuid request, appointment;
};

}  // namespace

TEST_CASE("a request that is not answered in time lapses by a rule", "[edge][desk][booking][S1]") {
  Waiting day;
  day.clock.pass_ms(patience_ms - 1);
  CHECK(day.tick() == 0);
  CHECK(day.desk.open_requests() == 1);
  day.clock.pass_ms(1);
  REQUIRE(day.tick() == 1);
  CHECK(day.status() == v1::REQUEST_LAPSED);
  const v1::HeaderCore& header = day.last_records.front().header;
  CHECK(header.verb() == v1::LAPSED);
  CHECK(header.actor().rule() == "request-lapsed@1");
  CHECK(header.cause().record().seq() != 0);
  CHECK(day.desk.open_requests() == 0);
  CHECK(day.tick() == 0);
}

TEST_CASE("a wall clock that jumps makes no request lapse before its slot", "[edge][desk][booking][S1]") {
  Waiting day;
  day.clock.jump_ms(patience_ms);
  CHECK(day.tick() == 0);
  CHECK(day.status() == v1::REQUEST_ASKED);
}

TEST_CASE("a request lapses when its slot begins, and not while nobody knows the time",
          "[edge][desk][booking][S1]") {
  Waiting day;
  day.desk.set_request_patience(48 * 3'600'000);
  day.clock.pass_minutes(299);
  CHECK(day.tick() == 0);
  day.clock.trust(v1::TRUST_UNSET);
  day.clock.pass_minutes(10);
  CHECK(day.tick() == 0);
  day.clock.trust(v1::FREE_RUNNING);
  REQUIRE(day.tick() == 1);
  CHECK(day.last_records.front().header.cause().due_ms() == (monday_8 + 300) * 60'000);
}

TEST_CASE("what was answered does not lapse", "[edge][desk][booking][S1]") {
  Waiting day;
  day.clinic.answer(day.request, v1::OUTCOME_TAKEN, testing::point_node_of_tests);
  day.clock.pass_ms(patience_ms);
  CHECK(day.tick() == 0);
  CHECK(day.list().lapsed_requests() == 0);
}

TEST_CASE("a request to cancel lapses like any other", "[edge][desk][booking][S1]") {
  Waiting day;
  const v1::Answer asked = day.cancel(day.at_nine.to_octets());
  REQUIRE(asked.booked().requested());
  CHECK(day.tick() == 0);
  day.clock.pass_minutes(60);  // It is nine o'clock.
  CHECK(day.tick() == 1);
  CHECK(day.desk.open_requests() == 1);
}

TEST_CASE("reception sees that a request has lapsed", "[edge][desk][reception][S1]") {
  Waiting day;
  REQUIRE(day.at_one());
  CHECK(day.at_one()->requested());
  CHECK_FALSE(day.at_one()->lapsed());
  CHECK(day.list().open_requests() == 1);
  day.clock.pass_ms(patience_ms);
  day.tick();
  REQUIRE(day.at_one());
  CHECK(day.at_one()->lapsed());
  CHECK(day.list().open_requests() == 0);
  CHECK(day.list().lapsed_requests() == 1);
  day.clock.pass_minutes(24 * 60);
  CHECK(day.list().lapsed_requests() == 0);  // Yesterday's.
}

TEST_CASE("a grant that comes late stands: the appointment is shown, the lapsed request is not",
          "[edge][desk][reception][S1]") {
  Waiting day;
  day.clock.pass_ms(patience_ms);
  REQUIRE(day.tick() == 1);
  v1::Appointment granted = day.clinic.wanted(day.olena, day.shift, day.gp, 300);
  granted.set_request(day.request.to_octets());
  day.clinic.publish(v1::APPOINTMENT, day.appointment, v1::BOOKED, granted);
  REQUIRE(day.at_one());
  CHECK(day.at_one()->appointment() == day.appointment.to_octets());
  CHECK_FALSE(day.at_one()->requested());
  CHECK_FALSE(day.at_one()->lapsed());
  day.clinic.answer(day.request, v1::OUTCOME_GRANTED, testing::point_node_of_tests);
  CHECK(day.list().lapsed_requests() == 0);
  day.clock.pass_minutes(170);
  CHECK(day.check_in(day.pass(day.appointment, day.olena)).checked_in().civil() == "13:00");
}

TEST_CASE("a refusal that comes late takes the lapsed line away", "[edge][desk][reception][S1]") {
  Waiting day;
  day.clock.pass_ms(patience_ms);
  REQUIRE(day.tick() == 1);
  day.clinic.answer(day.request, v1::OUTCOME_TAKEN, testing::point_node_of_tests);
  CHECK_FALSE(day.at_one());
  CHECK(day.list().lapsed_requests() == 0);
}

}  // namespace feldsher::edge
