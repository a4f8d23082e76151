#include "kiosk/gallery/walk.hpp"

namespace feldsher::kiosk {
namespace {

using std::chrono::seconds;

void add_room(std::vector<Sample>& out, const std::string& language) {
  const auto walk = [&] { return Walk(Role::room, language); };
  out.push_back(walk().meet().done("people"));
  {
    Walk one = walk();
    one.desk.refuse = v1::ASK_PIN_WRONG;
    out.push_back(one.meet()
                      .tap(intent::ChoosePerson{one.person()})
                      .type("1111")
                      .tap(intent::Forward{})
                      .settle()
                      .type("24")
                      .done("pin"));
  }
  {
    Walk one = walk();
    one.desk.refuse = v1::ASK_PIN_WRONG;
    out.push_back(one.meet()
                      .tap(intent::ChoosePerson{one.person()})
                      .type("1111")
                      .tap(intent::Forward{})
                      .settle()
                      .done("pin-wrong"));
  }
  out.push_back(walk().sign_in().done("free"));
  for (const bool serving : {false, true}) {
    Walk one = walk();
    const auto status = serving ? v1::TICKET_SERVING : v1::TICKET_CALLED;
    *one.desk.room.mutable_current() = staff_ticket("A014", status, v1::PRIORITY_FRAIL, "Олена К.");
    one.desk.room.mutable_current()->set_calls(2);
    one.desk.room.mutable_current()->set_civil("09:50");
    one.sign_in().tap(serving ? Intent(intent::StartTicket{}) : Intent(intent::CallTicketAgain{})).settle();
    out.push_back(one.done(serving ? "serving" : "called"));
  }
  {
    Walk one = walk();
    *one.desk.room.mutable_current() =
        staff_ticket("A014", v1::TICKET_CALLED, v1::PRIORITY_APPOINTMENT, "Олена К.");
    out.push_back(one.sign_in().tap(intent::OpenTransfer{}).done("transfer"));
  }
  {
    Walk one = walk();
    *one.desk.room.mutable_current() =
        staff_ticket("A014", v1::TICKET_CALLED, v1::PRIORITY_APPOINTMENT, "Олена К.");
    one.sign_in();
    one.desk.room.clear_current();
    auto news = one.desk.pulse();
    news.set_version(2);
    out.push_back(one.event(news).settle().done("ended-elsewhere"));
  }
  out.push_back(walk().sign_in().tap(intent::CallNextTicket{}).pass(seconds(17), false).done("away"));
}

void add_reception(std::vector<Sample>& out, const std::string& language) {
  const auto walk = [&] {
    Walk one(Role::reception, language);
    one.desk.connected = false;
    return one;
  };
  out.push_back(walk().meet().done("people"));
  out.push_back(walk().sign_in().done("list"));
  out.push_back(walk().sign_in().tap(intent::OpenLine{4}).done("line"));
  for (const bool opened : {false, true}) {
    Walk one = walk();
    one.desk.point.set_unsealed(true);
    one.desk.reception.mutable_lines(4)->set_visit(v1::VISIT_ENDED);
    one.sign_in();
    if (opened) one.tap(intent::OpenLine{4});
    out.push_back(one.done(opened ? "line-interrupted" : "list-interrupted"));
  }
  {
    Walk one = walk();
    one.desk.instead_of = "A009";
    one.sign_in().tap(intent::OpenLine{4}).tap(intent::MarkHere{});
    out.push_back(one.settle().done("slip-instead"));
  }
  out.push_back(walk().sign_in().tap(intent::OpenLine{2}).tap(intent::OpenPriorities{}).done("priorities"));
  out.push_back(
      walk().sign_in().tap(intent::OpenLine{10}).tap(intent::OpenPriorities{}).done("priorities-walk-in"));
  for (const bool acts : {false, true}) {
    Walk one = walk();
    one.desk.point.set_acts_unsynced(acts ? 14 : 0);
    one.desk.point.set_readings_unsynced(380);
    one.desk.point.set_oldest_unsynced_ms(one.desk.point.wall_ms() - 5 * 24 * 3'600'000LL);
    out.push_back(one.sign_in().done(acts ? "list-all-waits" : "list-readings-wait"));
  }
  {
    Walk one = walk();
    one.desk.connected = true;
    one.desk.point.set_connected(true);
    one.desk.point.set_acts_unsynced(0);
    one.desk.point.set_oldest_unsynced_ms(0);
    out.push_back(one.sign_in().done("list-all-sent"));
  }
  out.push_back(walk().sign_in().tap(intent::OpenWalkIn{}).done("walk-in"));
  out.push_back(walk()
                    .sign_in()
                    .tap(intent::OpenWalkIn{})
                    .tap(intent::ChooseService{walk().service(0)})
                    .settle()
                    .done("slip"));
  {
    Walk one = walk();
    one.desk.clock_unset = true;
    out.push_back(one.sign_in().type("221120").done("clock"));
  }
  {
    Walk one = walk();
    one.desk.clock_unset = true;
    out.push_back(one.sign_in().tap(intent::CloseDialog{}).done("list-clock-unset"));
  }
  {
    Walk one = walk();
    one.desk.clock_unset = true;
    one.sign_in().type("221120200943");
    one.desk.refuse = v1::ASK_BEFORE_FLOOR;
    out.push_back(one.tap(intent::Forward{}).settle().done("clock-before-floor"));
  }
  {
    Walk one = walk();
    one.desk.reception.mutable_lines(5)->set_lapsed(true);
    one.desk.reception.set_open_requests(0);
    one.desk.reception.set_lapsed_requests(1);
    one.desk.point.set_disk(v1::DISK_NO_READINGS);
    one.desk.point.set_readings_refused(300);
    out.push_back(one.sign_in().done("list-lapsed-disk"));
  }
  {
    Walk one = walk();
    one.desk.point.set_disk(v1::DISK_NO_CHECK_INS);
    one.sign_in().tap(intent::OpenWalkIn{});
    one.desk.refuse = v1::ASK_DISK_FULL;
    out.push_back(
        one.tap(intent::ChooseService{one.service(0)}).settle().tap(intent::CloseDialog{}).done("disk-full"));
  }
}

}  // namespace

void add_staff_samples(std::vector<Sample>& out, const std::string& language) {
  add_room(out, language);
  add_reception(out, language);
}

}  // namespace feldsher::kiosk
