#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

/// A box that took over at 08:00: the one before had checked people in, two people put it out, central ended
/// what was open there, and the feed says so.
struct Successor : ClinicDay {
  /// A ticket that the box before gave, `minutes` ago.
  void had(const std::string& label, const Uuid& appointment, std::int64_t minutes) {
    const Uuid visit_id = random.uuid_v7(1), ticket_id = random.uuid_v7(1);
    v1::Visit visit;
    if (!appointment.is_nil()) visit.set_appointment(appointment.to_octets());
    visit.set_service(gp.to_octets());
    visit.set_point(clinic.point.to_octets());
    visit.set_day("2026-11-23");
    visit.set_status(v1::VISIT_ENDED);
    v1::Ticket ticket;
    ticket.set_visit(visit_id.to_octets());
    ticket.set_service(gp.to_octets());
    ticket.set_point(clinic.point.to_octets());
    ticket.set_day("2026-11-23");
    ticket.set_label(label);
    ticket.set_status(v1::TICKET_ENDED);
    ticket.set_queued_ms(clock.now().wall_ms - minutes * 60'000);
    clinic.publish(v1::VISIT, visit_id, v1::DECOMMISSIONED, visit);
    clinic.publish(v1::TICKET, ticket_id, v1::DECOMMISSIONED, ticket);
  }
  v1::ReceptionView list() {
    v1::Ask today;
    today.mutable_reception();
    return ask(today, "reception").reception();
  }
};

TEST_CASE("the board sends those to reception whose tickets ended with the box before; nobody calls them",
          "[edge][desk][Q1]") {
  Successor day;
  day.had("A002", {}, 5);
  day.had("A001", day.at_nine, 20);
  day.had("B001", {}, 200);  // Hours ago: nobody sits here that long.
  const auto board = day.desk.board(day.now());
  REQUIRE(board.ended_size() == 2);
  CHECK(board.ended(0).label() == "A001");
  CHECK(board.ended(1).label() == "A002");
  CHECK(board.ended(0).status() == v1::TICKET_ENDED);
  CHECK(board.waiting_size() == 0);
}

TEST_CASE("a clock that nobody has set says nothing about how long somebody sat here", "[edge][desk][Q1]") {
  Successor day;
  day.had("B001", {}, 200);
  DeskTime now = day.now();
  now.clock_unset = true;
  CHECK(day.desk.board(now).ended_size() == 1);
}

TEST_CASE("who checks in again gets a new ticket, is told which one it replaces, and leaves the board's list",
          "[edge][desk][check-in][K1][Q1]") {
  Successor day;
  day.had("A001", day.at_nine, 20);
  const auto answer = day.check_in(day.olenas_pass);
  REQUIRE(answer.refusal() == v1::ASK_GRANTED);
  CHECK(answer.checked_in().ticket_label() == "A002");
  CHECK(answer.checked_in().instead_of() == "A001");
  CHECK_FALSE(answer.checked_in().again());
  const auto board = day.desk.board(day.now());
  CHECK(board.ended_size() == 0);
  CHECK(board.waiting_size() == 1);
}

TEST_CASE("a ticket that replaces none says so", "[edge][desk][check-in][K1]") {
  Successor day;
  day.had("A001", {}, 20);
  CHECK(day.check_in(day.olenas_pass).checked_in().instead_of().empty());
  CHECK(day.walk_in(day.gp).checked_in().instead_of().empty());
}

TEST_CASE("reception sees whose visit ended with the box before, until they are here again",
          "[edge][desk][reception][Q1]") {
  Successor day;
  day.had("A001", day.at_nine, 20);
  auto list = day.list();
  REQUIRE(list.lines_size() == 1);
  CHECK(list.lines(0).visit() == v1::VISIT_ENDED);
  CHECK(list.lines(0).appointment() == day.at_nine.to_octets());
  CHECK_FALSE(list.lines(0).has_ticket());
  REQUIRE(day.check_in(day.olenas_pass).refusal() == v1::ASK_GRANTED);
  list = day.list();
  REQUIRE(list.lines_size() == 1);
  CHECK(list.lines(0).visit() == v1::VISIT_ARRIVED);
}

}  // namespace
}  // namespace feldsher::edge
