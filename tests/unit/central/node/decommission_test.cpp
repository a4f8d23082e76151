#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/box_change.hpp"

namespace feldsher::testing {
namespace {

using central::DecommissionRefusal;
using central::Decommissions;

/// A point that holds minutes and has a patient waiting, with a booking of its own for later, and two people.
struct DeadBox : Network {
  DeadBox() : point(add_point("Embankment")) {
    gp = clinic->service("General practitioner");
    ada = clinic->doctor("Ada");
    shift = clinic->shift(ada, clinic->room("12"));
    olena = clinic->patient("Олена");
    petr = clinic->patient("Петро", "+380501112233", "1960-01-02");
    rita = clinic->registrar("Rita");
    clinic->lease(shift, 60, 120);
    clinic->appointment(olena, shift, gp, 10);
    clinic->appointment(petr, shift, gp, 420);
    one = staff_member(ada, 1);
    two = staff_member(ada, 2);
    point.serial = "first";
    let_in(*this, point);
    connect(point);
    settle();
    REQUIRE(point.live());
    REQUIRE(check_in(point).refusal() == v1::ASK_GRANTED);
    book_at_point();
    settle();
    cut(point);
  }
  /// Another box with an empty disk, for the same point.
  Box& new_box() {
    Box& box = *boxes.emplace_back(std::make_unique<Box>(777));
    box.identity = point.identity;
    box.clock = point.clock;
    box.signer = std::make_unique<CheapSigner>("new box");
    box.serial = "second";
    restart(box);
    return box;
  }
  v1::Answer check_in(Box& box) {
    v1::Ask here;
    here.mutable_check_in_by_phone()->set_phone("0441234567");
    here.mutable_check_in_by_phone()->set_birth_date("1956-03-09");
    return *ask(box, "checkin-1", here);
  }
  v1::Answer take_ticket() {
    v1::Ask take;
    take.mutable_walk_in()->set_service(gp.to_octets());
    return *ask(point, "checkin-1", take);
  }
  void book_at_point() {
    v1::Ask want;
    want.set_session(sign_in(point, "reception", rita));
    want.mutable_book()->set_patient(petr.to_octets());
    want.mutable_book()->set_shift(shift.to_octets());
    want.mutable_book()->set_service(gp.to_octets());
    want.mutable_book()->set_minute(monday_8 + 80);
    REQUIRE(ask(point, "reception", want)->refusal() == v1::ASK_GRANTED);
  }
  central::Decommissioned<Draft> propose(const v1::Actor& actor, const std::string& reason = "dead disk") {
    return propose_end(*this, point, actor, reason);
  }
  central::Decommissioned<std::vector<Draft>> order(const Uuid& id, const v1::Actor& actor) {
    return order_end(*this, id, actor);
  }
  void put_out() {
    const auto proposed = propose(one);
    REQUIRE(proposed.has_value());
    REQUIRE(order(proposed->subject.id, two).has_value());
    settle();
  }
  void meet(Box& box) {
    connect(box);
    settle();
    pass_seconds(5);
  }
  const v1::Ticket& ticket_at_central() const {
    return central->state().tickets.rows().begin()->second.state;
  }
  const v1::Visit& visit_at_central() const { return central->state().visits.rows().begin()->second.state; }
  std::size_t tasks() const { return central->state().tasks.rows().size(); }

  Box& point;
  Uuid gp, ada, shift, olena, petr, rita;
  v1::Actor one, two;
};

}  // namespace

TEST_CASE("a box is put out by two different people, with a reason", "[central][node][X6]") {
  DeadBox net;
  v1::Actor program = net.one;
  program.set_kind(v1::ACTOR_SYSTEM);
  CHECK(net.propose(program).error() == DecommissionRefusal::no_person);
  CHECK(net.propose(net.one, "").error() == DecommissionRefusal::malformed);
  const auto proposed = net.propose(net.one);
  REQUIRE(proposed.has_value());
  CHECK(net.propose(net.two).error() == DecommissionRefusal::wrong_state);
  CHECK(net.order(proposed->subject.id, net.one).error() == DecommissionRefusal::same_person);
  CHECK(net.order(proposed->subject.id, program).error() == DecommissionRefusal::no_person);
  CHECK(net.order(net.olena, net.two).error() == DecommissionRefusal::not_found);
  CHECK(net.ticket_at_central().status() == v1::TICKET_WAITING);

  const auto ordered = net.order(proposed->subject.id, net.two);
  REQUIRE(ordered.has_value());
  CHECK(ordered->front().verb == v1::DECOMMISSIONED);
  CHECK(net.order(proposed->subject.id, net.two).error() == DecommissionRefusal::wrong_state);
  CHECK(net.propose(net.one).error() == DecommissionRefusal::wrong_state);
}

TEST_CASE("a proposal from before another box came does not end that one", "[central][node][X6]") {
  DeadBox net;
  const auto proposed = net.propose(net.one);
  REQUIRE(proposed.has_value());
  let_in(net, net.new_box());
  CHECK(net.order(proposed->subject.id, net.two).error() == DecommissionRefusal::overtaken);
  CHECK(net.ticket_at_central().status() == v1::TICKET_WAITING);
  net.restart_central();
  CHECK(net.order(proposed->subject.id, net.two).error() == DecommissionRefusal::overtaken);
  // It does not stand in the way of one that is meant.
  const auto again = net.propose(net.one);
  REQUIRE(again.has_value());
  CHECK(net.order(again->subject.id, net.two).has_value());
}

TEST_CASE("a box that is put out goes at once, also with a certificate that central does not know",
          "[central][node][X6]") {
  DeadBox net;
  net.point.serial = "of before central was restored";
  net.connect(net.point);
  net.settle();
  REQUIRE(net.point.live());
  net.put_out();
  CHECK_FALSE(net.central->points().front().connected);
  CHECK_FALSE(net.point.live());
}

TEST_CASE("with a box end what was open there, its leases and its certificates; its bookings are tasks",
          "[central][node][X6]") {
  DeadBox net;
  net.put_out();
  CHECK(net.ticket_at_central().status() == v1::TICKET_ENDED);
  CHECK(net.visit_at_central().status() == v1::VISIT_ENDED);
  CHECK(net.central->state().leases_of(net.shift).outstanding().empty());
  CHECK(net.tasks() == 1);
  for (const auto& [id, row] : net.central->state().credentials.rows()) CHECK(row.state.revoked());
  // The minutes are central's, except those that a booking has.
  bool booked = false;
  net.central->book(
      {.patient = net.petr, .shift = net.shift, .service = net.gp, .minute = monday_8 + 62, .minutes = 10},
      net.central->self(), v1::PROOF_TOKEN, [&](auto made) { booked = made && !made->requested; });
  CHECK(booked);
}

TEST_CASE("a box that was put out is refused, and reported once, also after central's restart",
          "[central][node][sync][X6]") {
  DeadBox net;
  net.put_out();
  for (int i = 0; i < 2; ++i) {
    net.connect(net.point);
    net.settle();
    CHECK(net.point.node->link().phase() == sync::PointLink::Phase::refused);
    CHECK(net.point.node->link().refusal() == v1::REFUSAL_UNKNOWN_NODE);
  }
  CHECK(net.incidents(v1::INCIDENT_ENDED) == 1);
  net.restart_central();
  net.connect(net.point);
  net.settle();
  CHECK(net.point.node->link().phase() == sync::PointLink::Phase::refused);
}

TEST_CASE("a new box takes over: it gets what its point had, and what has ended stays ended",
          "[central][node][sync][X6]") {
  DeadBox net;
  net.put_out();
  Box& fresh = net.new_box();
  let_in(net, fresh);
  // The dead one knocks first: it does not get in by the other's leave.
  net.connect(net.point);
  net.settle();
  CHECK(net.point.node->link().phase() == sync::PointLink::Phase::refused);
  net.cut(net.point);
  net.meet(fresh);
  REQUIRE(fresh.live());
  REQUIRE(fresh.node->state().tickets.rows().size() == 1);
  CHECK(fresh.node->state().tickets.rows().begin()->second.state.status() == v1::TICKET_ENDED);
  CHECK(fresh.node->state().open_tickets_of(net.ticket_at_central().day()).empty());
  CHECK(net.same_state(fresh));
  CHECK(net.tasks() == 1);
  // It works: the patient of the ended visit checks in again.
  CHECK(net.check_in(fresh).refusal() == v1::ASK_GRANTED);
  net.settle();
  net.pass_seconds(5);
  CHECK(fresh.node->state().open_tickets_of(net.ticket_at_central().day()).size() == 1);
  CHECK(net.same_state(fresh));
  // Nor does the dead one come in later, though the other was handed its lives; also not after a restart.
  net.restart(net.point);
  net.connect(net.point);
  net.settle();
  CHECK_FALSE(net.point.live());
  net.cut(net.point);
  net.restart(fresh);
  CHECK(fresh.node->state().open_tickets_of(net.ticket_at_central().day()).size() == 1);
  net.meet(fresh);
  CHECK(fresh.live());
}

TEST_CASE("what a dead box wrote and central took in too late ends as well", "[central][node][X6]") {
  DeadBox net;
  // Acts that central has not heard when the box is put out.
  REQUIRE(net.take_ticket().refusal() == v1::ASK_GRANTED);
  net.put_out();
  central::NetworkState state = net.central->state();
  SeededRandom random{5};
  std::size_t ends = 0;
  net.point.store.replay(0, [&](std::uint64_t, Record&& record) {
    state.apply(record);
    if (auto end = Decommissions(state, random).late(record)) ++ends;
  });
  CHECK(ends == 2);  // Its ticket and its visit.
  // What had ended did not rise again when its records came once more.
  CHECK(state.tickets.find(net.central->state().tickets.rows().begin()->first)->state.status() ==
        v1::TICKET_ENDED);
  CHECK(Decommissions(state, random).left_over().size() == ends);
}

TEST_CASE("a life that is opened with another head key than the enrolled one is refused and reported",
          "[central][node][sync][X6][X7]") {
  DeadBox net;
  const std::uint64_t held = net.central->state().acts_of(net.point.identity.node);
  const auto former = std::move(net.point.signer);
  net.point.signer = std::make_unique<CheapSigner>("another");
  SECTION("nobody vouches for it") {
    net.restart(net.point);
    net.meet(net.point);
    CHECK(net.incidents(v1::INCIDENT_HEAD_KEY) == 1);
    CHECK(net.central->state().acts_of(net.point.identity.node) == held);
  }
  SECTION("a stranger vouches for it") {
    net.point.signer->handed_over =
        CheapSigner("stranger").sign(handover_octets(net.point.signer->public_key()));
    net.restart(net.point);
    net.meet(net.point);
    CHECK(net.incidents(v1::INCIDENT_HEAD_KEY) == 1);
  }
  SECTION("the former key has handed over to it: the key was rotated") {
    net.point.signer->handed_over = former->sign(handover_octets(net.point.signer->public_key()));
    net.restart(net.point);
    net.meet(net.point);
    CHECK(net.incidents(v1::INCIDENT_HEAD_KEY) == 0);
    CHECK(net.central->state().acts_of(net.point.identity.node) > held);
    CHECK(net.same_state(net.point));
    // The lives that follow need no word for it.
    net.restart(net.point);
    REQUIRE(net.take_ticket().refusal() == v1::ASK_GRANTED);
    net.meet(net.point);
    CHECK(net.point.live());
    CHECK(net.incidents(v1::INCIDENT_HEAD_KEY) == 0);
  }
}

TEST_CASE("central knows of a box whose disk can be read", "[central][node][X6]") {
  DeadBox net;
  CHECK(net.central->points().front().unsealed == false);
  net.point.node->link().unsealed = true;
  CHECK(net.point.view().unsealed());
  net.meet(net.point);
  CHECK(net.central->points().front().unsealed == true);
}

}  // namespace feldsher::testing
