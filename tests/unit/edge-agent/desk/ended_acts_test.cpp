// What becomes of the acts of an ended life when they are read again, and no feed says what ended.
#include <catch2/catch_test_macros.hpp>

#include "edge-agent/desk/point_state.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::edge {
namespace {

constexpr Epoch first{7}, second{8};

/// A disk on which central's word about somebody who waits has come down: life 7 is ended up to act 40.
struct EndedLife {
  EndedLife() {
    EndedLives ended;
    ended.note({testing::point_node_of_tests, v1::ACTS, first, 40});
    state.resume(ended);
  }
  bool read(Epoch life, std::uint64_t seq, SubjectKey subject, const Octets& message,
            v1::Verb verb = v1::QUEUED, NodeId by = testing::point_node_of_tests) {
    Record record;
    record.key = {by, v1::ACTS, life, seq};
    record.subject = subject;
    record.header.set_verb(verb);
    record.stored.body = Octets(body_salt_octets, '\0') + message;
    return state.apply(record);
  }
  bool visit_act(Epoch life, std::uint64_t seq, v1::VisitStatus status) {
    v1::Visit act;
    act.set_status(status);
    act.set_day("2026-11-23");
    act.set_appointment(appointment.to_octets());
    return read(life, seq, {v1::VISIT, visit}, act.SerializeAsString());
  }
  bool ticket_act(Epoch life, std::uint64_t seq, v1::TicketStatus status) {
    return read(life, seq, {v1::TICKET, ticket}, ticket_of(status).SerializeAsString());
  }
  v1::Ticket ticket_of(v1::TicketStatus status) const {
    v1::Ticket act;
    act.set_status(status);
    act.set_day("2026-11-23");
    act.set_visit(visit.to_octets());
    return act;
  }
  v1::VisitStatus visit_status() const { return state.visits.find(visit)->state.status(); }
  v1::TicketStatus ticket_status() const { return state.tickets.find(ticket)->state.status(); }

  testing::SeededRandom random{3};
  Uuid visit = random.uuid_v7(1), ticket = random.uuid_v7(2), appointment = random.uuid_v7(3);
  PointState state{PointId{random.uuid_v7(4)}, testing::point_node_of_tests};
};

}  // namespace

TEST_CASE("what was closed after the last act that central named is closed as it was, not ended",
          "[edge][desk][N10]") {
  EndedLife disk;
  Epoch life = first;
  SECTION("in the same life") {}
  SECTION("in the next one") { life = second; }
  REQUIRE(disk.visit_act(first, 30, v1::VISIT_ARRIVED));
  REQUIRE(disk.ticket_act(first, 31, v1::TICKET_WAITING));
  REQUIRE(disk.ticket_act(first, 38, v1::TICKET_CALLED));
  REQUIRE(disk.ticket_act(life, 50, v1::TICKET_SERVING));
  REQUIRE(disk.visit_act(life, 51, v1::VISIT_IN_PROGRESS));
  CHECK(disk.state.open_tickets_of("2026-11-23").contains(disk.ticket));
  REQUIRE(disk.visit_act(life, 52, v1::VISIT_FINISHED));
  REQUIRE(disk.ticket_act(life, 53, v1::TICKET_FINISHED));
  CHECK(disk.visit_status() == v1::VISIT_FINISHED);
  CHECK(disk.ticket_status() == v1::TICKET_FINISHED);
  CHECK(disk.state.open_tickets_of("2026-11-23").empty());
  REQUIRE(disk.state.visit_of(disk.appointment) != nullptr);  // Who has been here is not checked in again.
  CHECK(disk.state.visit_of(disk.appointment)->first == disk.visit);
}

TEST_CASE("absent and undone are not ended either", "[edge][desk][N10]") {
  EndedLife disk;
  REQUIRE(disk.visit_act(first, 30, v1::VISIT_ARRIVED));
  REQUIRE(disk.ticket_act(first, 31, v1::TICKET_WAITING));
  SECTION("absent") {
    REQUIRE(disk.visit_act(first, 60, v1::VISIT_ABSENT));
    REQUIRE(disk.ticket_act(first, 61, v1::TICKET_ABSENT));
    CHECK(disk.visit_status() == v1::VISIT_ABSENT);
    CHECK(disk.ticket_status() == v1::TICKET_ABSENT);
  }
  SECTION("undone") {
    REQUIRE(disk.visit_act(first, 60, v1::VISIT_UNDONE));
    REQUIRE(disk.ticket_act(first, 61, v1::TICKET_UNDONE));
    CHECK(disk.visit_status() == v1::VISIT_UNDONE);
    CHECK(disk.ticket_status() == v1::TICKET_UNDONE);
    CHECK(disk.state.visit_of(disk.appointment) == nullptr);
  }
}

TEST_CASE("what the last act of an ended life left open has ended, and is called by nobody",
          "[edge][desk][N10]") {
  EndedLife disk;
  REQUIRE(disk.visit_act(first, 30, v1::VISIT_ARRIVED));
  REQUIRE(disk.ticket_act(first, 31, v1::TICKET_WAITING));
  REQUIRE(disk.ticket_act(first, 40, v1::TICKET_CALLED));
  CHECK(disk.visit_status() == v1::VISIT_ENDED);
  CHECK(disk.ticket_status() == v1::TICKET_ENDED);
  CHECK(disk.state.open_tickets_of("2026-11-23").empty());
  CHECK(disk.state.visit_of(disk.appointment) == nullptr);
}

TEST_CASE("central's word that it ended is the last one, whatever act comes after it", "[edge][desk][N10]") {
  EndedLife disk;
  REQUIRE(disk.ticket_act(first, 31, v1::TICKET_WAITING));
  REQUIRE(disk.read(Epoch{1}, 1, {v1::TICKET, disk.ticket},
                    disk.ticket_of(v1::TICKET_ENDED).SerializeAsString(), v1::DECOMMISSIONED,
                    testing::central_of_tests));
  REQUIRE(disk.ticket_act(second, 5, v1::TICKET_CALLED));
  CHECK(disk.ticket_status() == v1::TICKET_ENDED);
}

TEST_CASE("a later act that cannot be read leaves what ended as it stands", "[edge][desk][N10]") {
  EndedLife disk;
  REQUIRE(disk.visit_act(first, 30, v1::VISIT_ARRIVED));
  REQUIRE(disk.ticket_act(first, 31, v1::TICKET_WAITING));
  std::uint64_t seq = 0;
  SECTION("of what central named") { seq = 40; }
  SECTION("of what came after") { seq = 50; }
  CHECK_FALSE(disk.read(first, seq, {v1::TICKET, disk.ticket}, "\xff"));
  CHECK_FALSE(disk.read(first, seq, {v1::VISIT, disk.visit}, "\xff"));
  for (const Uuid& id : disk.state.tickets_of("2026-11-23")) REQUIRE(disk.state.tickets.find(id));
  for (const Uuid& id : disk.state.visits_of("2026-11-23")) REQUIRE(disk.state.visits.find(id));
  CHECK(disk.ticket_status() == v1::TICKET_ENDED);
  CHECK(disk.visit_status() == v1::VISIT_ENDED);
}

TEST_CASE("of an ended subject that was erased nothing is remembered", "[edge][desk][N10]") {
  EndedLife disk;
  REQUIRE(disk.ticket_act(first, 31, v1::TICKET_WAITING));
  disk.state.erase({v1::TICKET, disk.ticket});
  CHECK(disk.state.tickets.find(disk.ticket) == nullptr);
  REQUIRE(disk.ticket_act(second, 5, v1::TICKET_WAITING));
  CHECK(disk.ticket_status() == v1::TICKET_WAITING);
}

}  // namespace feldsher::edge
