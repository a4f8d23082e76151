#include "desk_world.hpp"

namespace feldsher::edge {

TEST_CASE(
    "while nobody has set the clock a pass of any day checks in, and the ticket is in the queue and on the "
    "board",
    "[edge][desk][check-in][N8]") {
  ClinicDay day;
  day.clock.reboot(v1::TRUST_UNSET);
  REQUIRE(day.sign_in(day.ada, "room-1") == v1::ASK_GRANTED);
  const v1::Answer answer = day.check_in(day.olenas_pass);
  REQUIRE(answer.refusal() == v1::ASK_GRANTED);
  const v1::BoardSnapshot board = day.desk.board(day.now());
  REQUIRE(board.waiting_size() == 1);
  CHECK(board.waiting(0).label() == answer.checked_in().ticket_label());
  CHECK(day.call_next(day.room, "room-1").done().ticket() == answer.checked_in().ticket());
}

TEST_CASE("a pass of another point or by a stranger's key is refused whatever the clock says",
          "[edge][desk][check-in][N8]") {
  ClinicDay day;
  day.clock.reboot(v1::TRUST_UNSET);
  const Pass foreign{.appointment = AppointmentId{day.at_nine},
                     .patient = PatientId{day.olena},
                     .point = PointId{day.clinic.id()},
                     .day = "2026-11-23"};
  CHECK(day.check_in(issue_pass(day.key, foreign)).refusal() == v1::ASK_PASS_OTHER_POINT);
  CHECK(day.check_in(issue_pass(SigningKey::from_seed({66}), foreign)).refusal() == v1::ASK_PASS_INVALID);
}

TEST_CASE("while the clock is unset phone and birth date find the next appointment",
          "[edge][desk][check-in][N8]") {
  ClinicDay day;
  day.clock.reboot(v1::TRUST_UNSET);
  CHECK(day.by_phone("0441234567", "1956-03-10").refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.by_phone("0441234567", "1956-03-09").checked_in().civil() == "09:00");
}

TEST_CASE("while the clock is unset a walk-in does not overtake an appointment that came first",
          "[edge][desk][queue][N8]") {
  ClinicDay day;
  day.clock.reboot(v1::TRUST_UNSET);
  REQUIRE(day.sign_in(day.ada, "room-1") == v1::ASK_GRANTED);
  const v1::Answer appointment = day.check_in(day.olenas_pass);
  day.clock.pass_minutes(1);
  day.walk_in(day.gp);
  CHECK(day.call_next(day.room, "room-1").done().ticket() == appointment.checked_in().ticket());
}

TEST_CASE("labels of one queue do not collide while the clock is unset, whatever the days of the passes",
          "[edge][desk][check-in][Q1]") {
  ClinicDay day;
  day.clock.reboot(v1::TRUST_UNSET);
  std::set<std::string> labels{
      day.walk_in(day.gp).checked_in().ticket_label(),
      day.check_in(day.olenas_pass).checked_in().ticket_label(),
      day.check_in(day.pass(day.clinic.id(), day.olena, "2026-11-24")).checked_in().ticket_label()};
  CHECK(labels.size() == 3);
}

TEST_CASE("a survey can be answered while the clock is unset", "[edge][desk][survey][K9]") {
  ClinicDay day;
  day.clinic.survey();
  day.clock.reboot(v1::TRUST_UNSET);
  REQUIRE(day.sign_in(day.ada, "room-1") == v1::ASK_GRANTED);
  const std::string code = day.check_in(day.olenas_pass).checked_in().survey_code();
  day.see(day.room, "room-1");
  v1::Ask open;
  open.mutable_open_survey()->set_code(code);
  CHECK(day.ask(open, "survey-1").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("what was queued under a guessed day goes over to the true one, and what was there before does not",
          "[edge][desk][queue][N8]") {
  ClinicDay day;
  const auto everything_of_this_boot = [](std::uint64_t after) {
    return [after](const RecordKey& key) { return key.seq > after; };
  };
  day.clock.reboot(v1::TRUST_UNSET);
  const v1::CheckedIn leftover = day.walk_in(day.gp).checked_in();
  const std::uint64_t boot = day.pen.tip(v1::ACTS).seq;
  day.clock.pass_minutes(10);
  const v1::CheckedIn waits = day.walk_in(day.gp).checked_in();
  const DeskTime guess = day.now();
  day.clock.jump_ms(testing::monday_8_ms);
  day.clock.trust(v1::SET_BY_PERSON);

  const auto drafts = day.desk.day_known(guess, day.now(), everything_of_this_boot(boot));
  day.write(drafts);
  REQUIRE(drafts.size() == 2);
  CHECK(day.last_records.front().header.actor().rule() == "day-known@1");
  CHECK(day.ticket(waits.ticket()).day() == "2026-11-23");
  CHECK(day.visit(waits.visit()).day() == "2026-11-23");
  CHECK(day.ticket(waits.ticket()).queued_ms() == day.clock.now().wall_ms);
  CHECK(day.ticket(leftover.ticket()).day() == "1970-01-01");
  REQUIRE(day.desk.board(day.now()).waiting_size() == 1);
  CHECK(day.desk.board(day.now()).waiting(0).label() == waits.ticket_label());
  CHECK(day.walk_in(day.gp).checked_in().ticket_label() == "A003");
  CHECK(day.state.tickets_of("1970-01-01").size() == 1);
}

}  // namespace feldsher::edge
