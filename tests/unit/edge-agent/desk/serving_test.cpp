#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

/// A day with one walk-in at 08:00: her ticket.
struct OneWaits : ClinicDay {
  OneWaits() : ticket_id(walk_in(gp).checked_in().ticket()) {}
  v1::AskRefusal act(const std::string& name) { return on_ticket(name, ticket_id, "room-1").refusal(); }
  v1::TicketStatus status() const { return ticket(ticket_id).status(); }
  std::string ticket_id;
};

}  // namespace

TEST_CASE("nobody who is not signed in calls, serves or looks", "[edge][desk][serving][X2]") {
  OneWaits day;
  for (const char* act : {"call_again", "skip", "serve", "finish"})
    CHECK(day.on_ticket(act, day.ticket_id, "room-2").refusal() == v1::ASK_NOT_SIGNED_IN);
  CHECK(day.call_next(day.room, "room-2").refusal() == v1::ASK_NOT_SIGNED_IN);
  CHECK(day.transfer(day.ticket_id, day.gp, "reception-2").refusal() == v1::ASK_NOT_SIGNED_IN);
  v1::Ask list;
  list.mutable_reception();
  CHECK(day.ask(list, "reception-2").refusal() == v1::ASK_NOT_SIGNED_IN);
}

TEST_CASE("an empty queue calls nobody", "[edge][desk][serving][Q1]") {
  ClinicDay day;
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_QUEUE_EMPTY);
  CHECK(day.call_next(day.clinic.id(), "room-1").refusal() == v1::ASK_NOT_FOUND);
}

TEST_CASE("a ticket goes from call to serving to finished, and the visit with it",
          "[edge][desk][serving][Q1]") {
  ClinicDay day;
  const v1::CheckedIn in = day.check_in(day.olenas_pass).checked_in();
  REQUIRE(day.call_next(day.room, "room-1").done().ticket() == in.ticket());
  CHECK(day.ticket(in.ticket()).status() == v1::TICKET_CALLED);
  CHECK(day.ticket(in.ticket()).room() == day.room.to_octets());
  CHECK(day.visit(in.visit()).status() == v1::VISIT_ARRIVED);
  REQUIRE(day.on_ticket("serve", in.ticket(), "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.ticket(in.ticket()).status() == v1::TICKET_SERVING);
  CHECK(day.visit(in.visit()).status() == v1::VISIT_IN_PROGRESS);
  REQUIRE(day.on_ticket("finish", in.ticket(), "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.ticket(in.ticket()).status() == v1::TICKET_FINISHED);
  CHECK(day.visit(in.visit()).status() == v1::VISIT_FINISHED);
  const v1::HeaderCore& header = day.last_records.back().header;
  CHECK(header.actor().id() == day.ada.to_octets());
  CHECK(header.proof() == v1::PROOF_PIN);
  CHECK(header.bases_size() == 1);
}

TEST_CASE("a waiting ticket cannot be called again, skipped, served or finished",
          "[edge][desk][serving][Q1]") {
  OneWaits day;
  for (const char* act : {"call_again", "skip", "serve", "finish"})
    CHECK(day.act(act) == v1::ASK_WRONG_STATE);
  CHECK(day.status() == v1::TICKET_WAITING);
}

TEST_CASE("a called ticket cannot be finished before it was served", "[edge][desk][serving][Q1]") {
  OneWaits day;
  day.call_next(day.room, "room-1");
  CHECK(day.act("finish") == v1::ASK_WRONG_STATE);
  CHECK(day.status() == v1::TICKET_CALLED);
}

TEST_CASE("a ticket that is served cannot be called, skipped or served again", "[edge][desk][serving][Q1]") {
  OneWaits day;
  day.call_next(day.room, "room-1");
  REQUIRE(day.act("serve") == v1::ASK_GRANTED);
  for (const char* act : {"call_again", "skip", "serve"}) CHECK(day.act(act) == v1::ASK_WRONG_STATE);
  CHECK(day.status() == v1::TICKET_SERVING);
}

TEST_CASE("nothing more can be done with a finished ticket", "[edge][desk][serving][Q1][H11]") {
  OneWaits day;
  day.see(day.room, "room-1");
  for (const char* act : {"call_again", "skip", "serve", "finish"})
    CHECK(day.act(act) == v1::ASK_WRONG_STATE);
  CHECK(day.transfer(day.ticket_id, day.gp, "room-1").refusal() == v1::ASK_WRONG_STATE);
  CHECK(day.status() == v1::TICKET_FINISHED);
}

TEST_CASE("a ticket that nobody has is not found", "[edge][desk][serving]") {
  OneWaits day;
  for (const char* act : {"call_again", "skip", "serve", "finish"}) {
    CHECK(day.on_ticket(act, day.clinic.id().to_octets(), "room-1").refusal() == v1::ASK_NOT_FOUND);
    CHECK(day.on_ticket(act, "short", "room-1").refusal() == v1::ASK_NOT_FOUND);
  }
}

TEST_CASE("each call is counted, and a room with somebody called calls nobody else",
          "[edge][desk][serving][Q1]") {
  OneWaits day;
  day.clock.pass_ms(1);
  day.walk_in(day.gp);
  day.call_next(day.room, "room-1");
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_WRONG_STATE);
  REQUIRE(day.act("call_again") == v1::ASK_GRANTED);
  CHECK(day.ticket(day.ticket_id).calls_size() == 2);
  CHECK(day.desk.board(day.now()).called(0).call() == 2);
}

TEST_CASE("a skipped ticket waits again, without its room", "[edge][desk][serving][Q1]") {
  OneWaits day;
  day.clock.pass_minutes(2);
  const std::string next = day.walk_in(day.gp).checked_in().ticket();
  REQUIRE(day.call_next(day.room, "room-1").done().ticket() == day.ticket_id);
  REQUIRE(day.act("skip") == v1::ASK_GRANTED);
  CHECK(day.status() == v1::TICKET_WAITING);
  CHECK(day.ticket(day.ticket_id).room().empty());
  CHECK(day.call_next(day.room, "room-1").done().ticket() == next);
}

TEST_CASE("two rooms never call one ticket", "[edge][desk][serving][Q1]") {
  OneWaits day;
  const Uuid bob = day.clinic.doctor("Bob"), next_door = day.clinic.room("13");
  REQUIRE(day.sign_in(bob, "room-2") == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").done().ticket() == day.ticket_id);
  CHECK(day.call_next(next_door, "room-2").refusal() == v1::ASK_QUEUE_EMPTY);
  CHECK(day.ticket(day.ticket_id).room() == day.room.to_octets());
}

TEST_CASE("no patient is sent to an unready room", "[edge][desk][serving][S6]") {
  OneWaits day;
  v1::Ask unready;
  unready.mutable_set_room_ready()->set_room(day.room.to_octets());
  REQUIRE(day.ask(unready, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_ROOM_NOT_READY);
  CHECK(day.status() == v1::TICKET_WAITING);
  unready.mutable_set_room_ready()->set_ready(true);
  REQUIRE(day.ask(unready, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.ask(unready, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.last_records.empty());  // Said twice, written once.
}

TEST_CASE("a registrar calls nobody, and a doctor only for services that she gives",
          "[edge][desk][serving][X5]") {
  OneWaits day;
  const Uuid surgery = day.clinic.service("Surgery", "B");
  const Uuid surgeon = day.clinic.person("Sam", v1::DOCTOR, {surgery});
  REQUIRE(day.sign_in(surgeon, "room-2") == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "reception").refusal() == v1::ASK_NOT_ALLOWED);
  CHECK(day.call_next(day.room, "room-2").refusal() == v1::ASK_QUEUE_EMPTY);
  REQUIRE(day.transfer(day.ticket_id, surgery, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_QUEUE_EMPTY);
  CHECK(day.call_next(day.room, "room-2").done().ticket() == day.ticket_id);
}

TEST_CASE("an appointment is called by its own doctor only", "[edge][desk][serving][S1]") {
  ClinicDay day;
  const Uuid bob = day.clinic.doctor("Bob"), next_door = day.clinic.room("13");
  REQUIRE(day.sign_in(bob, "room-2") == v1::ASK_GRANTED);
  day.check_in(day.olenas_pass);
  day.clock.pass_minutes(90);
  REQUIRE(day.sign_in(bob, "room-2") == v1::ASK_GRANTED);
  REQUIRE(day.sign_in(day.ada, "room-1") == v1::ASK_GRANTED);
  CHECK(day.call_next(next_door, "room-2").refusal() == v1::ASK_QUEUE_EMPTY);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("nobody is called for a shift that is suspended", "[edge][desk][serving][S6]") {
  ClinicDay day;
  const std::string ticket = day.check_in(day.olenas_pass).checked_in().ticket();
  v1::Ask suspend;
  suspend.mutable_adjust_shift()->set_shift(day.shift.to_octets());
  suspend.mutable_adjust_shift()->set_suspended(true);
  REQUIRE(day.ask(suspend, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_QUEUE_EMPTY);
  // Reception moves her to the open queue: then any doctor may.
  REQUIRE(day.transfer(ticket, day.gp, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(day.room, "room-1").done().ticket() == ticket);
}

TEST_CASE("a transfer keeps the waiting time, and drops the doctor and the calls",
          "[edge][desk][serving][K11]") {
  ClinicDay day;
  const Uuid nurse = day.clinic.service("Nurse", "B");
  const v1::CheckedIn in = day.check_in(day.olenas_pass).checked_in();
  const std::int64_t queued = day.ticket(in.ticket()).queued_ms();
  day.call_next(day.room, "room-1");
  CHECK(day.transfer(in.ticket(), day.clinic.id(), "room-1").refusal() == v1::ASK_NOT_FOUND);
  REQUIRE(day.transfer(in.ticket(), nurse, "room-1").refusal() == v1::ASK_GRANTED);
  const v1::Ticket& moved = day.ticket(in.ticket());
  CHECK(moved.service() == nurse.to_octets());
  CHECK(moved.status() == v1::TICKET_WAITING);
  CHECK(moved.queued_ms() == queued);
  CHECK(moved.calls().empty());
  CHECK(moved.practitioner().empty());
  CHECK(moved.room().empty());
}

TEST_CASE("a patient who is sent on from the room waits again, and is not being served meanwhile",
          "[edge][desk][serving][K11]") {
  OneWaits day;
  const Uuid nurse = day.clinic.service("Nurse", "B");
  day.call_next(day.room, "room-1");
  REQUIRE(day.act("serve") == v1::ASK_GRANTED);
  REQUIRE(day.transfer(day.ticket_id, nurse, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.visit(day.ticket(day.ticket_id).visit()).status() == v1::VISIT_ARRIVED);
  CHECK(day.status() == v1::TICKET_WAITING);
}

TEST_CASE("the board shows labels and rooms, and never a name", "[edge][desk][serving][Q1][X10]") {
  ClinicDay day;
  day.check_in(day.olenas_pass);
  day.walk_in(day.gp);
  day.clock.pass_minutes(61);
  REQUIRE(day.sign_in(day.ada, "room-1") == v1::ASK_GRANTED);
  day.call_next(day.room, "room-1");
  const v1::BoardSnapshot board = day.desk.board(day.now());
  CHECK(board.SerializeAsString().find("Олена") == std::string::npos);
  CHECK(board.SerializeAsString().find("Коваль") == std::string::npos);
  REQUIRE(board.called_size() == 1);
  CHECK(board.called(0).room_label() == "12");
  CHECK(board.waiting_size() == 1);
}

TEST_CASE("the room's screen shows who is called, who waits, and how many were served",
          "[edge][desk][serving][Q1]") {
  OneWaits day;
  day.see(day.room, "room-1");
  const std::string next = day.walk_in(day.gp).checked_in().ticket();
  day.clock.pass_ms(1);
  day.walk_in(day.gp);
  day.call_next(day.room, "room-1");
  v1::Ask look;
  look.mutable_room()->set_room(day.room.to_octets());
  const v1::RoomView view = day.ask(look, "room-1").room();
  CHECK(view.served_today() == 1);
  CHECK(view.current().id() == next);
  CHECK(view.waiting_size() == 1);
  CHECK(view.room_label() == "12");
  CHECK(view.ready());
}

}  // namespace feldsher::edge
