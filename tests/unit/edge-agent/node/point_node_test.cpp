#include "point_world.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {

TEST_CASE("what is no ask gets no answer", "[edge][node]") {
  PointWorld net;
  int answers = 0;
  auto count = [&](const Octets&) { ++answers; };
  net.point.node->ask("checkin-1", "\xff\xff\xff", count);
  net.point.node->ask("checkin-1", "", count);
  v1::Ask ask = net.walk_in();
  ask.set_id("short");
  net.point.node->ask("checkin-1", ask.SerializeAsString(), count);
  ask = net.numbered(net.walk_in());
  ask.set_language(std::string(70'000, 'x'));
  net.point.node->ask("checkin-1", ask.SerializeAsString(), count);
  CHECK(answers == 0);
  CHECK(net.point.node->state().tickets.rows().empty());
}

TEST_CASE("no reply leaves before what is behind it is on the disk", "[edge][node][X11]") {
  PointWorld net;
  net.point.ledger->hold();
  const v1::Ask ask = net.numbered(net.walk_in());
  bool answered = false;
  net.point.node->ask("checkin-1", ask.SerializeAsString(), [&](const Octets&) { answered = true; });
  net.settle();
  CHECK_FALSE(answered);
  net.point.ledger->run();
  CHECK(answered);
}

TEST_CASE("a repeat while the answer is on its way does nothing more", "[edge][node]") {
  PointWorld net;
  net.point.ledger->hold();
  const v1::Ask ask = net.numbered(net.walk_in());
  int answers = 0;
  for (int i = 0; i < 3; ++i)
    net.point.node->ask("checkin-1", ask.SerializeAsString(), [&](const Octets&) { ++answers; });
  net.point.ledger->run();
  CHECK(answers == 1);
  CHECK(net.point.node->state().tickets.rows().size() == 1);
}

TEST_CASE("who is told of a check-in that is on its way to the disk is told after it", "[edge][node][X11]") {
  PointWorld net;
  net.point.ledger->hold();
  std::vector<std::string> told;
  auto tell = [&](const Octets& octets) {
    v1::Answer answer;
    answer.ParseFromString(octets);
    told.push_back(answer.checked_in().ticket_label() + (answer.checked_in().again() ? " again" : ""));
  };
  net.point.node->ask("checkin-1", net.numbered(net.by_phone()).SerializeAsString(), tell);
  net.point.node->ask("checkin-2", net.numbered(net.by_phone()).SerializeAsString(), tell);
  CHECK(told.empty());  // "You are checked in already" is a promise too.
  net.point.ledger->run();
  CHECK(told == std::vector<std::string>{"A001", "A001 again"});
}

TEST_CASE("when the disk fails nobody is told anything", "[edge][node]") {
  PointWorld net;
  net.cut(net.point);
  net.point.store.fail_next_commit();
  CHECK_FALSE(net.ask(net.point, "checkin-1", net.walk_in()));
  CHECK(net.point.ledger->failed());
  CHECK_FALSE(net.ask(net.point, "checkin-2", net.walk_in()));
}

TEST_CASE("an ask that is repeated gets the same answer, octet for octet, and happens once",
          "[edge][node][K5]") {
  PointWorld net;
  const v1::Ask ask = net.numbered(net.by_phone());
  const auto first = net.ask(net.point, "checkin-1", ask);
  REQUIRE(first);
  net.pass_seconds(60);
  CHECK(net.ask(net.point, "checkin-1", ask)->SerializeAsString() == first->SerializeAsString());
  CHECK(net.point.node->state().tickets.rows().size() == 1);
}

TEST_CASE("a refusal that is repeated is the same too", "[edge][node]") {
  PointWorld net;
  v1::Ask wrong = net.numbered(net.by_phone());
  wrong.mutable_check_in_by_phone()->set_birth_date("1956-03-10");
  for (int i = 0; i < 10; ++i) CHECK(net.ask(net.point, "checkin-1", wrong)->refusal() == v1::ASK_NOT_FOUND);
  CHECK(net.ask(net.point, "checkin-1", net.by_phone())->refusal() == v1::ASK_GRANTED);  // It was one try.
}

TEST_CASE("a sign-in waits for its slow check, and a wrong PIN opens nothing", "[edge][node][X2]") {
  PointWorld net;
  v1::Ask ask;
  ask.mutable_sign_in()->set_practitioner(net.rita.to_octets());
  ask.mutable_sign_in()->set_pin("9999");
  CHECK(net.ask(net.point, "reception", ask)->refusal() == v1::ASK_PIN_WRONG);
  CHECK(net.ask(net.point, "reception", net.reception())->refusal() == v1::ASK_GRANTED);
  ask.mutable_sign_in()->set_pin("1234");
  CHECK(net.ask(net.point, "reception-2", ask)->signed_in().lock_after_s() == 900);
}

TEST_CASE("a point says what central has not got, how old that is, and that it got it", "[edge][node][N10]") {
  PointWorld net;
  CHECK(net.point.view().acts_unsynced() == 0);
  CHECK(net.point.view().connected());
  net.cut(net.point);
  net.pass_seconds(60);
  const std::int64_t written = net.point.node->now().wall_ms;
  REQUIRE(net.ask(net.point, "checkin-1", net.walk_in()));
  net.pass_seconds(60);
  v1::PointView view = net.point.view();
  CHECK_FALSE(view.connected());
  CHECK(view.acts_unsynced() == 2);
  CHECK(view.oldest_unsynced_ms() == written);
  CHECK(view.schedule_as_of_ms() < written);
  net.connect(net.point);
  net.settle();
  view = net.point.view();
  CHECK(view.connected());
  CHECK(view.acts_unsynced() == 0);
  CHECK(view.oldest_unsynced_ms() == 0);
}

TEST_CASE("a point counts the incidents of the last week: nobody closes one", "[edge][node][X11]") {
  PointWorld net;
  CHECK(net.point.view().incidents() == 0);
  net.point.node->raise(v1::INCIDENT_DISK, "under 20 % free");
  net.settle();
  CHECK(net.point.view().incidents() == 1);
  constexpr std::int64_t day_ms = 86'400'000;
  net.point.clock.jump_ms(6 * day_ms);
  net.point.node->raise(v1::INCIDENT_DISK, "under 10 % free");
  net.settle();
  CHECK(net.point.view().incidents() == 2);
  net.point.clock.jump_ms(2 * day_ms);
  CHECK(net.point.view().incidents() == 1);
  net.point.clock.jump_ms(6 * day_ms);
  CHECK(net.point.view().incidents() == 0);
}

TEST_CASE("screens are told of what changed, and that a feed changed something too", "[edge][node][Q5]") {
  PointWorld net;
  net.pass_seconds(2);
  int told = 0;
  net.point.node->on_changed = [&] { ++told; };
  const std::uint64_t version = net.point.node->version();
  net.pass_seconds(3);
  CHECK(told == 0);
  net.ask(net.point, "checkin-1", net.walk_in());
  CHECK(told == 1);
  CHECK(net.point.node->version() > version);
  net.clinic->room("13");
  net.settle();
  net.pass_seconds(1);
  CHECK(told == 2);
}

TEST_CASE("central's request for the point's minutes is answered by the point, and settled once",
          "[edge][node][S1]") {
  PointWorld net;
  std::optional<central::Booking> booking;
  net.central->book(
      {.patient = net.olena, .shift = net.shift, .service = net.gp, .minute = monday_8 + 130, .minutes = 10},
      net.central->self(), v1::PROOF_TOKEN, [&](auto booked) { booking = *booked; });
  REQUIRE(booking);
  CHECK(booking->requested);
  net.settle();
  net.pass_seconds(2);
  const auto* made = net.central->state().appointments.find(booking->appointment);
  REQUIRE(made);
  CHECK(made->record.origin == net.point.identity.node);
  CHECK(net.central->state().answer_to(booking->request)->outcome() == v1::OUTCOME_GRANTED);
  net.restart(net.point);
  net.connect(net.point);
  net.settle();
  net.pass_seconds(90);
  CHECK(net.central->state().request_answers.rows().size() == 1);
}

TEST_CASE("one minute cannot be booked on both sides of a cut", "[edge][node][S1][N10]") {
  PointWorld net;
  net.cut(net.point);
  int central_booked = 0, central_asked = 0, here = 0, asked = 0;
  for (std::int64_t minute = 100; minute < 200; minute += 7) {
    const auto answer = net.ask(net.point, "reception", net.book(minute));
    if (answer->refusal() == v1::ASK_GRANTED) ++(answer->booked().requested() ? asked : here);
    net.central->book({.patient = net.olena,
                       .shift = net.shift,
                       .service = net.gp,
                       .minute = monday_8 + minute,
                       .minutes = 10},
                      net.central->self(), v1::PROOF_TOKEN, [&](auto booked) {
                        if (booked) ++(booked->requested ? central_asked : central_booked);
                      });
  }
  CHECK(here > 0);
  CHECK(central_booked > 0);
  CHECK(asked > 0);
  CHECK(central_asked > 0);
  net.connect(net.point);
  net.settle();
  net.pass_seconds(5);
  MinuteSet seen;
  std::size_t booked = 0;
  for (const auto& [id, row] : net.central->state().appointments.rows()) {
    const Minutes minutes{row.state.from().minute(), row.state.from().minute() + row.state.minutes()};
    CHECK_FALSE(seen.touches(minutes));
    seen.add(minutes);
    ++booked;
  }
  CHECK(booked >= static_cast<std::size_t>(here + central_booked));
  CHECK(net.central->state().request_answers.rows().size() ==
        static_cast<std::size_t>(asked + central_asked));
  CHECK(net.central->state().leases_of(net.shift).given_twice().empty());
  CHECK(net.same_state(net.point));
}

TEST_CASE("a journal of another node is refused: the data folder is not this point's", "[edge][node]") {
  PointWorld net;
  net.cut(net.point);
  net.point.node.reset();
  net.point.identity.node = NodeId{net.clinic->id()};
  CHECK_THROWS_AS(net.restart(net.point), Fault);
}

TEST_CASE("a point in a zone that does not exist does not start", "[edge][node]") {
  PointWorld net;
  net.cut(net.point);
  net.point.node.reset();
  net.point.identity.zone = "Europe/Atlantis";
  CHECK_THROWS_AS(net.restart(net.point), Fault);
}

}  // namespace feldsher::testing
