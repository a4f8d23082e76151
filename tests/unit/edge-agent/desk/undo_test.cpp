#include "desk_world.hpp"

namespace feldsher::edge {

TEST_CASE("an act can be taken back within thirty seconds, and not after", "[edge][desk][undo][X14]") {
  ClinicDay day;
  day.walk_in(day.gp, "reception");
  const std::string first = day.last_ask;
  day.clock.pass_ms(30'000);
  CHECK(day.undo(first, "reception").refusal() == v1::ASK_GRANTED);

  const std::string second_ticket = day.walk_in(day.gp, "reception").checked_in().ticket();
  const std::string second = day.last_ask;
  day.clock.pass_ms(30'001);
  CHECK(day.undo(second, "reception").refusal() == v1::ASK_TOO_LATE);
  day.walk_in(day.gp, "reception");  // Also when others have acted since.
  CHECK(day.undo(second, "reception").refusal() == v1::ASK_TOO_LATE);
  CHECK(day.ticket(second_ticket).status() == v1::TICKET_WAITING);
}

TEST_CASE("an act of another terminal, or of nobody, cannot be taken back", "[edge][desk][undo][X14]") {
  ClinicDay day;
  day.walk_in(day.gp, "reception");
  const std::string act = day.last_ask;
  CHECK(day.undo(act, "room-1").refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.undo(day.clinic.id().to_octets(), "reception").refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.undo("", "reception").refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.undo(act, "reception-2").refusal() == v1::ASK_NOT_SIGNED_IN);
}

TEST_CASE("a walk-in that is taken back is gone from the queue, and stays in the record",
          "[edge][desk][undo][H11][X4]") {
  ClinicDay day;
  const v1::CheckedIn in = day.walk_in(day.gp, "reception").checked_in();
  REQUIRE(day.undo(day.last_ask, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.ticket(in.ticket()).status() == v1::TICKET_UNDONE);
  CHECK(day.visit(in.visit()).status() == v1::VISIT_UNDONE);
  CHECK(day.last_records.front().header.verb() == v1::UNDONE);
  CHECK(day.last_records.front().header.bases_size() == 1);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_QUEUE_EMPTY);
}

TEST_CASE("a patient whose arrival was taken back can check in again", "[edge][desk][undo][X14]") {
  ClinicDay day;
  v1::Ask here;
  here.mutable_mark_present()->set_appointment(day.at_nine.to_octets());
  const v1::CheckedIn wrong = day.ask(here, "reception").checked_in();
  REQUIRE(day.undo(day.last_ask, "reception").refusal() == v1::ASK_GRANTED);
  const v1::Answer right = day.check_in(day.olenas_pass);
  REQUIRE(right.refusal() == v1::ASK_GRANTED);
  CHECK_FALSE(right.checked_in().again());
  CHECK(right.checked_in().ticket() != wrong.ticket());
  CHECK(day.desk.board(day.now()).waiting_size() == 1);
}

TEST_CASE("a call that is taken back puts the ticket where it was", "[edge][desk][undo][X14]") {
  ClinicDay day;
  const v1::CheckedIn in = day.walk_in(day.gp).checked_in();
  const std::string before = day.ticket(in.ticket()).SerializeAsString();
  day.call_next(day.room, "room-1");
  REQUIRE(day.undo(day.last_ask, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.ticket(in.ticket()).SerializeAsString() == before);
  CHECK(day.call_next(day.room, "room-1").done().ticket() == in.ticket());
}

TEST_CASE("a finished visit that is finished too early goes on", "[edge][desk][undo][X14]") {
  ClinicDay day;
  const v1::CheckedIn in = day.walk_in(day.gp).checked_in();
  day.see(day.room, "room-1");
  REQUIRE(day.undo(day.last_ask, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.ticket(in.ticket()).status() == v1::TICKET_SERVING);
  CHECK(day.visit(in.visit()).status() == v1::VISIT_IN_PROGRESS);
}

TEST_CASE("what somebody has gone on from cannot be taken back", "[edge][desk][undo][X14]") {
  ClinicDay day;
  const v1::CheckedIn in = day.walk_in(day.gp, "reception").checked_in();
  const std::string registered = day.last_ask;
  REQUIRE(day.call_next(day.room, "room-1").done().ticket() == in.ticket());
  CHECK(day.undo(registered, "reception").refusal() == v1::ASK_WRONG_STATE);
  CHECK(day.ticket(in.ticket()).status() == v1::TICKET_CALLED);
}

TEST_CASE("a booking is cancelled, not undone", "[edge][desk][undo][X14]") {
  ClinicDay day;
  day.clinic.lease(day.shift, 100, 200);
  REQUIRE(day.book(day.olena, day.shift, day.gp, 120).refusal() == v1::ASK_GRANTED);
  CHECK(day.undo(day.last_ask, "reception").refusal() == v1::ASK_WRONG_STATE);
}

}  // namespace feldsher::edge
