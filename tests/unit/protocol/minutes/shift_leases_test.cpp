#include "protocol/minutes/shift_leases.hpp"

#include <catch2/catch_test_macros.hpp>

#include <rapidcheck.h>
#include <functional>

namespace feldsher {
namespace {

Uuid lease(int n) {
  Uuid id;
  id.octets[15] = static_cast<std::uint8_t>(n);
  return id;
}

}  // namespace

TEST_CASE("a minute that was leased and returned can be leased again", "[protocol][minutes][S1]") {
  ShiftLeases leases;
  const MinuteSet minutes({100, 110});
  leases.leased(lease(1), minutes);
  CHECK(leases.outstanding() == minutes);
  leases.returned({lease(1)}, minutes);
  CHECK(leases.outstanding().empty());
  leases.leased(lease(2), minutes);
  CHECK(leases.outstanding() == minutes);
  CHECK(leases.giving(minutes) == std::vector{lease(2)});
  CHECK(leases.given_twice().empty());
}

TEST_CASE("a give-back that crossed the break of its lease does not touch a later lease of the same minutes",
          "[protocol][minutes][S1]") {
  const MinuteSet minutes({100, 110});
  ShiftLeases leases;
  leases.leased(lease(1), minutes);
  leases.leased(lease(1), MinuteSet());  // Broken.
  CHECK(leases.outstanding().empty());
  leases.leased(lease(2), minutes);
  leases.returned({lease(1)}, minutes);
  CHECK(leases.outstanding() == minutes);
}

TEST_CASE("a give-back that is heard before its lease takes from it all the same",
          "[protocol][minutes][S1]") {
  ShiftLeases leases;
  leases.returned({lease(1)}, MinuteSet({100, 105}));
  CHECK(leases.outstanding().empty());
  leases.leased(lease(1), MinuteSet({100, 110}));
  CHECK(leases.outstanding() == MinuteSet({105, 110}));
}

TEST_CASE("a give-back names every lease that gave its minutes, and no other", "[protocol][minutes][S1]") {
  ShiftLeases leases;
  leases.leased(lease(1), MinuteSet({0, 10}));
  leases.leased(lease(2), MinuteSet({10, 20}));
  leases.leased(lease(3), MinuteSet({30, 40}));
  const v1::GiveBack given = give_back_of(lease(9), lease(8), MinuteSet({5, 15}), leases);
  CHECK(named_leases(given) == std::vector{lease(1), lease(2)});
  CHECK(minute_set_from(given.minutes()) == MinuteSet({5, 15}));
}

TEST_CASE("a lease that nobody has heard of gives nothing", "[protocol][minutes][S1]") {
  ShiftLeases leases;
  leases.leased(lease(1), MinuteSet({0, 10}));
  CHECK(leases.given_by(lease(2)).empty());
  CHECK(leases.giving(MinuteSet({10, 20})).empty());
}

TEST_CASE("what a give-back names that is no lease is passed over", "[protocol][minutes][S1]") {
  v1::GiveBack hostile;
  hostile.add_leases("fifteen octets.");
  hostile.add_leases(lease(3).to_octets());
  hostile.add_leases("");
  CHECK(named_leases(hostile) == std::vector{lease(3)});
}

TEST_CASE("a give-back says whose minutes of which shift it gives", "[protocol][minutes][S1]") {
  const v1::GiveBack given = give_back_of(lease(9), lease(8), MinuteSet({5, 15}), ShiftLeases());
  CHECK(given.shift() == lease(9).to_octets());
  CHECK(given.point() == lease(8).to_octets());
  CHECK(given.leases().empty());
}

TEST_CASE("minutes that two leases give are betrayed", "[protocol][minutes][S1]") {
  ShiftLeases leases;
  leases.leased(lease(1), MinuteSet({0, 10}));
  leases.leased(lease(2), MinuteSet({9, 20}));
  CHECK(leases.given_twice() == MinuteSet({9, 10}));
}

TEST_CASE("leases, breaks and give-backs give the same in whatever order both sides' records arrive",
          "[protocol][minutes][S1]") {
  CHECK(rc::check([] {
    // Central leases what nobody holds and breaks what it likes; the point, which hears of it late or never,
    // gives back what it believes to hold. Each side's own records stay in order.
    ShiftLeases central, point;
    std::vector<std::function<void(ShiftLeases&)>> by_central, by_point;
    std::size_t heard = 0;
    const int steps = *rc::gen::inRange(1, 30);
    int leases = 0;
    for (int step = 0; step < steps; ++step) {
      const auto first = *rc::gen::inRange<std::int64_t>(0, 20);
      MinuteSet moved({first, first + *rc::gen::inRange<std::int64_t>(1, 8)});
      switch (*rc::gen::inRange(0, 4)) {
        case 0: {
          moved.remove(central.outstanding());
          by_central.push_back([id = lease(++leases), moved](ShiftLeases& at) { at.leased(id, moved); });
          by_central.back()(central);
          break;
        }
        case 1: {
          for (const Uuid& id : central.giving(moved)) {
            MinuteSet left = central.given_by(id);
            left.remove(moved);
            by_central.push_back([id, left](ShiftLeases& at) { at.leased(id, left); });
            by_central.back()(central);
          }
          break;
        }
        case 2: {
          moved = moved.common_with(point.outstanding());
          by_point.push_back(
              [ids = point.giving(moved), moved](ShiftLeases& at) { at.returned(ids, moved); });
          by_point.back()(point);
          if (*rc::gen::arbitrary<bool>()) by_point.back()(central);
          break;
        }
        default:
          if (heard < by_central.size()) by_central[heard++](point);
      }
      RC_ASSERT(central.given_twice().empty());
      RC_ASSERT(point.given_twice().empty());
    }
    for (const auto& record : by_point) record(central);  // What came already comes again.
    while (heard < by_central.size()) by_central[heard++](point);
    RC_ASSERT(central.outstanding() == point.outstanding());
    ShiftLeases shuffled;
    std::size_t a = 0, b = 0;
    while (a < by_central.size() || b < by_point.size())
      if (b == by_point.size() || (a < by_central.size() && *rc::gen::arbitrary<bool>()))
        by_central[a++](shuffled);
      else
        by_point[b++](shuffled);
    RC_ASSERT(shuffled.outstanding() == central.outstanding());
  }));
}

}  // namespace feldsher
