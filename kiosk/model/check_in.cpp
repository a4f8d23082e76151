#include "kiosk/model/check_in.hpp"

#include <algorithm>

namespace feldsher::kiosk {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

CheckIn::CheckIn(Settings settings, MakeId make_id)
    : PatientScreen(std::move(settings), std::move(make_id)) {}

const char* CheckIn::screen_name(Moment now) const {
  if (const char* absence = screen_ == Screen::welcome ? absence_name(now) : nullptr) return absence;
  switch (screen_) {
    case Screen::welcome:
      return "welcome";
    case Screen::services:
      return "services";
    case Screen::phone:
      return "phone";
    case Screen::birth_date:
      return "birth-date";
    case Screen::waiting:
      return patience(now) == Patience::away ? "waiting-long" : "waiting";
    case Screen::ticket:
      return "ticket";
    case Screen::refused:
      return "refused";
  }
  return "?";
}

void CheckIn::on(const Event& event, Moment now) {
  hear(event, now);
  std::visit(Match{[&](const v1::Answer& answer) { answered(answer, now); },
                   [&](Typed typed) {
                     if (scan_.typed(typed.character, now)) return;
                     if (typed.character < 0x80) digit(static_cast<char>(typed.character));
                   },
                   [&](Entered) {
                     if (const auto text = scan_.entered(now))
                       scanned(*text, now);
                     else
                       forward(now);
                   },
                   [&](Erased) { on(Intent(intent::Erase{}), now); },
                   [&](Tick) {
                     if (screen_ == Screen::ticket ? now >= ticket_until_ : idle_.over(now)) wipe();
                   },
                   [](const auto&) {}},
             event);
}

void CheckIn::on(const Intent& intent, Moment now) {
  idle_.touch(now);
  std::visit(Match{[&](const intent::ChooseLanguage& chosen) { choose_language(chosen); },
                   [&](intent::HaveAppointment) {
                     if (screen_ == Screen::welcome || screen_ == Screen::refused) show(Screen::phone);
                   },
                   [&](intent::NoAppointment) {
                     if (screen_ == Screen::welcome || screen_ == Screen::refused) show(Screen::services);
                   },
                   [&](const intent::ChooseService& chosen) {
                     if (screen_ != Screen::services) return;
                     v1::Ask ask;
                     ask.mutable_walk_in()->set_service(chosen.service);
                     submit(std::move(ask), now);
                   },
                   [&](intent::Digit typed) { digit(typed.character); },
                   [&](intent::Erase) {
                     auto& field = screen_ == Screen::birth_date ? birth_ : phone_;
                     if (!field.empty()) field.pop_back();
                   },
                   [&](intent::Forward) { forward(now); }, [&](intent::Back) { back(now); },
                   [&](intent::Home) { wipe(); }, [](const auto&) {}},
             intent);
}

void CheckIn::scanned(const std::string& text, Moment now) {
  // While one ask is in hand a second pass would be somebody else's.
  if (screen_ == Screen::waiting) return;
  if (screen_ == Screen::ticket) wipe();  // The next person is already here.
  if (!text.starts_with("FP1:")) {
    asked_from_ = Screen::welcome;
    refused(v1::ASK_PASS_INVALID, 0, now);
    show(Screen::refused);
    return;
  }
  v1::Ask ask;
  ask.mutable_check_in_by_pass()->set_pass(text);
  show(Screen::welcome);
  submit(std::move(ask), now);
}

void CheckIn::digit(char character) {
  if (screen_ == Screen::phone) {
    const bool fits = phone_.size() < 16;
    if (fits && (is_digit(character) || (character == '+' && phone_.empty()))) phone_ += character;
  } else if (screen_ == Screen::birth_date) {
    if (is_digit(character) && birth_.size() < 8) birth_ += character;
  }
}

bool CheckIn::phone_complete() const { return std::ranges::count_if(phone_, is_digit) >= 9; }

std::string CheckIn::birth_date_iso() const {
  if (birth_.size() != 8) return {};
  using namespace std::chrono;
  const int wanted_year = std::stoi(birth_.substr(4));
  const year_month_day date{year(wanted_year), month(static_cast<unsigned>(std::stoi(birth_.substr(2, 2)))),
                            day(static_cast<unsigned>(std::stoi(birth_.substr(0, 2))))};
  // The desk knows today's date, this terminal may not: only what can't be a living person's is refused.
  if (!date.ok() || wanted_year < 1900 || wanted_year > 2100) return {};
  return birth_.substr(4) + "-" + birth_.substr(2, 2) + "-" + birth_.substr(0, 2);
}

bool CheckIn::birth_date_wrong() const { return birth_.size() == 8 && birth_date_iso().empty(); }

void CheckIn::forward(Moment now) {
  if (screen_ == Screen::phone && phone_complete()) {
    show(Screen::birth_date);
  } else if (screen_ == Screen::birth_date && !birth_date_iso().empty()) {
    v1::Ask ask;
    ask.mutable_check_in_by_phone()->set_phone(phone_);
    ask.mutable_check_in_by_phone()->set_birth_date(birth_date_iso());
    submit(std::move(ask), now);
  } else if (screen_ == Screen::refused && retry_seconds(now) == 0) {
    // "Try again": what was typed is still there to be put right.
    show(asked_from_ == Screen::birth_date ? Screen::phone : asked_from_);
  }
}

void CheckIn::back(Moment now) {
  switch (screen_) {
    case Screen::birth_date:
      show(Screen::phone);
      break;
    case Screen::waiting:
      let_go();
      show(asked_from_);
      break;
    case Screen::refused:
      forward(now);
      break;
    default:
      wipe();
  }
}

void CheckIn::submit(v1::Ask ask, Moment now) {
  asked_from_ = screen_;
  send(std::move(ask), now);
  show(Screen::waiting);
}

void CheckIn::answered(const v1::Answer& answer, Moment now) {
  if (!reply_to(answer, now)) return;
  if (answer.refusal() == v1::ASK_GRANTED && answer.has_checked_in()) {
    ticket_ = answer.checked_in();
    ticket_until_ = now + ticket_time;
    show(Screen::ticket);
    return;
  }
  refused(answer.refusal() == v1::ASK_GRANTED ? v1::ASK_MALFORMED : answer.refusal(), answer.retry_after_s(),
          now);
  show(Screen::refused);
}

std::optional<int> CheckIn::seconds_left(Moment now) const {
  if (screen_ == Screen::ticket) {
    const auto left = (ticket_until_ - now).count();
    return left <= 0 ? 0 : static_cast<int>((left + 999) / 1000);
  }
  return countdown(screen_ == Screen::welcome, now);
}

void CheckIn::wipe() {
  PatientScreen::wipe();
  // Overwritten before they are released: a core dump of a kiosk must not hold the last patient.
  std::ranges::fill(phone_, '0');
  std::ranges::fill(birth_, '0');
  phone_.clear();
  birth_.clear();
  ticket_.Clear();
  asked_from_ = Screen::welcome;
  show(Screen::welcome);
}

}  // namespace feldsher::kiosk
