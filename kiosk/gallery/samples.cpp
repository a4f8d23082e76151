#include "kiosk/gallery/samples.hpp"

#include "kiosk/gallery/pretend_desk.hpp"
#include "kiosk/locale/wall_clock.hpp"

namespace feldsher::kiosk {
namespace {

using std::chrono::seconds;

/// Walks a station to a state: every step is an event or a tap, as in life.
class Walk {
 public:
  Walk(Role role, const std::string& language) : role_(role), desk(language) {
    Settings settings;
    settings.language = language;
    settings.room = desk.catalogue().rooms(0).id();
    settings.instant_of = instant_of;
    station_ = make_station(role, settings, [n = 0]() mutable {
      Octets id(16, '\x02');
      id[15] = static_cast<char>(++n);
      return id;
    });
  }

  Walk& meet() { return event(Connection{true}).event(desk.pulse()).settle(); }
  Walk& event(const Event& one) {
    station_->on(one, now_);
    return *this;
  }
  Walk& tap(const Intent& one) {
    station_->on(one, now_);
    return *this;
  }
  Walk& type(const std::string& digits) {
    for (const char c : digits) tap(intent::Digit{c});
    return *this;
  }
  /// The desk answers until nothing is asked.
  Walk& settle() {
    for (auto asks = station_->take_outgoing(); !asks.empty(); asks = station_->take_outgoing())
      for (const auto& ask : asks) station_->on(Event(desk.answer(ask)), now_);
    return *this;
  }
  Walk& pass(seconds time, bool pulses = true) {
    for (seconds i{0}; i < time; ++i) {
      now_ += seconds(1);
      if (pulses && i.count() % 5 == 0) station_->on(Event(desk.pulse()), now_);
      station_->on(Event(Tick{}), now_);
    }
    return *this;
  }
  Walk& sign_in() {
    meet().tap(intent::ChoosePerson{person()}).type("2468").tap(intent::Forward{});
    return settle();
  }
  Octets person() const {
    const auto catalogue = desk.catalogue();
    for (const auto& one : catalogue.people())
      if (one.roles(0) == (role_ == Role::room ? v1::DOCTOR : v1::REGISTRAR)) return one.id();
    return {};
  }
  Octets service(int i) const { return desk.catalogue().services(i).id(); }
  Sample done(const std::string& state) {
    const bool portrait = role_ == Role::check_in || role_ == Role::survey;
    return {std::string(name_of(role_)), state, portrait, now_, std::move(station_)};
  }

 private:
  Role role_;

 public:
  PretendDesk desk;

 private:
  std::unique_ptr<Station> station_;
  Moment now_{1000};
};

void add_check_in(std::vector<Sample>& out, const std::string& language) {
  const auto walk = [&] { return Walk(Role::check_in, language); };
  const auto by_phone = [&](Walk& one) -> Walk& {
    return one.meet()
        .tap(intent::HaveAppointment{})
        .type("0501234567")
        .tap(intent::Forward{})
        .type("09031956");
  };
  out.push_back(walk().meet().done("welcome"));
  out.push_back(walk().pass(seconds(20)).done("away"));
  out.push_back(walk().meet().tap(intent::NoAppointment{}).done("services"));
  {
    Walk one = walk();
    one.desk.services_offered = 3;
    out.push_back(one.meet().tap(intent::NoAppointment{}).done("services-few"));
  }
  out.push_back(walk().meet().tap(intent::HaveAppointment{}).done("phone-empty"));
  out.push_back(walk().meet().tap(intent::HaveAppointment{}).type("+380501234567").done("phone"));
  {
    Walk one = walk();
    out.push_back(by_phone(one).done("birth-date"));
  }
  {
    Walk one = walk();
    out.push_back(by_phone(one)
                      .tap(intent::Erase{})
                      .tap(intent::Erase{})
                      .tap(intent::Erase{})
                      .tap(intent::Erase{})
                      .done("birth-date-half"));
  }
  {
    Walk one = walk();
    out.push_back(one.meet()
                      .tap(intent::HaveAppointment{})
                      .type("0501234567")
                      .tap(intent::Forward{})
                      .type("31021956")
                      .done("birth-date-wrong"));
  }
  {
    Walk one = walk();
    out.push_back(by_phone(one).tap(intent::Forward{}).pass(seconds(3)).done("waiting"));
  }
  {
    Walk one = walk();
    out.push_back(by_phone(one).tap(intent::Forward{}).pass(seconds(9), false).done("waiting-long"));
  }
  {
    Walk one = walk();
    out.push_back(by_phone(one).tap(intent::Forward{}).settle().done("ticket"));
  }
  out.push_back(walk()
                    .meet()
                    .tap(intent::NoAppointment{})
                    .tap(intent::ChooseService{Walk(Role::check_in, language).service(1)})
                    .settle()
                    .done("ticket-prepared"));
  {
    Walk one = walk();
    one.desk.refuse = v1::ASK_NOT_FOUND;
    out.push_back(by_phone(one).tap(intent::Forward{}).settle().done("refused"));
  }
  {
    Walk one = walk();
    one.desk.refuse = v1::ASK_TOO_MANY_TRIES;
    one.desk.retry_after_s = 42;
    out.push_back(by_phone(one).tap(intent::Forward{}).settle().done("refused-wait"));
  }
  {
    Walk one = walk();
    one.desk.refuse = v1::ASK_TOO_MANY_TRIES;
    one.desk.retry_after_s = 960;
    out.push_back(by_phone(one).tap(intent::Forward{}).settle().done("refused-wait-long"));
  }
  {
    Walk one = walk();
    one.desk.refuse = v1::ASK_DISK_FULL;
    out.push_back(by_phone(one).tap(intent::Forward{}).settle().done("refused-disk"));
  }
  {
    Walk one = walk();
    one.meet();
    for (const char c : std::string("FX9")) one.event(Typed{static_cast<char32_t>(c)});
    out.push_back(one.event(Entered{}).done("refused-pass"));
  }
  out.push_back(walk().meet().tap(intent::HaveAppointment{}).pass(seconds(49)).done("countdown"));
}

void add_survey(std::vector<Sample>& out, const std::string& language) {
  const auto walk = [&] { return Walk(Role::survey, language); };
  out.push_back(walk().meet().type("482").done("code"));
  out.push_back(walk().meet().type("482913").settle().done("faces"));
  out.push_back(
      walk().meet().type("482913").settle().tap(intent::Rate{4}).tap(intent::Rate{5}).done("eleven"));
  out.push_back(walk()
                    .meet()
                    .type("482913")
                    .settle()
                    .tap(intent::Rate{4})
                    .tap(intent::Rate{5})
                    .tap(intent::Rate{9})
                    .settle()
                    .done("thanks"));
  Walk one = walk();
  one.desk.refuse = v1::ASK_CODE_UNKNOWN;
  out.push_back(one.meet().type("482913").settle().done("refused"));
}

void add_board(std::vector<Sample>& out, const std::string& language) {
  const auto walk = [&] { return Walk(Role::board, language); };
  const PretendDesk desk(language);
  out.push_back(walk().meet().event(desk.board()).done("calls"));
  v1::BoardSnapshot next = desk.board();
  next.set_version(2);
  next.mutable_called(0)->set_call(2);
  out.push_back(walk().meet().event(desk.board()).event(next).done("announcing"));
  out.push_back(walk().meet().event(desk.board()).pass(seconds(20), false).done("silent"));
  v1::BoardSnapshot empty = desk.board();
  empty.clear_called();
  empty.clear_serving();
  empty.clear_waiting();
  out.push_back(walk().meet().event(empty).done("empty"));
}

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
  out.push_back(walk().sign_in().tap(intent::OpenLine{2}).tap(intent::OpenPriorities{}).done("priorities"));
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

std::vector<Sample> samples(const std::string& language) {
  std::vector<Sample> out;
  add_check_in(out, language);
  add_board(out, language);
  add_survey(out, language);
  add_room(out, language);
  add_reception(out, language);
  return out;
}

}  // namespace feldsher::kiosk
