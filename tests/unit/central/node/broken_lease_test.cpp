#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/network.hpp"

namespace feldsher::testing {
namespace {

/// A point that holds an hour of a shift and is cut off.
struct CutOff : Network {
  CutOff() : point(add_point("Embankment")) {
    gp = clinic->service("General practitioner");
    shift = clinic->shift(clinic->doctor("Ada"), clinic->room("12"));
    olena = clinic->patient("Олена");
    petr = clinic->patient("Петро", "+380501112233", "1960-01-02");
    rita = clinic->registrar("Rita");
    clinic->lease(shift, 60, 120);
    // An appointment brings each of them into the point's scope.
    clinic->appointment(olena, shift, gp, 400);
    clinic->appointment(petr, shift, gp, 420);
    connect(point);
    settle();
    session = sign_in(point, "reception", rita);
    cut(point);
  }
  v1::Answer book_at_point(const Uuid& patient, std::int64_t minute) {
    v1::Ask ask_to;
    ask_to.set_session(session);
    ask_to.mutable_book()->set_patient(patient.to_octets());
    ask_to.mutable_book()->set_shift(shift.to_octets());
    ask_to.mutable_book()->set_service(gp.to_octets());
    ask_to.mutable_book()->set_minute(monday_8 + minute);
    return *ask(point, "reception", ask_to);
  }
  v1::Answer give_back_at_point() {
    v1::Ask ask_to;
    ask_to.set_session(session);
    ask_to.mutable_return_minutes()->set_shift(shift.to_octets());
    return *ask(point, "reception", ask_to);
  }
  void break_lease() {
    auto broken = central->scheduling().break_leases(shift, central->self(), v1::PROOF_TOKEN, central->now());
    REQUIRE(broken.has_value());
    central->write(*broken, [] {});
  }
  bool book_at_central(const Uuid& patient, std::int64_t minute) {
    bool booked = false;
    central->book(
        {.patient = patient, .shift = shift, .service = gp, .minute = monday_8 + minute, .minutes = 10},
        central->self(), v1::PROOF_TOKEN, [&](auto made) { booked = made && !made->requested; });
    return booked;
  }
  void meet() {
    connect(point);
    settle();
    pass_seconds(5);
  }
  std::size_t tasks(v1::TaskKind kind) const {
    std::size_t count = 0;
    for (const auto& [id, row] : central->state().tasks.rows()) count += row.state.kind() == kind;
    return count;
  }
  MinuteSet held_there() const { return point.node->state().book(shift).held(); }

  Box& point;
  Uuid gp, shift, olena, petr, rita;
  Octets session;
};

}  // namespace

TEST_CASE("a point drops broken minutes when it hears of it, and books there no more",
          "[central][node][S1][N10]") {
  CutOff net;
  net.break_lease();
  CHECK(net.held_there().count() == 60);
  CHECK(net.book_at_central(net.petr, 60));
  net.meet();
  CHECK(net.held_there().empty());
  CHECK(net.book_at_point(net.olena, 80).booked().requested());
  CHECK(net.same_state(net.point));
  net.restart(net.point);
  CHECK(net.held_there().empty());
}

TEST_CASE("what a cut-off point booked in broken minutes is kept on both sides and is one task, for good",
          "[central][node][S1][N10]") {
  CutOff net;
  net.break_lease();
  REQUIRE(net.book_at_central(net.petr, 62));
  const auto here = net.book_at_point(net.olena, 60);
  REQUIRE_FALSE(here.booked().requested());
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 0);
  net.meet();
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
  const auto* row = net.central->state().appointments.find(here.booked().appointment());
  REQUIRE(row);
  CHECK(row->state.status() == v1::APPOINTMENT_BOOKED);
  CHECK(net.point.node->state().bookings_of(net.shift).size() == 4);
  CHECK(net.same_state(net.point));
  for (int i = 0; i < 2; ++i) {
    const std::uint64_t intake = net.central->intake();
    net.restart_central();
    CHECK(net.central->intake() == intake);  // No rule answers to a replay.
    CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
    net.meet();
    CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
  }
}

TEST_CASE("a give-back that crossed the break on the line takes nothing from the next lease",
          "[central][node][S1][N10]") {
  CutOff net;
  net.break_lease();
  REQUIRE(net.give_back_at_point().refusal() == v1::ASK_GRANTED);
  net.clinic->lease(net.shift, 90, 110);
  net.meet();
  const MinuteSet again({monday_8 + 90, monday_8 + 110});
  CHECK(net.held_there() == again);
  CHECK(net.central->state().leases_of(net.shift).outstanding() == again);
  CHECK(net.book_at_central(net.petr, 70));
  CHECK_FALSE(net.book_at_point(net.olena, 95).booked().requested());
}

TEST_CASE("a restored box that gives back the minutes of a booking that it lost makes one task of it",
          "[central][node][S1][N10]") {
  CutOff net;
  net.meet();
  const MemoryStore backup = net.point.store;
  REQUIRE_FALSE(net.book_at_point(net.olena, 60).booked().requested());
  net.meet();
  net.cut(net.point);
  net.point.node.reset();
  net.point.store = backup;
  net.restart(net.point);
  net.session = net.sign_in(net.point, "reception", net.rita);
  REQUIRE(net.give_back_at_point().refusal() == v1::ASK_GRANTED);
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 0);
  net.meet();
  CHECK(net.central->state().leases_of(net.shift).outstanding().empty());
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
  CHECK_FALSE(net.book_at_central(net.petr, 62));  // The booking stands: nobody else gets its minutes.
  CHECK(net.book_at_central(net.petr, 80));
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
  net.restart_central();
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
}

TEST_CASE("a task whose record was lost with the power is written when central starts, once",
          "[central][node][S1][N10]") {
  CutOff net;
  net.break_lease();
  REQUIRE_FALSE(net.book_at_point(net.olena, 60).booked().requested());
  net.connect(net.point);
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_batch()) net.ledger->hold();
    return false;
  };
  net.settle();
  REQUIRE(net.ledger->waiting() == 1);
  net.ledger->step();  // The booking is durable …
  net.ledger->lose();  // … and its task is not.
  net.lose = [](v1::Frame&) { return false; };
  net.restart_central();
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
  net.meet();
  net.restart_central();
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 1);
}

TEST_CASE("a patient booked on both sides of a cut keeps both appointments, and a person is told once",
          "[central][node][S1][N10]") {
  CutOff net;
  const Uuid there = net.clinic->shift(net.clinic->doctor("Bob"), net.clinic->room("13"));
  bool booked = false;
  net.central->book(
      {.patient = net.olena, .shift = there, .service = net.gp, .minute = monday_8 + 65, .minutes = 10},
      net.central->self(), v1::PROOF_TOKEN, [&](auto made) { booked = made && !made->requested; });
  REQUIRE(booked);
  REQUIRE_FALSE(net.book_at_point(net.olena, 60).booked().requested());
  net.meet();
  CHECK(net.tasks(v1::TASK_PATIENT_CLASH) == 1);
  CHECK(net.tasks(v1::TASK_BROKEN_LEASE) == 0);
  CHECK(net.central->state().clashes(net.olena.to_octets(), {monday_8 + 60, monday_8 + 75}).size() == 2);
  // Now that both sides know, neither makes another.
  CHECK_FALSE(net.book_at_central(net.olena, 70));
  CHECK(net.book_at_point(net.olena, 72).refusal() == v1::ASK_CLASH);
}

}  // namespace feldsher::testing
