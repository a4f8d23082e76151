#include "kiosk/gallery/samples.hpp"

#include "kiosk/gallery/walk.hpp"

namespace feldsher::kiosk {
namespace {

using std::chrono::seconds;

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
    one.desk.instead_of = "A009";
    out.push_back(by_phone(one).tap(intent::Forward{}).settle().done("ticket-instead"));
  }
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
  const std::pair<v1::AskRefusal, const char*> refusals[] = {{v1::ASK_CODE_UNKNOWN, "refused"},
                                                             {v1::ASK_WRONG_STATE, "refused-early"}};
  for (const auto& [refusal, state] : refusals) {
    Walk one = walk();
    one.desk.refuse = refusal;
    out.push_back(one.meet().type("482913").settle().done(state));
  }
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
  v1::BoardSnapshot ended = desk.board();
  for (const char* label : {"A003", "A004", "B011", "E001"}) ended.add_ended()->set_label(label);
  out.push_back(walk().meet().event(ended).done("ended"));
}

}  // namespace

std::vector<Sample> samples(const std::string& language) {
  std::vector<Sample> out;
  add_check_in(out, language);
  add_board(out, language);
  add_survey(out, language);
  add_staff_samples(out, language);
  return out;
}

}  // namespace feldsher::kiosk
