#include <catch2/catch_test_macros.hpp>

#include "protocol/journal/verify.hpp"
#include "tests/support/world/box_change.hpp"

namespace feldsher::testing {
namespace {

/// A patient who was at a point yesterday, and two people who may order an erasure.
struct Visited : Network {
  Visited() : point(add_point("Embankment")) {
    gp = clinic->service("General practitioner");
    ada = clinic->doctor("Ada");
    shift = clinic->shift(ada, clinic->room("12"), 0, 30);
    olena = clinic->patient("Олена");
    petr = clinic->patient("Петро", "+380501112233", "1960-01-02");
    clinic->survey();
    appointment = clinic->appointment(olena, shift, gp, 1);
    clinic->appointment(petr, shift, gp, 11);
    connect(point);
    settle();
    v1::Ask here;
    here.mutable_check_in_by_phone()->set_phone("0441234567");
    here.mutable_check_in_by_phone()->set_birth_date("1956-03-09");
    const auto answer = ask(point, "checkin-1", here);
    REQUIRE(answer->refusal() == v1::ASK_GRANTED);
    settle();
    clock.pass_minutes(40);
    point.clock.pass_minutes(40);
    one = staff_member(ada, 1);
    two = staff_member(ada, 2);
  }
  central::Erased<Draft> propose(const v1::Actor& actor, const std::string& ground = "GDPR 17(1)(b)") {
    auto draft = central->erasures().propose(olena, ground, actor, v1::PROOF_TOKEN, central->now());
    if (draft) central->write({*draft}, [] {});
    return draft;
  }
  central::Erased<Draft> order(const Uuid& id, const v1::Actor& actor) {
    auto draft = central->erasures().order(id, actor, v1::PROOF_TOKEN, central->now());
    if (draft) central->write({*draft}, [] {});
    return draft;
  }
  Uuid erase() {
    const auto proposed = propose(one);
    REQUIRE(proposed.has_value());
    REQUIRE(order(proposed->subject.id, two).has_value());
    return proposed->subject.id;
  }
  /// How many bodies in central's store hold `text`.
  std::size_t bodies_with(const std::string& text) {
    std::size_t found = 0;
    store.replay(0, [&](std::uint64_t, Record&& record) {
      found += record.stored.body && record.stored.body->find(text) != Octets::npos;
    });
    return found;
  }
  std::size_t records() {
    std::size_t count = 0;
    store.replay(0, [&](std::uint64_t, Record&&) { ++count; });
    return count;
  }

  Box& point;
  Uuid gp, ada, shift, olena, petr, appointment;
  v1::Actor one, two;
};

}  // namespace

TEST_CASE("an erasure is an act of two different people with a legal ground", "[central][node][H11]") {
  Visited net;
  v1::Actor program = net.one;
  program.set_kind(v1::ACTOR_SYSTEM);
  CHECK(net.propose(program).error() == central::ErasureRefusal::no_person);
  CHECK(net.propose(net.one, "").error() == central::ErasureRefusal::malformed);
  const auto proposed = net.propose(net.one);
  REQUIRE(proposed.has_value());
  const Uuid id = proposed->subject.id;
  CHECK(net.central->state().patients.find(net.olena));  // Proposed is not ordered.
  CHECK(net.order(id, net.one).error() == central::ErasureRefusal::same_person);
  CHECK(net.order(id, program).error() == central::ErasureRefusal::no_person);
  CHECK(net.order(net.ada, net.two).error() == central::ErasureRefusal::not_found);
  CHECK(net.order(id, net.two).has_value());
  CHECK(net.order(id, net.two).error() == central::ErasureRefusal::wrong_state);
}

TEST_CASE("a patient with an appointment that is to come is not erased", "[central][node][H11]") {
  Visited net;
  const Uuid later = net.clinic->shift(net.clinic->doctor("Bob"), net.clinic->room("13"), 100, 200);
  const Uuid booked = net.clinic->appointment(net.olena, later, net.gp, 120);
  const auto proposed = net.propose(net.one);
  CHECK(net.order(proposed->subject.id, net.two).error() == central::ErasureRefusal::still_booked);
  net.central->cancel(booked, net.central->self(), v1::PROOF_TOKEN, [](auto) {});
  CHECK(net.order(proposed->subject.id, net.two).has_value());
}

TEST_CASE("central drops every body about an erased patient and keeps every header", "[central][node][H11]") {
  Visited net;
  REQUIRE(net.bodies_with("Олена") > 0);
  REQUIRE(net.bodies_with(net.olena.to_octets()) > 1);
  const std::size_t before = net.records(), petrs = net.bodies_with("Петро");
  net.erase();
  CHECK(net.bodies_with("Олена") == 0);
  CHECK(net.bodies_with(net.olena.to_octets()) == 2);  // The proposal and the order.
  CHECK(net.bodies_with("Петро") == petrs);
  CHECK(net.records() == before + 2);
  CHECK_FALSE(net.central->state().patients.find(net.olena));
  CHECK_FALSE(net.central->state().appointments.find(net.appointment));
  CHECK(net.central->state().erasure_of(net.olena));
  // The chains verify with what is left.
  Verifier verifier(tenant_of_tests);
  net.store.replay(0, [&](std::uint64_t, Record&& record) {
    verifier.record(record.journal(), record.key.seq, record.stored.core, record.stored.body,
                    record.stored.body ? std::nullopt : std::optional(record.stored.body_digest),
                    record.stored.hash);
  });
  CHECK(verifier.findings().empty());
}

TEST_CASE("a point's feed begins anew without the erased, with the order in it; a restarted central agrees",
          "[central][node][H11]") {
  Visited net;
  REQUIRE(net.point.node->state().patients.find(net.olena));
  const Uuid id = net.erase();
  net.settle();
  net.connect(net.point);
  net.settle();
  net.pass_seconds(5);
  CHECK_FALSE(net.point.node->state().patients.find(net.olena));
  CHECK(net.point.node->state().patients.find(net.petr));
  const auto* order = net.point.node->state().erasures.find(id);
  REQUIRE(order);
  bool names_visit = false;
  for (const auto& subject : order->state.subjects())
    names_visit = names_visit || subject.type() == v1::VISIT;
  CHECK(names_visit);
  const std::uint64_t items = net.central->feed_of(net.point.identity.node).last();
  const Digest scope = net.central->feed_of(net.point.identity.node).scope().hash();
  net.restart_central();
  CHECK(net.central->feed_of(net.point.identity.node).last() == items);
  CHECK(net.central->feed_of(net.point.identity.node).scope().hash() == scope);
  CHECK(net.central->state().erasure_of(net.olena));
  net.connect(net.point);
  net.settle();
  CHECK(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 0);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
}

TEST_CASE(
    "what a cut-off point writes of an erased patient is dropped when it comes, and the order goes out again",
    "[central][node][H11]") {
  Visited net;
  net.cut(net.point);
  v1::Ask here;
  here.mutable_walk_in()->set_service(net.gp.to_octets());
  REQUIRE(net.ask(net.point, "checkin-1", here)->refusal() == v1::ASK_GRANTED);  // Somebody unnamed.
  // A visit of the erased patient that central has not heard of.
  const Uuid id = net.erase();
  const int before = net.central->state().erasures.find(id)->state.subjects_size();
  SeededRandom random(4);
  JournalWriter pen(tenant_of_tests, net.point.identity.node, Epoch{99}, random);
  v1::Visit visit;
  visit.set_patient(net.olena.to_octets());
  Draft draft;
  draft.actor = net.one;
  draft.subject = {v1::VISIT, net.clinic->id()};
  draft.verb = v1::ARRIVED;
  draft.message = visit.SerializeAsString();
  const Record late = pen.seal(v1::ACTS, std::span(&draft, 1), net.clock.now()).front();
  Transaction transaction;
  transaction.records = {late};
  net.store.commit(std::span(&transaction, 1));
  net.restart_central();  // Found at the start, as after a crash between the record and its answer.
  CHECK(net.central->state().erasures.find(id)->state.subjects_size() == before + 1);
  CHECK_FALSE(net.central->state().visits.find(draft.subject.id));
  std::size_t bodies = 0;
  net.store.replay(0, [&](std::uint64_t, Record&& record) {
    bodies += record.subject == draft.subject && record.stored.body.has_value();
  });
  CHECK(bodies == 0);
  const std::uint64_t intake = net.central->intake();
  net.restart_central();
  CHECK(net.central->intake() == intake);
}

}  // namespace feldsher::testing
