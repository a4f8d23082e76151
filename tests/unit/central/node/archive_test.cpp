#include <catch2/catch_test_macros.hpp>

#include "central/registry/archive.hpp"
#include "tests/support/world/network.hpp"

namespace feldsher::testing {
namespace {

/// Petr was booked at a point today and did not come; nobody else is known.
struct WasBooked : Network {
  WasBooked() : point(add_point("Embankment")) {
    gp = clinic->service("General practitioner");
    ada = clinic->doctor("Ada");
    shift = clinic->shift(ada, clinic->room("12"), 0, 300);
    petr = clinic->patient("Петро", "+380501112233", "1960-01-02");
    appointment = clinic->appointment(petr, shift, gp, 1);
    rita = clinic->registrar("Rita");
    clinic->lease(shift, 60, 120);
    connect(point);
    settle();
    clock.pass_minutes(40);
    point.clock.pass_minutes(40);
  }
  void archive() { write(*archives().archive(petr, central->self(), v1::PROOF_TOKEN, central->now())); }
  void restore() { write(*archives().restore(petr, central->self(), v1::PROOF_TOKEN)); }
  central::Archive archives() const { return central::Archive(central->state()); }
  void write(const Draft& draft) {
    central->write({draft}, [] {});
    settle();
  }
  Record last_of(const Uuid& patient) {
    std::optional<Record> last;
    store.replay(0, [&](std::uint64_t, Record&& record) {
      if (record.subject == SubjectKey{v1::PATIENT, patient}) last = std::move(record);
    });
    return last.value();
  }
  bool at_point() const { return point.node->state().patients.find(petr) != nullptr; }

  Box& point;
  Uuid gp, ada, shift, petr, rita, appointment;
};

}  // namespace

TEST_CASE("who is archived is in no point's scope, and comes back to it", "[central][node][H11]") {
  WasBooked net;
  REQUIRE(net.at_point());
  net.archive();
  CHECK_FALSE(net.at_point());
  CHECK(net.same_state(net.point));
  net.restore();
  CHECK(net.at_point());
  CHECK(net.same_state(net.point));
}

TEST_CASE("a feed that begins anew leaves out who is archived; a restarted central agrees",
          "[central][node][H11]") {
  WasBooked net;
  net.archive();
  net.restart_central();
  CHECK(net.central->state().patients.find(net.petr)->verb == v1::ARCHIVED);
  net.connect(net.point);
  net.settle();
  CHECK_FALSE(net.at_point());
  Box& other = net.add_point("Hill");
  net.connect(other);
  net.settle();
  CHECK_FALSE(other.node->state().patients.find(net.petr));
  net.restore();
  CHECK(net.at_point());
  CHECK(net.same_state(net.point));
}

TEST_CASE("whom a point books before it hears that they are archived, a rule restores",
          "[central][node][H11]") {
  WasBooked net;
  const Octets session = net.sign_in(net.point, "reception", net.rita);
  net.cut(net.point);
  net.archive();
  v1::Ask booking;
  booking.set_session(session);
  booking.mutable_book()->set_patient(net.petr.to_octets());
  booking.mutable_book()->set_shift(net.shift.to_octets());
  booking.mutable_book()->set_service(net.gp.to_octets());
  booking.mutable_book()->set_minute(monday_8 + 70);
  REQUIRE(net.ask(net.point, "reception", booking)->refusal() == v1::ASK_GRANTED);
  net.connect(net.point);
  net.settle();
  net.pass_seconds(5);
  CHECK(net.at_point());
  CHECK(net.same_state(net.point));
  const auto& row = *net.central->state().patients.find(net.petr);
  CHECK(row.verb == v1::RESTORED);
  const Record restored = net.last_of(net.petr);
  CHECK(restored.header.actor().rule() == "restore-in-care@1");
  CHECK(restored.header.cause().record().origin() == net.point.identity.node.to_octets());
}

}  // namespace feldsher::testing
