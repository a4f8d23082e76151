#include <catch2/catch_test_macros.hpp>

#include "desk_double.hpp"
#include "kiosk/model/room.hpp"

// What becomes of a ticket without an act of the person who looks at it.
namespace feldsher::kiosk {
namespace {

/// A room with A014 called, and somebody signed in.
struct RoomWithTicket : Bench<RoomDesk> {
  RoomWithTicket() {
    *desk.room.mutable_current() = staff_ticket("A014", v1::TICKET_CALLED, v1::PRIORITY_ORDINARY, "");
    meet();
    tap(intent::ChoosePerson{model.door().people(model.desk().catalogue()).front().id()});
    type("2468").tap(intent::Forward{}).settle();
    REQUIRE(model.view()->has_current());
  }
  /// The desk says that something has changed.
  RoomWithTicket& news() {
    auto pulse = desk.pulse();
    pulse.set_version(++version_);
    on(pulse);
    return *this;
  }

 private:
  std::uint64_t version_ = 1;
};

TEST_CASE("a ticket that reception took back leaves the doctor's screen with a word, until the next act",
          "[kiosk][Q1][Q2]") {
  RoomWithTicket room;
  room.desk.room.clear_current();
  room.news().settle();
  CHECK(room.model.ended_elsewhere() == "A014");
  room.news().settle();
  CHECK(room.model.ended_elsewhere() == "A014");
  room.tap(intent::CallNextTicket{}).settle();
  CHECK(room.model.ended_elsewhere().empty());
}

TEST_CASE("a ticket that another screen of the room put in its place was ended elsewhere too",
          "[kiosk][Q1]") {
  RoomWithTicket room;
  *room.desk.room.mutable_current() = staff_ticket("A015", v1::TICKET_CALLED, v1::PRIORITY_ORDINARY, "");
  room.news().settle();
  CHECK(room.model.ended_elsewhere() == "A014");
  *room.desk.room.mutable_current() = staff_ticket("A014", v1::TICKET_CALLED, v1::PRIORITY_ORDINARY, "");
  room.news().settle();
  CHECK(room.model.ended_elsewhere() != "A014");
}

TEST_CASE("what the doctor finishes was not ended elsewhere", "[kiosk][Q2]") {
  RoomWithTicket room;
  room.tap(intent::FinishTicket{}).collect();
  room.desk.room.clear_current();
  SECTION("the answer comes first") {
    room.settle();
    CHECK_FALSE(room.model.view()->has_current());
  }
  SECTION("the news come first") {
    const auto act = std::exchange(room.asked, {});
    room.news().settle();
    CHECK_FALSE(room.model.view()->has_current());
    CHECK(room.model.ended_elsewhere().empty());
    room.asked = act;
    room.settle();
  }
  CHECK(room.model.ended_elsewhere().empty());
}

TEST_CASE("an act that was refused explains no ticket's end", "[kiosk][Q2]") {
  RoomWithTicket room;
  room.desk.room.clear_current();
  room.desk.refuse = v1::ASK_WRONG_STATE;
  room.tap(intent::FinishTicket{}).settle();
  CHECK(room.model.ended_elsewhere() == "A014");
}

TEST_CASE("a door that shuts forgets which ticket was ended elsewhere", "[kiosk][X3]") {
  RoomWithTicket room;
  room.desk.room.clear_current();
  room.news().settle();
  room.tap(intent::Lock{}).settle();
  CHECK(room.model.ended_elsewhere().empty());
}

}  // namespace
}  // namespace feldsher::kiosk
