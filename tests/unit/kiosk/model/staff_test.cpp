#include <catch2/catch_test_macros.hpp>

#include "desk_double.hpp"
#include "kiosk/model/reception.hpp"
#include "kiosk/model/room.hpp"

namespace feldsher::kiosk {
namespace {

template <class Desk>
Bench<Desk>& signed_in(Bench<Desk>& bench) {
  bench.meet();
  const auto people = bench.model.door().people(bench.model.desk().catalogue());
  REQUIRE_FALSE(people.empty());
  bench.tap(intent::ChoosePerson{people.front().id()}).type("2468").tap(intent::Forward{}).settle();
  REQUIRE(bench.model.door().open());
  return bench;
}

/// The door remembers whose PIN to ask for.
void signed_in_again(Bench<ReceptionDesk>& bench) {
  bench.type("2468").tap(intent::Forward{}).settle();
  REQUIRE(bench.model.door().open());
}

void give_ticket(Bench<RoomDesk>& bench) {
  *bench.desk.room.mutable_current() = staff_ticket("A014", v1::TICKET_CALLED, v1::PRIORITY_ORDINARY, "");
}

TEST_CASE("a room opens with a PIN, and only for doctors", "[kiosk][X3]") {
  Bench<RoomDesk> bench;
  bench.meet();
  for (const auto& person : bench.model.door().people(bench.model.desk().catalogue()))
    CHECK(person.roles(0) == v1::DOCTOR);
  bench.tap(intent::CallNextTicket{}).collect();
  CHECK(bench.asked.empty());
  bench.tap(intent::ChoosePerson{bench.model.door().people(bench.model.desk().catalogue())[0].id()});
  bench.type("246").tap(intent::Forward{}).collect();
  CHECK(bench.asked.empty());
  bench.type("8").tap(intent::Forward{}).collect();
  REQUIRE(bench.asked.size() == 1);
  CHECK(bench.last().sign_in().pin() == "2468");
  CHECK(bench.model.door().digits() == 0);
}

TEST_CASE("a wrong PIN says so; a locked one waits its time", "[kiosk][X3]") {
  Bench<RoomDesk> bench;
  bench.desk.refuse = v1::ASK_LOCKED;
  bench.desk.retry_after_s = 30;
  bench.meet().tap(intent::ChoosePerson{bench.model.door().people(bench.model.desk().catalogue())[0].id()});
  bench.type("1111").tap(intent::Forward{}).settle();
  CHECK(bench.model.door().refusal() == v1::ASK_LOCKED);
  CHECK(bench.model.door().retry_seconds(bench.now) == 30);
  bench.type("2468").tap(intent::Forward{}).collect();
  CHECK(bench.asked.empty());
  bench.pass(seconds(31)).tap(intent::Forward{}).collect();
  CHECK_FALSE(bench.asked.empty());
}

TEST_CASE("a staff screen locks after its idle time and forgets what it showed", "[kiosk][X3]") {
  Bench<RoomDesk> bench;
  signed_in(bench);
  REQUIRE(bench.model.view());
  for (int i = 0; i < 899; ++i) bench.pass(seconds(1)).settle();
  CHECK(bench.model.door().open());
  bench.pass(seconds(2));
  CHECK_FALSE(bench.model.door().open());
  CHECK_FALSE(bench.model.view());
  CHECK(bench.model.door().session().empty());
  CHECK(bench.asked.back().has_sign_out());
  CHECK(bench.model.door().state() == StaffDoor::State::pin);
}

TEST_CASE("a desk that restarted asks for the PIN again", "[kiosk][X3]") {
  Bench<RoomDesk> bench;
  give_ticket(bench);
  signed_in(bench);
  bench.desk.refuse = v1::ASK_NOT_SIGNED_IN;
  bench.tap(intent::FinishTicket{}).settle();
  CHECK_FALSE(bench.model.door().open());
  CHECK_FALSE(bench.model.view());
}

TEST_CASE("calls, starts and finishes are asks about the ticket on the screen", "[kiosk][Q1][Q2]") {
  Bench<RoomDesk> bench;
  signed_in(bench);
  bench.tap(intent::CallNextTicket{}).collect();
  CHECK(bench.last().has_call_next());
  CHECK(bench.last().session() == bench.model.door().session());
  give_ticket(bench);
  bench.settle();
  REQUIRE(bench.model.view()->has_current());
  bench.tap(intent::CallTicketAgain{}).collect();
  CHECK(bench.last().call_again().ticket() == bench.desk.room.current().id());
  bench.settle().tap(intent::StartTicket{}).collect();
  CHECK(bench.last().serve().ticket() == bench.desk.room.current().id());
  bench.settle().tap(intent::FinishTicket{}).collect();
  CHECK(bench.last().finish().ticket() == bench.desk.room.current().id());
}

TEST_CASE("one act is in hand at a time: a double tap acts once", "[kiosk][Q2]") {
  Bench<RoomDesk> bench;
  signed_in(bench);
  bench.tap(intent::CallNextTicket{}).tap(intent::CallNextTicket{}).collect();
  CHECK(bench.asked.size() == 1);
}

TEST_CASE("a transfer names the service and closes its dialog", "[kiosk][Q2]") {
  Bench<RoomDesk> bench;
  give_ticket(bench);
  signed_in(bench);
  bench.tap(intent::OpenTransfer{});
  CHECK(bench.model.transferring());
  const auto service = bench.desk.catalogue().services(1).id();
  bench.tap(intent::ChooseService{service}).collect();
  CHECK(bench.last().transfer().service() == service);
  CHECK_FALSE(bench.model.transferring());
}

TEST_CASE("the last act can be taken back for 30 seconds, and once", "[kiosk][Q2]") {
  Bench<RoomDesk> bench;
  give_ticket(bench);
  signed_in(bench);
  CHECK_FALSE(bench.model.acts().may_undo());
  bench.tap(intent::SkipTicket{}).collect();
  const Octets act = bench.last().id();
  CHECK_FALSE(bench.model.acts().may_undo());
  bench.settle();
  CHECK(bench.model.acts().may_undo());
  SECTION("in time") {
    bench.tap(intent::UndoLast{}).collect();
    CHECK(bench.last().undo().ask() == act);
    bench.settle();
    CHECK_FALSE(bench.model.acts().may_undo());
  }
  SECTION("too late") {
    bench.pass(seconds(31)).settle();
    CHECK_FALSE(bench.model.acts().may_undo());
    bench.tap(intent::UndoLast{}).collect();
    CHECK(bench.asked.empty());
  }
}

TEST_CASE("a refused act is said, and can not be taken back", "[kiosk][Q2]") {
  Bench<RoomDesk> bench;
  signed_in(bench);
  bench.desk.refuse = v1::ASK_QUEUE_EMPTY;
  bench.tap(intent::CallNextTicket{}).settle();
  REQUIRE(bench.model.acts().notice());
  CHECK(bench.model.acts().notice()->refusal == v1::ASK_QUEUE_EMPTY);
  CHECK_FALSE(bench.model.acts().may_undo());
  bench.pass(seconds(9));
  CHECK_FALSE(bench.model.acts().notice());
}

TEST_CASE("the list is asked again when the desk has news", "[kiosk][Q2]") {
  Bench<ReceptionDesk> bench;
  signed_in(bench);
  bench.alive = false;
  CHECK(bench.model.view()->lines_size() == 11);
  auto news = bench.desk.pulse();
  news.set_version(99);
  bench.on(news).collect();
  REQUIRE(bench.asked.size() == 2);
  CHECK(bench.asked[0].has_reception());
  CHECK(bench.asked[1].has_point());
}

TEST_CASE("how the point is, is asked again when its line goes down or comes back", "[kiosk][Q2]") {
  Bench<ReceptionDesk> bench;
  signed_in(bench);
  auto pulse = bench.desk.pulse();
  for (const bool connected : {!pulse.connected(), pulse.connected()}) {
    pulse.set_connected(connected);
    bench.desk.point.set_connected(connected);
    bench.on(pulse).settle();
    CHECK(bench.model.desk().pulse()->connected() == connected);
    CHECK(bench.model.point()->connected() == connected);
  }
}

TEST_CASE("reception marks present, gives priority with its reason, and tickets for walk-ins",
          "[kiosk][Q1][Q2]") {
  Bench<ReceptionDesk> bench;
  signed_in(bench);
  bench.tap(intent::OpenLine{4}).tap(intent::MarkHere{}).collect();
  CHECK(bench.last().mark_present().appointment() == bench.desk.reception.lines(4).appointment());
  bench.settle();
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::slip);
  bench.tap(intent::CloseDialog{}).tap(intent::OpenLine{2}).tap(intent::OpenPriorities{});
  bench.tap(intent::ChoosePriority{v1::PRIORITY_FRAIL}).collect();
  CHECK(bench.last().prioritise().priority() == v1::PRIORITY_FRAIL);
  CHECK(bench.last().prioritise().ticket() == bench.desk.reception.lines(2).ticket().id());
  bench.settle().tap(intent::OpenWalkIn{}).tap(intent::ChoosePriority{v1::PRIORITY_INFANT});
  bench.tap(intent::ChooseService{bench.desk.catalogue().services(0).id()}).collect();
  CHECK(bench.last().walk_in().priority() == v1::PRIORITY_INFANT);
}

TEST_CASE("reception takes its last act back, and the list is as it was", "[kiosk][Q2]") {
  Bench<ReceptionDesk> bench;
  signed_in(bench);
  bench.tap(intent::OpenLine{4}).tap(intent::MarkHere{}).collect();
  const Octets act = bench.last().id();
  bench.settle().tap(intent::CloseDialog{});
  REQUIRE(bench.model.acts().may_undo());
  bench.tap(intent::UndoLast{}).collect();
  CHECK(bench.last().undo().ask() == act);
  bench.settle();
  CHECK_FALSE(bench.model.acts().may_undo());
}

TEST_CASE("the open line follows its appointment when the list moves, and closes when it is gone",
          "[kiosk][Q2]") {
  Bench<ReceptionDesk> bench;
  signed_in(bench);
  bench.tap(intent::OpenLine{4});
  const auto appointment = bench.model.line()->appointment();
  bench.desk.reception.mutable_lines()->SwapElements(4, 7);
  bench.desk.reception.mutable_lines()->DeleteSubrange(0, 2);
  auto news = bench.desk.pulse();
  news.set_version(50);
  bench.on(news).settle();
  REQUIRE(bench.model.line());
  CHECK(bench.model.line()->appointment() == appointment);
  bench.desk.reception.clear_lines();
  news.set_version(51);
  bench.on(news).settle();
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::none);
}

TEST_CASE("who signs in while the clock is unset is asked for date and time, once", "[kiosk][N8]") {
  Bench<ReceptionDesk> bench;
  bench.desk.clock_unset = true;
  signed_in(bench);
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::clock);
  bench.tap(intent::CloseDialog{}).on(bench.desk.pulse()).settle();
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::none);
  bench.tap(intent::Lock{}).settle();
  signed_in_again(bench);
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::clock);
  // Central has brought the time meanwhile.
  bench.desk.clock_unset = false;
  bench.on(bench.desk.pulse());
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::none);
}

TEST_CASE("who signs in while the clock is right is asked for nothing", "[kiosk][N8]") {
  Bench<ReceptionDesk> bench;
  signed_in(bench);
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::none);
}

TEST_CASE("a line that is only asked of central opens nothing", "[kiosk][Q2][S1]") {
  Bench<ReceptionDesk> bench;
  bench.desk.reception.mutable_lines(5)->clear_appointment();  // As a request has it.
  signed_in(bench);
  bench.tap(intent::OpenLine{5});
  CHECK(bench.model.dialog() == ReceptionDesk::Dialog::none);
}

TEST_CASE("date and time are set in the point's zone, and only when they are a time", "[kiosk]") {
  Settings settings;
  settings.instant_of = [](const std::string& civil, const std::string& zone) -> std::optional<std::int64_t> {
    if (civil == "2026-11-22T10:43" && zone == "Europe/Kyiv") return 77;
    return std::nullopt;
  };
  Bench<ReceptionDesk> bench(settings);
  bench.desk.clock_unset = true;
  signed_in(bench);
  bench.tap(intent::OpenClock{}).type("229920261043").tap(intent::Forward{}).collect();
  CHECK(bench.asked.empty());
  bench.tap(intent::OpenClock{}).type("221120261043").tap(intent::Forward{}).collect();
  REQUIRE_FALSE(bench.asked.empty());
  CHECK(bench.last().set_clock().wall_ms() == 77);
}

}  // namespace
}  // namespace feldsher::kiosk
