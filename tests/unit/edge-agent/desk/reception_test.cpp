#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

v1::ReceptionView list(ClinicDay& day) {
  v1::Ask ask;
  ask.mutable_reception();
  return day.ask(ask, "reception").reception();
}

}  // namespace

TEST_CASE("today's list is in time order, walk-ins last, and nobody of another day is in it",
          "[edge][desk][reception][Q1]") {
  ClinicDay day;
  day.booked("Богдан", 30);
  day.booked("Віра", 90);
  const Uuid tomorrow = day.clinic.shift(day.ada, day.room, 24 * 60, 32 * 60);
  day.clinic.appointment(day.clinic.patient("Завтра"), tomorrow, day.gp, 25 * 60);
  v1::Ask act;
  act.mutable_walk_in()->set_service(day.gp.to_octets());
  act.mutable_walk_in()->set_patient(day.clinic.patient("Юрій").to_octets());
  REQUIRE(day.ask(act, "reception").refusal() == v1::ASK_GRANTED);
  day.walk_in(day.gp);

  const v1::ReceptionView view = list(day);
  REQUIRE(view.lines_size() == 5);
  CHECK(view.day() == "2026-11-23");
  CHECK(view.lines(0).patient_name() == "Коваль Богдан");
  CHECK(view.lines(0).civil() == "08:30");
  CHECK(view.lines(1).patient_name() == "Коваль Олена");
  CHECK(view.lines(2).patient_name() == "Коваль Віра");
  CHECK(view.lines(3).civil().empty());
  CHECK(view.lines(3).patient_name() == "Коваль Юрій");
  CHECK(view.lines(4).patient_name().empty());
  CHECK(view.lines(4).ticket().label() == "A002");
}

TEST_CASE("a line says whether its patient is here, and with which ticket", "[edge][desk][reception][Q1]") {
  ClinicDay day;
  CHECK(list(day).lines(0).visit() == v1::VISIT_UNSPECIFIED);
  day.check_in(day.olenas_pass);
  CHECK(list(day).lines(0).visit() == v1::VISIT_ARRIVED);
  CHECK(list(day).lines(0).ticket().label() == "A001");
  day.see(day.room, "room-1");
  CHECK(list(day).lines(0).visit() == v1::VISIT_FINISHED);
  CHECK_FALSE(list(day).lines(0).has_ticket());
}

TEST_CASE("what was asked of central is in the list as asked, until it is answered",
          "[edge][desk][reception][S1]") {
  ClinicDay day;
  const v1::Answer asked = day.book(day.olena, day.shift, day.gp, 120);
  REQUIRE(asked.booked().requested());
  v1::ReceptionView view = list(day);
  CHECK(view.open_requests() == 1);
  REQUIRE(view.lines_size() == 2);
  CHECK(view.lines(1).requested());
  CHECK(view.lines(1).civil() == "10:00");
  day.clinic.answer(*Uuid::from_octets(asked.booked().request()), v1::OUTCOME_TAKEN,
                    testing::point_node_of_tests);
  view = list(day);
  CHECK(view.open_requests() == 0);
  CHECK(view.lines_size() == 1);
}

TEST_CASE("reception marks a patient of today present, of another day not", "[edge][desk][reception][K1]") {
  ClinicDay day;
  v1::Ask act;
  act.mutable_mark_present()->set_appointment(day.clinic.id().to_octets());
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_NOT_FOUND);
  const Uuid tomorrow = day.clinic.shift(day.ada, day.room, 24 * 60, 32 * 60);
  act.mutable_mark_present()->set_appointment(
      day.clinic.appointment(day.olena, tomorrow, day.gp, 25 * 60).to_octets());
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_NOT_TODAY);
  act.mutable_mark_present()->set_appointment(day.at_nine.to_octets());
  const v1::Answer here = day.ask(act, "reception");
  REQUIRE(here.refusal() == v1::ASK_GRANTED);
  CHECK(day.last_records.front().header.actor().id() == day.rita.to_octets());
  CHECK(day.ask(act, "reception").checked_in().again());
  CHECK(day.check_in(day.olenas_pass).checked_in().ticket() == here.checked_in().ticket());
}

TEST_CASE("a priority with its reason goes first, and only while the ticket waits",
          "[edge][desk][reception][Q4]") {
  ClinicDay day;
  day.walk_in(day.gp);
  const std::string frail = day.walk_in(day.gp).checked_in().ticket();
  v1::Ask act;
  act.mutable_prioritise()->set_ticket(frail);
  act.mutable_prioritise()->set_priority(static_cast<v1::Priority>(17));
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_MALFORMED);
  act.mutable_prioritise()->set_priority(v1::PRIORITY_FRAIL);
  REQUIRE(day.ask(act, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").done().ticket() == frail);
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_WRONG_STATE);
}

TEST_CASE("the point adjusts today's shift, and no other day's", "[edge][desk][reception][S6]") {
  ClinicDay day;
  const Uuid tomorrow = day.clinic.shift(day.ada, day.room, 24 * 60, 32 * 60);
  v1::Ask act;
  act.mutable_adjust_shift()->set_shift(tomorrow.to_octets());
  act.mutable_adjust_shift()->set_delay_minutes(20);
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_NOT_MINE);
  act.mutable_adjust_shift()->set_shift(day.shift.to_octets());
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.state.shift_states.find(day.shift)->state.delay_minutes() == 20);
  act.mutable_adjust_shift()->set_shift(day.clinic.id().to_octets());
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_NOT_FOUND);
}

}  // namespace feldsher::edge
