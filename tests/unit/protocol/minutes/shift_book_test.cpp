#include "protocol/minutes/shift_book.hpp"

#include <catch2/catch_test_macros.hpp>

#include <rapidcheck.h>

namespace feldsher {
namespace {

AppointmentId appointment(int n) {
  AppointmentId id;
  id.uuid.octets[15] = static_cast<std::uint8_t>(n);
  return id;
}

}  // namespace

TEST_CASE("no minutes are no booking", "[protocol][minutes][S3]") {
  const ShiftBook book(Minutes{0, 60});
  CHECK(book.refuses({10, 10}) == MinutesRefusal::empty);
  CHECK(book.refuses({20, 10}) == MinutesRefusal::empty);
  CHECK(book.refuses_to_give(MinuteSet()) == MinutesRefusal::empty);
  CHECK_FALSE(book.refuses({10, 11}));
}

TEST_CASE("minutes that somebody else holds are not booked, and neither is a stretch with one such minute",
          "[protocol][minutes][S1]") {
  ShiftBook book(Minutes{0, 60});
  book.gave(MinuteSet({30, 40}));
  CHECK(book.refuses({30, 40}) == MinutesRefusal::not_held);
  CHECK(book.refuses({25, 31}) == MinutesRefusal::not_held);
  CHECK(book.refuses({59, 61}) == MinutesRefusal::not_held);
  CHECK_FALSE(book.refuses({20, 30}));
  CHECK_FALSE(book.refuses({40, 60}));
}

TEST_CASE("a booked minute is taken until its appointment is cancelled", "[protocol][minutes][S1]") {
  ShiftBook book(Minutes{0, 60});
  book.booked(appointment(1), {10, 20});
  CHECK(book.refuses({19, 25}) == MinutesRefusal::taken);
  CHECK(book.refuses({5, 11}) == MinutesRefusal::taken);
  CHECK(book.refuses({0, 60}) == MinutesRefusal::taken);
  CHECK_FALSE(book.refuses({20, 30}));
  CHECK_FALSE(book.refuses({0, 10}));
  book.cancelled(appointment(1));
  CHECK_FALSE(book.refuses({10, 20}));
}

TEST_CASE("a minute can be given away once", "[protocol][minutes][S1]") {
  ShiftBook central(Minutes{0, 60}), point;
  const MinuteSet lease({10, 20});
  REQUIRE_FALSE(central.refuses_to_give(lease));
  central.gave(lease);
  CHECK(central.refuses_to_give(lease) == MinutesRefusal::not_held);
  CHECK(central.refuses_to_give(MinuteSet({19, 21})) == MinutesRefusal::not_held);
  point.took(lease);
  CHECK_FALSE(point.refuses({10, 20}));
  CHECK(central.refuses({10, 20}) == MinutesRefusal::not_held);
}

TEST_CASE("a booked minute is not given away", "[protocol][minutes][S1]") {
  ShiftBook book(Minutes{0, 60});
  book.booked(appointment(1), {10, 20});
  CHECK(book.refuses_to_give(MinuteSet({5, 15})) == MinutesRefusal::taken);
  CHECK_FALSE(book.refuses_to_give(MinuteSet({20, 60})));
  CHECK(book.free() == [] {
    MinuteSet free({0, 60});
    free.remove({10, 20});
    return free;
  }());
}

TEST_CASE("minutes that were leased and came back can be booked by central and leased again",
          "[protocol][minutes][S1]") {
  ShiftBook central(Minutes{0, 60}), point;
  const MinuteSet lease({10, 20});
  for (int round = 0; round < 3; ++round) {
    central.gave(lease);
    point.took(lease);
    REQUIRE_FALSE(point.refuses_to_give(lease));
    point.gave(lease);
    CHECK(point.refuses({10, 20}) == MinutesRefusal::not_held);
    CHECK(central.refuses({10, 20}) == MinutesRefusal::not_held);  // It has not heard of it yet.
    central.took(lease);
    CHECK_FALSE(central.refuses({10, 20}));
  }
}

TEST_CASE("whatever two holders do, no minute has two of them and none is booked twice",
          "[protocol][minutes][S1][S3]") {
  CHECK(rc::check([] {
    ShiftBook books[2] = {ShiftBook(Minutes{0, 40}), ShiftBook()};
    std::map<std::int64_t, int> booked;
    const int steps = *rc::gen::inRange(1, 30);
    for (int step = 0; step < steps; ++step) {
      const auto first = *rc::gen::inRange<std::int64_t>(0, 40);
      const Minutes wanted{first, first + *rc::gen::inRange<std::int64_t>(1, 8)};
      const int who = *rc::gen::inRange(0, 2);
      if (*rc::gen::arbitrary<bool>()) {
        if (books[who].refuses(wanted)) continue;
        books[who].booked(appointment(step), wanted);
        for (auto minute = wanted.first; minute < wanted.end; ++minute) RC_ASSERT(++booked[minute] == 1);
      } else {
        if (books[who].refuses_to_give(MinuteSet(wanted))) continue;
        books[who].gave(MinuteSet(wanted));
        books[1 - who].took(MinuteSet(wanted));
      }
      for (const Minutes& stretch : books[1].held().stretches()) RC_ASSERT(!books[0].held().touches(stretch));
    }
  }));
}

}  // namespace feldsher
