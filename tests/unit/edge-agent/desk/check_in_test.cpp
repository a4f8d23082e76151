#include "desk_world.hpp"

namespace feldsher::edge {

TEST_CASE("what is no pass checks nobody in", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  for (const std::string text : {"", "hello", "FP1:", "FP1:AAAA"})
    CHECK(day.check_in(text).refusal() == v1::ASK_PASS_INVALID);
  CHECK(day.state.visits.rows().empty());
}

TEST_CASE("a pass that somebody changed or signed himself is refused", "[edge][desk][check-in][X7]") {
  ClinicDay day;
  std::string changed = day.olenas_pass;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  CHECK(day.check_in(changed).refusal() == v1::ASK_PASS_INVALID);
  const std::string forged =
      issue_pass(SigningKey::from_seed({66}), {.appointment = AppointmentId{day.at_nine},
                                               .patient = PatientId{day.olena},
                                               .point = day.clinic.point,
                                               .day = "2026-11-23"});
  CHECK(day.check_in(forged).refusal() == v1::ASK_PASS_INVALID);
  CHECK(day.state.tickets.rows().empty());
}

TEST_CASE("a pass by a key that was retired is refused, though it was good before",
          "[edge][desk][check-in][X7]") {
  ClinicDay day;
  v1::PassKey retired = day.state.pass_keys.find(day.key_id)->state;
  retired.set_retired(true);
  day.clinic.publish(v1::PASS_KEY, day.key_id, v1::CHANGED, retired);
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_PASS_INVALID);
  retired.set_retired(false);
  day.clinic.publish(v1::PASS_KEY, day.key_id, v1::CHANGED, retired);
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a pass of another day is refused", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  CHECK(day.check_in(day.pass(day.at_nine, day.olena, "2026-11-22")).refusal() == v1::ASK_PASS_OTHER_DAY);
  CHECK(day.check_in(day.pass(day.at_nine, day.olena, "2026-11-24")).refusal() == v1::ASK_PASS_OTHER_DAY);
  CHECK(day.state.visits.rows().empty());
}

TEST_CASE("a pass of another point is refused", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  const std::string elsewhere = issue_pass(day.key, {.appointment = AppointmentId{day.at_nine},
                                                     .patient = PatientId{day.olena},
                                                     .point = PointId{day.clinic.id()},
                                                     .day = "2026-11-23"});
  CHECK(day.check_in(elsewhere).refusal() == v1::ASK_PASS_OTHER_POINT);
  CHECK(day.state.visits.rows().empty());
}

TEST_CASE("a valid pass gives a ticket and says where, when and with whom",
          "[edge][desk][check-in][K1][K5]") {
  ClinicDay day;
  const v1::Answer answer = day.check_in(day.olenas_pass);
  REQUIRE(answer.refusal() == v1::ASK_GRANTED);
  const v1::CheckedIn& told = answer.checked_in();
  CHECK(told.ticket_label() == "A001");
  CHECK(told.given_name() == "Олена");
  CHECK(told.family_initial() == "К.");
  CHECK(told.room_label() == "12");
  CHECK(told.civil() == "09:00");
  CHECK(told.practitioner().translations(0).text() == "Ada");
  CHECK(told.preparation(0) == "fasting");
  CHECK(told.survey_code().size() == 6);
  CHECK_FALSE(told.not_in_schedule());
  CHECK_FALSE(told.again());
  const v1::Ticket& ticket = day.ticket(told.ticket());
  CHECK(ticket.status() == v1::TICKET_WAITING);
  CHECK(ticket.priority() == v1::PRIORITY_APPOINTMENT);
  CHECK(ticket.slot_minute() == monday_8 + 60);
  CHECK(day.visit(told.visit()).status() == v1::VISIT_ARRIVED);
  CHECK(day.last_records.front().header.proof() == v1::PROOF_PASS);
  CHECK(day.last_records.front().header.actor().id() == day.olena.to_octets());
}

TEST_CASE("no record of a check-in holds the survey code", "[edge][desk][check-in][X10]") {
  ClinicDay day;
  const std::string code = day.check_in(day.olenas_pass).checked_in().survey_code();
  for (const Record& record : day.last_records) {
    CHECK(record.stored.core.find(code) == std::string::npos);
    CHECK(record.stored.body->find(code) == std::string::npos);
  }
}

TEST_CASE(
    "a pass for an appointment that the point has not heard of checks in, marked not yet in the schedule",
    "[edge][desk][check-in][N8]") {
  ClinicDay day;
  const v1::Answer answer = day.check_in(day.pass(day.clinic.id(), day.clinic.id()));
  REQUIRE(answer.refusal() == v1::ASK_GRANTED);
  CHECK(answer.checked_in().not_in_schedule());
  CHECK(answer.checked_in().given_name().empty());
  CHECK(day.visit(answer.checked_in().visit()).not_in_schedule());

  // No doctor gives an unknown service; reception says whose queue it is.
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_QUEUE_EMPTY);
  REQUIRE(day.transfer(answer.checked_in().ticket(), day.gp, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("who checks in twice gets the same ticket", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  const v1::CheckedIn first = day.check_in(day.olenas_pass).checked_in();
  day.clock.pass_minutes(5);
  const v1::Answer again = day.check_in(day.olenas_pass, "checkin-2");
  CHECK(again.checked_in().again());
  CHECK(again.checked_in().ticket_label() == first.ticket_label());
  CHECK(again.checked_in().ticket() == first.ticket());
  CHECK(day.by_phone("0441234567", "1956-03-09").checked_in().ticket() == first.ticket());
  CHECK(day.state.tickets.rows().size() == 1);
  CHECK(day.state.visits.rows().size() == 1);
}

TEST_CASE("who was served today is not checked in for the same appointment again",
          "[edge][desk][check-in][K1]") {
  ClinicDay day;
  day.check_in(day.olenas_pass);
  day.see(day.room, "room-1");
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_FINISHED_ALREADY);
  CHECK(day.state.tickets.rows().size() == 1);
}

TEST_CASE("a patient takes a ticket for a walk-in service only", "[edge][desk][check-in][Q1]") {
  ClinicDay day;
  const Uuid surgery = day.clinic.service("Surgery", "B", false);
  CHECK(day.walk_in(surgery).refusal() == v1::ASK_NOT_ALLOWED);
  CHECK(day.walk_in(day.clinic.id()).refusal() == v1::ASK_NOT_FOUND);
  const v1::Answer taken = day.walk_in(day.gp);
  REQUIRE(taken.refusal() == v1::ASK_GRANTED);
  CHECK(taken.checked_in().slot_minute() == 0);
  CHECK(taken.checked_in().given_name().empty());
  CHECK(day.ticket(taken.checked_in().ticket()).priority() == v1::PRIORITY_ORDINARY);
  CHECK(day.walk_in(surgery, "reception").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("reception names who comes and why they go first, and gives no priority that is none",
          "[edge][desk][check-in][Q4]") {
  ClinicDay day;
  v1::Ask act;
  act.mutable_walk_in()->set_service(day.gp.to_octets());
  act.mutable_walk_in()->set_priority(v1::PRIORITY_URGENT);
  act.mutable_walk_in()->set_patient(day.olena.to_octets());
  const v1::Answer reception = day.ask(act, "reception");
  CHECK(day.ticket(reception.checked_in().ticket()).priority() == v1::PRIORITY_URGENT);
  CHECK(day.visit(reception.checked_in().visit()).patient() == day.olena.to_octets());
  act.mutable_walk_in()->set_priority(static_cast<v1::Priority>(99));
  CHECK(day.ask(act, "reception").refusal() == v1::ASK_MALFORMED);
}

TEST_CASE("two services with one letter never give one label", "[edge][desk][check-in][Q1]") {
  ClinicDay day;
  const Uuid other = day.clinic.service("Vaccination", "A"), nurse = day.clinic.service("Nurse", "B");
  std::set<std::string> labels;
  for (int i = 0; i < 4; ++i)
    for (const Uuid& service : {day.gp, other, nurse})
      CHECK(labels.insert(day.walk_in(service).checked_in().ticket_label()).second);
  CHECK(labels.contains("A008"));
  CHECK(labels.contains("B004"));
  CHECK_FALSE(labels.contains("B005"));
}

TEST_CASE("labels begin anew each day, and an undone ticket's label is not given again that day",
          "[edge][desk][check-in][Q1]") {
  ClinicDay day;
  day.walk_in(day.gp, "reception");
  const std::string walked_in = day.last_ask;
  REQUIRE(day.undo(walked_in, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.walk_in(day.gp).checked_in().ticket_label() == "A002");
  day.clock.pass_minutes(24 * 60);
  CHECK(day.walk_in(day.gp).checked_in().ticket_label() == "A001");
}

TEST_CASE("the patient is told how many go before, and not more", "[edge][desk][check-in][Q1]") {
  ClinicDay day;
  const Uuid nurse = day.clinic.service("Nurse", "B");
  day.walk_in(nurse);
  CHECK(day.walk_in(day.gp).checked_in().waiting_before() == 0);
  CHECK(day.walk_in(day.gp).checked_in().waiting_before() == 1);
  CHECK(day.walk_in(day.gp).checked_in().waiting_before() == 2);
}

}  // namespace feldsher::edge
