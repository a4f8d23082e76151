#include <catch2/catch_test_macros.hpp>

#include "protocol/record/result.hpp"
#include "tests/support/world/network.hpp"

namespace feldsher::testing {
namespace {

struct TwoPoints : Network {
  TwoPoints() : one(add_point("Embankment")), two(add_point("Lindens")) {
    gp = clinic->service("General practitioner");
    shift = clinic->shift(clinic->doctor("Ada"), clinic->room("12"));
    olena = clinic->patient("Олена");
    for (Box* box : {&one, &two}) connect(*box);
    settle();
  }
  std::optional<central::Booking> book(std::int64_t minute) {
    std::optional<central::Booking> made;
    central->book(
        {.patient = olena, .shift = shift, .service = gp, .minute = monday_8 + minute, .minutes = 10},
        central->self(), v1::PROOF_TOKEN, [&](auto booked) {
          if (booked) made = *booked;
        });
    return made;
  }
  void ticket() {
    v1::Ask act;
    act.mutable_walk_in()->set_service(gp.to_octets());
    ask(one, "checkin-1", act);
  }

  Box& one;
  Box& two;
  Uuid gp, shift, olena;
};

}  // namespace

TEST_CASE("central tells of a booking only when it is on its disk", "[central][node][X11]") {
  TwoPoints net;
  net.ledger->hold();
  bool told = false;
  net.central->book(
      {.patient = net.olena, .shift = net.shift, .service = net.gp, .minute = monday_8 + 60, .minutes = 10},
      net.central->self(), v1::PROOF_TOKEN, [&](auto) { told = true; });
  CHECK_FALSE(told);
  net.ledger->run();
  CHECK(told);
}

TEST_CASE("of two bookings at once for one minute one is refused", "[central][node][S1]") {
  TwoPoints net;
  net.ledger->hold();
  int granted = 0, refused = 0;
  for (int i = 0; i < 2; ++i)
    net.central->book(
        {.patient = net.olena, .shift = net.shift, .service = net.gp, .minute = monday_8 + 60, .minutes = 10},
        net.central->self(), v1::PROOF_TOKEN, [&](auto booked) { ++(booked ? granted : refused); });
  net.ledger->run();
  CHECK(granted == 1);
  CHECK(refused == 1);
}

TEST_CASE("a cancelled booking is cancelled at its point too", "[central][node][S1]") {
  TwoPoints net;
  const Uuid made = net.book(60)->appointment;
  net.settle();
  REQUIRE(net.one.node->state().appointments.find(made));
  net.central->cancel(made, net.central->self(), v1::PROOF_TOKEN, [](auto) {});
  net.settle();
  CHECK(net.one.node->state().appointments.find(made)->state.status() == v1::APPOINTMENT_CANCELLED);
}

TEST_CASE("every record is told once, in intake order, and after a restart the same again",
          "[central][node][H1]") {
  TwoPoints net;
  std::vector<std::pair<std::uint64_t, RecordKey>> told;
  net.central->on_record = [&](std::uint64_t intake, const Record& record) {
    told.emplace_back(intake, record.key);
  };
  const std::uint64_t before = net.central->intake();
  net.book(60);
  net.ticket();
  net.book(80);
  REQUIRE(told.size() == 4);  // Two bookings, a visit and its ticket.
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].first == before + i + 1);
  std::vector<RecordKey> kept;
  net.store.replay(before, [&](std::uint64_t, Record&& record) { kept.push_back(record.key); });
  REQUIRE(kept.size() == told.size());
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(kept[i] == told[i].second);
}

TEST_CASE("a central that was killed starts with the same state, feeds and status", "[central][node][N10]") {
  TwoPoints net;
  net.book(60);
  net.ticket();
  const Digest acts = net.central->state().state_hash_of_acts(net.one.identity.node);
  const Digest scope = net.central->feed_of(net.one.identity.node).scope().hash();
  const std::uint64_t items = net.central->feed_of(net.one.identity.node).last(),
                      intake = net.central->intake();
  const std::uint64_t own = net.central->writer().tip(v1::ACTS).seq;
  net.restart_central();
  CHECK(net.central->state().state_hash_of_acts(net.one.identity.node) == acts);
  CHECK(net.central->feed_of(net.one.identity.node).scope().hash() == scope);
  CHECK(net.central->feed_of(net.one.identity.node).last() == items);
  CHECK(net.central->intake() == intake);
  CHECK(net.central->writer().tip(v1::ACTS).seq == own);
  CHECK_FALSE(net.book(60));
  CHECK(net.book(70));
}

TEST_CASE("a feed that another version of central derived begins anew, its own goes on",
          "[central][node][N10]") {
  TwoPoints net;
  net.book(60);
  net.settle();
  const NodeId node = net.one.identity.node;
  auto meet_again = [&] {
    net.restart_central();
    net.connect(net.one);
    net.settle();
    REQUIRE(net.one.live());
    return net.central->feed_of(node).epoch();
  };
  std::uint64_t epoch = net.central->feed_of(node).epoch();
  REQUIRE(meet_again() == epoch);
  const std::string name = "node/" + node.to_text() + "/feed";
  const Octets present = net.store.value(name).value();
  // The first versions did not say which they were; another says another number.
  Octets other = present;
  ++other.back();
  for (const Octets& before : {present.substr(0, 16), other}) {
    Transaction put;
    put.values[name] = before;
    net.store.commit(std::span(&put, 1));
    const std::uint64_t anew = meet_again();
    CHECK(anew != epoch);
    CHECK(net.one.node->link().feed().epoch() == anew);
    CHECK(net.same_state(net.one));
    CHECK(meet_again() == anew);
    epoch = anew;
  }
}

TEST_CASE("a request that was durable when central died is answered when it starts, once",
          "[central][node][S1]") {
  TwoPoints net;
  const Uuid rita = net.clinic->registrar("Rita");
  net.book(400);  // Brings the patient into the point's scope.
  net.settle();
  v1::Ask ask;
  ask.set_session(net.sign_in(net.one, "reception", rita));
  ask.mutable_book()->set_patient(net.olena.to_octets());
  ask.mutable_book()->set_shift(net.shift.to_octets());
  ask.mutable_book()->set_service(net.gp.to_octets());
  ask.mutable_book()->set_minute(monday_8 + 100);
  net.cut(net.one);
  const auto asked = net.ask(net.one, "reception", ask);
  REQUIRE(asked->booked().requested());
  // The request becomes durable at central; then the power goes, before its answer does.
  net.connect(net.one);
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_batch()) net.ledger->hold();
    return false;
  };
  net.settle();
  REQUIRE(net.ledger->waiting() == 1);
  net.ledger->step();
  REQUIRE(net.ledger->waiting() == 1);  // The answer.
  net.ledger->lose();
  net.lose = [](v1::Frame&) { return false; };
  net.restart_central();
  CHECK(net.central->state().request_answers.rows().size() == 1);
  net.connect(net.one);
  net.settle();
  CHECK(net.one.node->state().appointments.find(asked->booked().appointment()));
  net.restart_central();
  CHECK(net.central->state().request_answers.rows().size() == 1);
}

TEST_CASE("central knows how each point stands", "[central][node][N1]") {
  TwoPoints net;
  net.ticket();
  net.cut(net.two);
  auto status = [&](const Box& box) {
    for (const central::PointStatus& each : net.central->points())
      if (each.node == box.identity.node) return each;
    FAIL("no such point");
    return central::PointStatus{};
  };
  CHECK(status(net.one).connected);
  CHECK_FALSE(status(net.two).connected);
  CHECK(status(net.one).acts == 3);  // Its life, a visit, a ticket.
  CHECK(status(net.two).acts == 1);
  CHECK(status(net.one).last_act_ms == net.one.clock.now().wall_ms);
  CHECK(status(net.one).feed_acknowledged == status(net.one).feed_items);
}

TEST_CASE("one point never hears of another point's patients", "[central][node][X5]") {
  TwoPoints net;
  net.book(60);
  net.settle();
  CHECK(net.one.node->state().patients.find(net.olena));
  CHECK(net.two.node->state().patients.rows().empty());
  CHECK(net.two.node->state().appointments.rows().empty());
}

TEST_CASE("a journal of another tenant is refused", "[central][node][N4]") {
  SeededRandom random(1);
  VirtualClock clock;
  MemoryStore store(tenant_of_tests);
  StepLedger ledger(store);
  const CheapSigner signer("central");
  const CheapCheck check;
  const central::CentralWorld world{
      .clock = clock, .random = random, .ledger = ledger, .signer = signer, .check = check};
  central::CentralNode(tenant_of_tests, central_of_tests, world).start(store);
  central::CentralNode other(TenantId{random.uuid_v7(1)}, central_of_tests, world);
  CHECK_THROWS_AS(other.start(store), Fault);
}

}  // namespace feldsher::testing
