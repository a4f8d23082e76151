#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

v1::Ask look_at_reception() {
  v1::Ask ask;
  ask.mutable_reception();
  return ask;
}

}  // namespace

TEST_CASE("a screen locks after fifteen minutes without an act", "[edge][desk][sessions][X3]") {
  ClinicDay day;
  day.clock.pass_ms(15 * 60'000 - 1);
  CHECK(day.walk_in(day.gp, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.last_records.front().header.actor().kind() == v1::ACTOR_STAFF);
  day.clock.pass_minutes(15);
  CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_NOT_SIGNED_IN);
  CHECK(day.sign_in(day.rita, "reception") == v1::ASK_GRANTED);
  CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a screen that refreshes itself keeps nobody signed in", "[edge][desk][sessions][X3]") {
  ClinicDay day;
  v1::Ask room;
  room.mutable_room()->set_room(day.room.to_octets());
  for (int i = 0; i < 14; ++i) {
    day.clock.pass_minutes(1);
    CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_GRANTED);
    CHECK(day.ask(room, "room-1").refusal() == v1::ASK_GRANTED);
  }
  day.clock.pass_minutes(1);
  CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_NOT_SIGNED_IN);
  CHECK(day.ask(room, "room-1").refusal() == v1::ASK_NOT_SIGNED_IN);
}

TEST_CASE("a wall clock that jumps neither locks a screen nor keeps it open", "[edge][desk][sessions][X3]") {
  ClinicDay day;
  day.clock.jump_ms(48 * 3'600'000);
  CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_GRANTED);
  day.clock.jump_ms(-48 * 3'600'000);
  day.clock.pass_minutes(15);
  CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_NOT_SIGNED_IN);
}

TEST_CASE("a session is good at its own terminal only, and one terminal has one",
          "[edge][desk][sessions][X2]") {
  ClinicDay day;
  day.sessions["reception-2"] = day.sessions["reception"];
  CHECK(day.ask(look_at_reception(), "reception-2").refusal() == v1::ASK_NOT_SIGNED_IN);
  const Octets ritas = day.sessions["reception"];
  REQUIRE(day.sign_in(day.ada, "reception") == v1::ASK_GRANTED);
  day.sessions["reception"] = ritas;
  CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_NOT_SIGNED_IN);
}

TEST_CASE("who has signed out is out", "[edge][desk][sessions][X2]") {
  ClinicDay day;
  v1::Ask out;
  out.mutable_sign_out();
  CHECK(day.ask(out, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.ask(look_at_reception(), "reception").refusal() == v1::ASK_NOT_SIGNED_IN);
}

TEST_CASE("five wrong PINs lock the person, at every terminal and for a while",
          "[edge][desk][sessions][X2]") {
  ClinicDay day;
  for (int i = 0; i < 4; ++i) CHECK(day.sign_in(day.rita, "reception", "0000") == v1::ASK_PIN_WRONG);
  CHECK(day.sign_in(day.rita, "reception", "0000") == v1::ASK_LOCKED);
  CHECK(day.sign_in(day.rita, "reception") == v1::ASK_LOCKED);
  CHECK(day.sign_in(day.rita, "reception-2") == v1::ASK_LOCKED);
  CHECK(day.sign_in(day.ada, "reception") == v1::ASK_GRANTED);
  day.clock.pass_minutes(1);
  CHECK(day.sign_in(day.rita, "reception") == v1::ASK_GRANTED);
}

TEST_CASE("each further wrong PIN locks for twice as long, to an hour, and a right one begins anew",
          "[edge][desk][sessions][X2]") {
  ClinicDay day;
  for (int i = 0; i < 5; ++i) day.sign_in(day.rita, "reception", "0000");
  for (const std::uint64_t minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
    day.clock.pass_ms(minutes * 60'000 - 1);
    CHECK(day.sign_in(day.rita, "reception") == v1::ASK_LOCKED);
    day.clock.pass_ms(1);
    CHECK(day.sign_in(day.rita, "reception", "0000") == v1::ASK_LOCKED);  // One guess, and shut again.
  }
  day.clock.pass_minutes(60);
  CHECK(day.sign_in(day.rita, "reception") == v1::ASK_GRANTED);
  for (int i = 0; i < 4; ++i) CHECK(day.sign_in(day.rita, "reception", "0000") == v1::ASK_PIN_WRONG);
  CHECK(day.sign_in(day.rita, "reception", "0000") == v1::ASK_LOCKED);
  day.clock.pass_minutes(1);
  CHECK(day.sign_in(day.rita, "reception") == v1::ASK_GRANTED);
}

TEST_CASE("four wrong PINs a minute do not go on for ever", "[edge][desk][sessions][X2]") {
  ClinicDay day;
  int guesses = 0;
  for (int second = 0; second < 24 * 3600; second += 15) {
    guesses += day.sign_in(day.rita, "reception", "0000") == v1::ASK_PIN_WRONG;
    day.clock.pass_ms(15'000);
  }
  CHECK(guesses == 4);  // What is wrong after that is answered "locked".
}

TEST_CASE("who tries everybody's PIN at one terminal locks the terminal, and no other",
          "[edge][desk][sessions][X2]") {
  ClinicDay day;
  for (int person = 0; person < 5; ++person) {
    const Uuid somebody = day.clinic.registrar("Somebody");
    for (int i = 0; i < 3; ++i) day.sign_in(somebody, "reception", "0000");
  }
  CHECK(day.sign_in(day.rita, "reception") == v1::ASK_LOCKED);
  CHECK(day.sign_in(day.rita, "reception-2") == v1::ASK_GRANTED);
  day.clock.pass_minutes(1);
  CHECK(day.sign_in(day.rita, "reception") == v1::ASK_GRANTED);
}

TEST_CASE("who does not work at this point does not sign in there", "[edge][desk][sessions][X5]") {
  ClinicDay day;
  v1::Practitioner elsewhere = day.state.practitioners.find(day.rita)->state;
  elsewhere.clear_points();
  elsewhere.add_points(day.clinic.id().to_octets());
  day.clinic.publish(v1::PRACTITIONER, day.rita, v1::CHANGED, elsewhere);
  CHECK(day.sign_in(day.rita, "reception-2") == v1::ASK_NOT_ALLOWED);
}

TEST_CASE("a right PIN among many that are checked side by side comes too late",
          "[edge][desk][sessions][X2]") {
  ClinicDay day;
  v1::SignIn guess;
  guess.set_practitioner(day.rita.to_octets());
  for (int i = 0; i < 6; ++i)
    REQUIRE(std::holds_alternative<std::string>(day.desk.pin_verifier(guess, "reception-2", day.now())));
  for (int i = 0; i < 5; ++i) day.desk.signed_in(guess, "reception-2", false, day.now());
  CHECK(day.desk.signed_in(guess, "reception-2", true, day.now()).answer.refusal() == v1::ASK_LOCKED);
}

TEST_CASE("who is not known here, or has no PIN, does not sign in", "[edge][desk][sessions][X5]") {
  ClinicDay day;
  CHECK(day.sign_in(day.clinic.id(), "reception") == v1::ASK_NOT_FOUND);
  v1::Practitioner without_pin = day.state.practitioners.find(day.rita)->state;
  without_pin.clear_pin_verifier();
  day.clinic.publish(v1::PRACTITIONER, day.rita, v1::CHANGED, without_pin);
  CHECK(day.sign_in(day.rita, "reception", "") == v1::ASK_NOT_FOUND);
}

TEST_CASE("an ask that says nothing is refused", "[edge][desk]") {
  ClinicDay day;
  CHECK(day.ask(v1::Ask{}, "checkin-1").refusal() == v1::ASK_MALFORMED);
}

TEST_CASE("the catalogue shows what is given here, in order, and nobody's PIN", "[edge][desk][H3]") {
  ClinicDay day;
  day.clinic.service("Eyes", "E");
  day.clinic.service("Blood", "B");
  day.clinic.room("02");
  v1::Ask act;
  act.mutable_catalogue();
  const v1::Catalogue catalogue = day.ask(act, "checkin-1").catalogue();
  REQUIRE(catalogue.services_size() == 3);
  CHECK(catalogue.services(0).service().letter() == "A");
  CHECK(catalogue.services(1).service().letter() == "B");
  CHECK(catalogue.services(2).service().letter() == "E");
  CHECK(catalogue.rooms(0).room().label() == "02");
  CHECK(catalogue.people_size() == 2);
  CHECK(catalogue.SerializeAsString().find("1234") == std::string::npos);
}

}  // namespace feldsher::edge
