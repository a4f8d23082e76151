#include "desk_world.hpp"
#include "edge-agent/desk/phone.hpp"

namespace feldsher::edge {

TEST_CASE("a number is the same however it was written", "[edge][desk][check-in][K1]") {
  for (const char* written : {"+380441234567", "380441234567", "0441234567", "044 123-45-67",
                              "(044) 123 45 67", "8 (044) 123-45-67", "00380441234567"})
    CHECK(same_phone(written, "+380441234567"));
  CHECK(same_phone("8 (912) 345-67-89", "+79123456789"));
  for (const char* other : {"", "123", "44123456", "+380441234568", "+380451234567", "+38044123456"})
    CHECK_FALSE(same_phone(other, "+380441234567"));
  CHECK_FALSE(same_phone("", ""));
}

TEST_CASE("phone and birth date together check in, and one of them does not", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  // Which of the two was wrong is not said: the answers are the same octet for octet.
  const v1::Answer wrong_date = day.by_phone("+380441234567", "1956-03-10");
  const v1::Answer wrong_phone = day.by_phone("+380449999999", "1956-03-09");
  CHECK(wrong_date.refusal() == v1::ASK_NOT_FOUND);
  CHECK(wrong_date.SerializeAsString() == wrong_phone.SerializeAsString());
  CHECK(day.by_phone("", "1956-03-09").refusal() == v1::ASK_NOT_FOUND);
  CHECK(day.state.visits.rows().empty());

  const v1::Answer right = day.by_phone("8 (044) 123-45-67", "1956-03-09");
  REQUIRE(right.refusal() == v1::ASK_GRANTED);
  CHECK(right.checked_in().given_name() == "Олена");
  CHECK(day.last_records.front().header.proof() == v1::PROOF_PHONE_BIRTH_DATE);
}

TEST_CASE("two people who share a phone are told apart by their birth dates", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  const Uuid grandchild = day.clinic.patient("Марко", "+380441234567", "2015-01-02");
  day.clinic.appointment(grandchild, day.shift, day.gp, 90);
  CHECK(day.by_phone("0441234567", "2015-01-02").checked_in().given_name() == "Марко");
  CHECK(day.by_phone("0441234567", "1956-03-09").checked_in().given_name() == "Олена");
  CHECK(day.state.visits.rows().size() == 2);
}

TEST_CASE("who has no appointment today is not found by phone, also when known",
          "[edge][desk][check-in][K1]") {
  ClinicDay day;
  const Uuid ivan = day.clinic.patient("Іван", "+380447654321", "1970-01-01");
  CHECK(day.by_phone("0447654321", "1970-01-01").refusal() == v1::ASK_NOT_FOUND);
  day.clinic.appointment(ivan, day.clinic.shift(day.ada, day.room, 24 * 60, 32 * 60), day.gp, 25 * 60);
  CHECK(day.by_phone("0447654321", "1970-01-01").refusal() == v1::ASK_NOT_FOUND);
}

TEST_CASE("a cancelled appointment checks nobody in by phone", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  v1::Appointment cancelled = day.state.appointments.find(day.at_nine)->state;
  cancelled.set_status(v1::APPOINTMENT_CANCELLED);
  day.clinic.publish(v1::APPOINTMENT, day.at_nine, v1::CANCELLED, cancelled);
  CHECK(day.by_phone("0441234567", "1956-03-09").refusal() == v1::ASK_NOT_FOUND);
}

TEST_CASE("of two appointments today the earlier one that is still open is meant",
          "[edge][desk][check-in][K1]") {
  ClinicDay day;
  day.clinic.appointment(day.olena, day.shift, day.gp, 200);
  CHECK(day.by_phone("0441234567", "1956-03-09").checked_in().civil() == "09:00");
  day.see(day.room, "room-1");
  CHECK(day.by_phone("0441234567", "1956-03-09").checked_in().civil() == "11:20");
}

TEST_CASE("too many wrong tries close the door for that terminal only, and it opens again",
          "[edge][desk][check-in][K1]") {
  ClinicDay day;
  for (int i = 0; i < 5; ++i) CHECK(day.by_phone("0441234567", "1956-03-10").refusal() == v1::ASK_NOT_FOUND);
  const v1::Answer closed = day.by_phone("0441234567", "1956-03-09");
  CHECK(closed.refusal() == v1::ASK_TOO_MANY_TRIES);
  CHECK(closed.retry_after_s() == 60);
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_GRANTED);  // A pass is not a guess.
  CHECK(day.by_phone("0441234567", "1956-03-09", "checkin-2").refusal() == v1::ASK_GRANTED);

  day.clock.pass_ms(59'000);
  CHECK(day.by_phone("0441234567", "1956-03-09").retry_after_s() == 1);
  day.clock.pass_ms(1'000);
  CHECK(day.by_phone("0441234567", "1956-03-09").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a wall clock that jumps opens no door", "[edge][desk][check-in][K1]") {
  ClinicDay day;
  for (int i = 0; i < 5; ++i) day.by_phone("0441234567", "1956-03-10");
  day.clock.jump_ms(3'600'000);
  CHECK(day.by_phone("0441234567", "1956-03-09").refusal() == v1::ASK_TOO_MANY_TRIES);
}

TEST_CASE("wrong tries do not age: only a right one at that terminal begins anew",
          "[edge][desk][check-in][K1]") {
  ClinicDay day;
  const auto wrong = [&] {
    day.clock.pass_minutes(30);
    return day.by_phone("0441234567", "1956-03-10").refusal();
  };
  for (int i = 0; i < 4; ++i) CHECK(wrong() == v1::ASK_NOT_FOUND);
  CHECK(day.by_phone("0441234567", "1956-03-09").refusal() == v1::ASK_GRANTED);
  for (int i = 0; i < 5; ++i) CHECK(wrong() == v1::ASK_NOT_FOUND);
  CHECK(day.by_phone("0441234567", "1956-03-09").retry_after_s() == 60);
}

TEST_CASE("after each five wrong tries the door stays shut for twice as long, to an hour",
          "[edge][desk][check-in][K1]") {
  ClinicDay day;
  for (const std::uint32_t minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
    for (int i = 0; i < 5; ++i)
      CHECK(day.by_phone("0441234567", "1956-03-10").refusal() == v1::ASK_NOT_FOUND);
    const v1::Answer shut = day.by_phone("0441234567", "1956-03-09");
    CHECK(shut.refusal() == v1::ASK_TOO_MANY_TRIES);
    CHECK(shut.retry_after_s() == minutes * 60);
    day.clock.pass_minutes(minutes);
  }
}

}  // namespace feldsher::edge
