#include "desk_world.hpp"

namespace feldsher::edge {

TEST_CASE("on a full disk nobody new is checked in, by any door", "[edge][desk][disk][Q1]") {
  ClinicDay day;
  day.desk.set_disk(v1::DISK_NO_CHECK_INS);
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_DISK_FULL);
  CHECK(day.by_phone("0441234567", "1956-03-09").refusal() == v1::ASK_DISK_FULL);
  CHECK(day.walk_in(day.gp).refusal() == v1::ASK_DISK_FULL);
  v1::Ask here;
  here.mutable_mark_present()->set_appointment(day.at_nine.to_octets());
  CHECK(day.ask(here, "reception").refusal() == v1::ASK_DISK_FULL);
  CHECK(day.state.tickets.rows().empty());
  day.desk.set_disk(v1::DISK_NO_READINGS);
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_GRANTED);
}

TEST_CASE("on a full disk those who are inside are served to the end", "[edge][desk][disk][Q1]") {
  ClinicDay day;
  day.clinic.survey();
  const v1::CheckedIn in = day.walk_in(day.gp).checked_in();
  day.desk.set_disk(v1::DISK_NO_CHECK_INS);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_GRANTED);
  for (const char* act : {"call_again", "serve", "finish"})
    CHECK(day.on_ticket(act, in.ticket(), "room-1").refusal() == v1::ASK_GRANTED);
  v1::Ask survey;
  survey.mutable_open_survey()->set_code(in.survey_code());
  CHECK(day.ask(survey, "survey-1").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("on a full disk who was checked in before gets the same ticket", "[edge][desk][disk][Q1]") {
  ClinicDay day;
  const std::string label = day.check_in(day.olenas_pass).checked_in().ticket_label();
  day.desk.set_disk(v1::DISK_NO_CHECK_INS);
  CHECK(day.check_in(day.olenas_pass).checked_in().ticket_label() == label);
}

}  // namespace feldsher::edge
