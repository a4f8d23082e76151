#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

/// Olena is here for 09:00; two calls at least three minutes apart, and ten minutes of grace.
struct Called : ClinicDay {
  Called() : in(check_in(olenas_pass).checked_in()) {}
  v1::TicketStatus status() const { return ticket(in.ticket()).status(); }
  void call() {
    // Time passes in these tests: the doctor signs in whenever she acts.
    REQUIRE(sign_in(ada, "room-1") == v1::ASK_GRANTED);
    if (status() == v1::TICKET_WAITING)
      REQUIRE(call_next(room, "room-1").refusal() == v1::ASK_GRANTED);
    else
      REQUIRE(on_ticket("call_again", in.ticket(), "room-1").refusal() == v1::ASK_GRANTED);
  }
  v1::CheckedIn in;
};

}  // namespace

TEST_CASE("one unanswered call marks nobody absent, however long ago", "[edge][desk][absent][Q1]") {
  Called day;
  day.clock.pass_minutes(60);
  day.call();
  day.clock.pass_minutes(240);
  CHECK(day.tick() == 0);
  CHECK(day.status() == v1::TICKET_CALLED);
}

TEST_CASE("calls that follow each other too fast count as one", "[edge][desk][absent][Q1]") {
  Called day;
  day.clock.pass_minutes(75);
  for (int i = 0; i < 4; ++i) {
    day.call();
    day.clock.pass_ms(40'000);
  }
  day.clock.pass_minutes(10);
  CHECK(day.tick() == 0);
}

TEST_CASE("enough calls far enough apart, after the slot and its grace, mark absent",
          "[edge][desk][absent][Q1][X13]") {
  Called day;
  day.clock.pass_minutes(75);
  day.call();
  day.clock.pass_minutes(3);
  day.call();
  CHECK(day.tick() == 0);  // The last call has its time too.
  day.clock.pass_ms(3 * 60'000 - 1);
  CHECK(day.tick() == 0);
  day.clock.pass_ms(1);
  CHECK(day.tick() == 1);
  CHECK(day.status() == v1::TICKET_ABSENT);
  CHECK(day.visit(day.in.visit()).status() == v1::VISIT_ABSENT);
  const v1::HeaderCore& header = day.last_records.front().header;
  CHECK(header.actor().rule() == "absent@1");
  CHECK(header.verb() == v1::MARKED_ABSENT);
  CHECK(header.cause().record().seq() == header.bases(0).seq());
  CHECK(day.tick() == 0);
}

TEST_CASE("nobody is absent before the slot and its grace, however often called",
          "[edge][desk][absent][Q1]") {
  Called day;
  for (int i = 0; i < 10; ++i) {
    day.call();
    day.clock.pass_minutes(5);
    CHECK(day.tick() == 0);
  }
  day.clock.pass_minutes(19);  // 09:09.
  CHECK(day.tick() == 0);
  day.clock.pass_minutes(1);  // 09:10: the slot and ten minutes.
  CHECK(day.tick() == 1);
}

TEST_CASE("who came late has the grace from then on", "[edge][desk][absent][Q1]") {
  ClinicDay day;
  day.clock.pass_minutes(120);
  const std::string ticket = day.check_in(day.olenas_pass).checked_in().ticket();
  REQUIRE(day.sign_in(day.ada, "room-1") == v1::ASK_GRANTED);
  REQUIRE(day.call_next(day.room, "room-1").refusal() == v1::ASK_GRANTED);
  day.clock.pass_minutes(3);
  REQUIRE(day.on_ticket("call_again", ticket, "room-1").refusal() == v1::ASK_GRANTED);
  day.clock.pass_minutes(6);
  CHECK(day.tick() == 0);
  day.clock.pass_minutes(1);
  CHECK(day.tick() == 1);
}

TEST_CASE("while the clock is unset nobody is absent", "[edge][desk][absent][Q1]") {
  Called day;
  day.clock.pass_minutes(75);
  day.call();
  day.clock.pass_minutes(4);
  day.call();
  day.clock.pass_minutes(4);
  day.clock.trust(v1::TRUST_UNSET);
  CHECK(day.tick() == 0);
  day.clock.trust(v1::FREE_RUNNING);
  CHECK(day.tick() == 1);
}

TEST_CASE("calls of an earlier boot do not count: nobody knows how long ago they were",
          "[edge][desk][absent][Q1]") {
  Called day;
  day.clock.pass_minutes(75);
  day.call();
  day.clock.pass_minutes(4);
  day.call();
  day.clock.reboot();
  day.clock.pass_minutes(30);
  CHECK(day.tick() == 0);
  day.call();
  day.clock.pass_minutes(4);
  CHECK(day.tick() == 0);
  day.call();
  day.clock.pass_minutes(3);
  CHECK(day.tick() == 1);
}

TEST_CASE("a wall clock that jumps ahead marks nobody absent who was called once",
          "[edge][desk][absent][Q1]") {
  Called day;
  day.call();
  day.clock.jump_ms(4 * 3'600'000);
  CHECK(day.tick() == 0);
  day.clock.pass_minutes(1);
  day.call();
  CHECK(day.tick() == 0);
}

TEST_CASE("who is in the room cannot be absent", "[edge][desk][absent][Q1]") {
  Called day;
  day.clock.pass_minutes(75);
  day.call();
  day.clock.pass_minutes(4);
  day.call();
  REQUIRE(day.on_ticket("serve", day.in.ticket(), "room-1").refusal() == v1::ASK_GRANTED);
  day.clock.pass_minutes(60);
  CHECK(day.tick() == 0);
  CHECK(day.status() == v1::TICKET_SERVING);
}

TEST_CASE("calls to the old queue do not count in the new one", "[edge][desk][absent][K11]") {
  Called day;
  day.clock.pass_minutes(75);
  day.call();
  day.clock.pass_minutes(4);
  day.call();
  REQUIRE(day.transfer(day.in.ticket(), day.gp, "room-1").refusal() == v1::ASK_GRANTED);
  day.clock.pass_minutes(60);
  CHECK(day.tick() == 0);
  day.call();
  day.clock.pass_minutes(60);
  CHECK(day.tick() == 0);
}

TEST_CASE("a clinic without the rule marks nobody", "[edge][desk][absent][Q1]") {
  Called day;
  day.clinic.absent_rule(0, 0, 0);
  day.clock.pass_minutes(75);
  day.call();
  day.call();
  day.clock.pass_minutes(300);
  CHECK(day.tick() == 0);
}

TEST_CASE("who was marked absent and is here after all is brought back by reception, not by the kiosk",
          "[edge][desk][absent][X14]") {
  Called day;
  day.clock.pass_minutes(75);
  day.call();
  day.clock.pass_minutes(3);
  day.call();
  day.clock.pass_minutes(3);
  REQUIRE(day.tick() == 1);
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_WRONG_STATE);
  v1::Ask here;
  here.mutable_mark_present()->set_appointment(day.at_nine.to_octets());
  REQUIRE(day.sign_in(day.rita, "reception") == v1::ASK_GRANTED);
  const v1::Answer answer = day.ask(here, "reception");
  REQUIRE(answer.refusal() == v1::ASK_GRANTED);
  CHECK(answer.checked_in().ticket() == day.in.ticket());
  CHECK(day.status() == v1::TICKET_WAITING);
  CHECK(day.visit(day.in.visit()).status() == v1::VISIT_ARRIVED);
  CHECK(day.last_records.front().header.actor().id() == day.rita.to_octets());
  day.clock.pass_minutes(30);
  CHECK(day.tick() == 0);  // The calls she missed are forgotten.
}

}  // namespace feldsher::edge
