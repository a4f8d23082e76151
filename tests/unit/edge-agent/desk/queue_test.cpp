#include "edge-agent/desk/queue.hpp"

#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

constexpr std::int64_t noon = testing::monday_8 + 240;

v1::Ticket waits(v1::Priority priority, std::int64_t queued_minute, std::int64_t slot_minute = 0) {
  v1::Ticket ticket;
  ticket.set_priority(priority);
  ticket.set_queued_ms(queued_minute * testing::ms_a_minute);
  ticket.set_slot_minute(slot_minute);
  return ticket;
}

double urgency(const v1::Ticket& ticket, std::int64_t minute) {
  return urgency_minutes(ticket, minute * testing::ms_a_minute);
}

}  // namespace

TEST_CASE("who came first goes first", "[edge][desk][queue][Q1]") {
  CHECK(urgency(waits(v1::PRIORITY_ORDINARY, noon - 2), noon) >
        urgency(waits(v1::PRIORITY_ORDINARY, noon - 1), noon));
}

TEST_CASE("an appointment goes before who came with it from its slot on, and not before its slot",
          "[edge][desk][queue][Q4]") {
  const v1::Ticket appointment = waits(v1::PRIORITY_APPOINTMENT, noon - 30, noon);
  const v1::Ticket ordinary = waits(v1::PRIORITY_ORDINARY, noon - 10);
  CHECK(urgency(appointment, noon - 1) < urgency(ordinary, noon - 1));
  CHECK(urgency(appointment, noon) > urgency(ordinary, noon));
}

TEST_CASE("who comes early for an appointment has not waited longer for it", "[edge][desk][queue][Q4]") {
  CHECK(urgency(waits(v1::PRIORITY_APPOINTMENT, noon - 120, noon), noon + 5) ==
        urgency(waits(v1::PRIORITY_APPOINTMENT, noon - 1, noon), noon + 5));
}

TEST_CASE("who has waited long enough overtakes every reason but urgency", "[edge][desk][queue][Q4]") {
  for (const auto priority : {v1::PRIORITY_APPOINTMENT, v1::PRIORITY_INFANT, v1::PRIORITY_FRAIL}) {
    const auto bonus = static_cast<std::int64_t>(bonus_minutes(priority));
    CHECK(urgency(waits(v1::PRIORITY_ORDINARY, noon - bonus - 1), noon) >
          urgency(waits(priority, noon), noon));
    CHECK(urgency(waits(v1::PRIORITY_ORDINARY, noon - bonus + 1), noon) <
          urgency(waits(priority, noon), noon));
  }
  CHECK(urgency(waits(v1::PRIORITY_ORDINARY, noon - 8 * 60), noon) <
        urgency(waits(v1::PRIORITY_URGENT, noon), noon));
}

TEST_CASE("an urgent one goes first also before its slot", "[edge][desk][queue][Q4]") {
  CHECK(urgency(waits(v1::PRIORITY_URGENT, noon, noon + 120), noon) >
        urgency(waits(v1::PRIORITY_FRAIL, noon - 60), noon));
}

TEST_CASE("each time that it is put back a ticket falls behind by ten minutes", "[edge][desk][queue][Q4]") {
  v1::Ticket skipped = waits(v1::PRIORITY_ORDINARY, noon - 15);
  skipped.set_skips(1);
  CHECK(urgency(skipped, noon) < urgency(waits(v1::PRIORITY_ORDINARY, noon - 6), noon));
  CHECK(urgency(skipped, noon) > urgency(waits(v1::PRIORITY_ORDINARY, noon - 4), noon));
}

TEST_CASE("the board, the room's screen and the next call agree on the order", "[edge][desk][queue][Q1]") {
  ClinicDay day;
  day.clock.pass_minutes(59);
  day.check_in(day.olenas_pass);  // At 08:59 for 09:00.
  const std::string first = day.walk_in(day.gp).checked_in().ticket_label();
  day.clock.pass_minutes(1);
  REQUIRE(day.sign_in(day.ada, "room-1") == v1::ASK_GRANTED);
  v1::Ask look;
  look.mutable_room()->set_room(day.room.to_octets());
  const v1::RoomView room = day.ask(look, "room-1").room();
  const v1::BoardSnapshot board = day.desk.board(day.now());
  REQUIRE(board.waiting_size() == 2);
  CHECK(board.waiting(0).label() == "A001");
  CHECK(board.waiting(1).label() == first);
  REQUIRE(room.waiting_size() == 2);
  CHECK(room.waiting(0).label() == "A001");
  CHECK(day.call_next(day.room, "room-1").done().ticket() == room.waiting(0).id());
}

}  // namespace feldsher::edge
