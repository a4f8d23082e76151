// A backup is restored and no standby is left: leases that it does not know are lost.
#include "tests/unit/central/standby/copied_network.hpp"

namespace feldsher::testing {
namespace {

/// A point that was leased an hour after last night's backup.
struct LostLease : CopiedNetwork {
  LostLease() {
    petr = clinic->patient("Petro", "+380501112233", "1960-01-02");
    const Uuid rita = clinic->registrar("Rita");
    // An appointment brings each of them into the point's scope.
    clinic->appointment(olena, shift, gp, 400);
    clinic->appointment(petr, shift, gp, 420);
    settle();
    night = store;
    clinic->lease(shift, 60, 120);
    settle();
    session = sign_in(*point, "reception", rita);
  }
  v1::Answer book_at_point(const Uuid& patient, std::int64_t minute) {
    v1::Ask act;
    act.set_session(session);
    act.mutable_book()->set_patient(patient.to_octets());
    act.mutable_book()->set_shift(shift.to_octets());
    act.mutable_book()->set_service(gp.to_octets());
    act.mutable_book()->set_minute(monday_8 + minute);
    return *ask(*point, "reception", act);
  }
  void restore_the_night() {
    store = night;
    const Transaction transaction = central::CentralNode::take_over(store, "restored from a backup");
    store.commit(std::span(&transaction, 1));
    begin_central();
  }
  void meet() {
    connect(*point);
    pass(10);
  }
  std::size_t tasks() const {
    std::size_t count = 0;
    for (const auto& [id, row] : central->state().tasks.rows())
      count += row.state.kind() == v1::TASK_BROKEN_LEASE;
    return count;
  }
  MinuteSet held_there() const { return point->node->state().book(shift).held(); }

  MemoryStore night{tenant_of_tests};
  Uuid petr;
  Octets session;
};

}  // namespace

TEST_CASE("the minutes of a lease that a restored central has forgotten are central's again",
          "[central][standby][X11][S1]") {
  LostLease net;
  REQUIRE(net.held_there().count() == 60);
  net.restore_the_night();
  CHECK(*net.book(60));
  net.meet();
  CHECK(net.point->live());
  CHECK(net.held_there().empty());
  CHECK(net.same_state(*net.point));
  CHECK(net.tasks() == 0);
  // The point asks for them from now on.
  CHECK(net.book_at_point(net.petr, 80).booked().requested());
}

TEST_CASE("what a point booked in a lease that central has forgotten stays on both sides and is one task",
          "[central][standby][X11][S1]") {
  // Before central knew of it, or after: then it is handed up again.
  for (const bool known : {false, true}) {
    INFO("known to central before: " << known);
    LostLease net;
    if (!known) net.cut(*net.point);
    const auto made = net.book_at_point(net.olena, 60);
    REQUIRE_FALSE(made.booked().requested());
    net.settle_all();
    CHECK((net.central->state().appointments.find(made.booked().appointment()) != nullptr) == known);
    net.restore_the_night();
    REQUIRE(net.central->state().appointments.find(made.booked().appointment()) == nullptr);
    // Nobody at central can know: it may book there until it hears of it.
    net.central->book(
        {.patient = net.petr, .shift = net.shift, .service = net.gp, .minute = monday_8 + 62, .minutes = 10},
        net.central->self(), v1::PROOF_TOKEN, [](auto booked) { CHECK(booked.has_value()); });
    net.meet();
    CHECK(net.tasks() == 1);
    const auto* row = net.central->state().appointments.find(made.booked().appointment());
    REQUIRE(row);
    CHECK(row->state.status() == v1::APPOINTMENT_BOOKED);
    CHECK(net.held_there().empty());
    CHECK(net.same_state(*net.point));
    for (int i = 0; i < 2; ++i) {
      net.begin_central();
      net.meet();
      CHECK(net.tasks() == 1);
    }
  }
}

TEST_CASE("a give-back of a lease that central has forgotten takes nothing from a later lease",
          "[central][standby][X11][S1]") {
  LostLease net;
  net.cut(*net.point);
  v1::Ask act;
  act.set_session(net.session);
  act.mutable_return_minutes()->set_shift(net.shift.to_octets());
  REQUIRE(net.ask(*net.point, "reception", act)->has_done());
  net.restore_the_night();
  net.clinic->lease(net.shift, 90, 110);
  net.meet();
  const MinuteSet again({monday_8 + 90, monday_8 + 110});
  CHECK(net.held_there() == again);
  CHECK(net.central->state().leases_of(net.shift).outstanding() == again);
}

}  // namespace feldsher::testing
