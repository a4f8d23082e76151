#include "kiosk/model/survey.hpp"

#include <algorithm>

namespace feldsher::kiosk {

SurveyDesk::SurveyDesk(Settings settings, MakeId make_id)
    : PatientScreen(std::move(settings), std::move(make_id)) {}

const char* SurveyDesk::screen_name(Moment now) const {
  if (const char* absence = screen_ == Screen::code ? absence_name(now) : nullptr) return absence;
  switch (screen_) {
    case Screen::code:
      return "code";
    case Screen::opening:
      return "opening";
    case Screen::question:
      return "question";
    case Screen::sending:
      return "sending";
    case Screen::thanks:
      return "thanks";
    case Screen::refused:
      return "refused";
  }
  return "?";
}

void SurveyDesk::on(const Event& event, Moment now) {
  hear(event, now);
  std::visit(Match{[&](const v1::Answer& answer) { answered(answer, now); },
                   [&](Typed typed) {
                     if (scan_.typed(typed.character, now)) return;
                     if (typed.character < 0x80) digit(static_cast<char>(typed.character), now);
                   },
                   [&](Entered) {
                     const auto text = scan_.entered(now);
                     if (!text || !text->starts_with("FS1:") || text->size() != 10) return;
                     if (screen_ != Screen::code && screen_ != Screen::thanks && screen_ != Screen::refused)
                       return;
                     const std::string chosen = language_;
                     const bool same_person = screen_ == Screen::code;
                     wipe();
                     if (same_person) language_ = chosen;
                     for (const char c : text->substr(4)) digit(c, now);
                   },
                   [&](Erased) { on(Intent(intent::Erase{}), now); },
                   [&](Tick) {
                     if (screen_ == Screen::thanks ? now >= until_ : idle_.over(now)) wipe();
                   },
                   [](const auto&) {}},
             event);
}

void SurveyDesk::on(const Intent& intent, Moment now) {
  idle_.touch(now);
  std::visit(Match{[&](const intent::ChooseLanguage& chosen) { choose_language(chosen); },
                   [&](intent::Digit typed) { digit(typed.character, now); },
                   [&](intent::Erase) {
                     if (screen_ == Screen::code && !code_.empty()) code_.pop_back();
                   },
                   [&](intent::Rate rated) { rate(rated.value, now); },
                   [&](intent::Forward) {
                     if (screen_ == Screen::refused && retry_seconds(now) == 0) wipe();
                   },
                   [&](intent::Back) { back(); }, [&](intent::Home) { wipe(); }, [](const auto&) {}},
             intent);
}

void SurveyDesk::digit(char character, Moment now) {
  if (screen_ != Screen::code || character < '0' || character > '9' || code_.size() >= 6) return;
  code_ += character;
  if (code_.size() == 6) open(now);
}

void SurveyDesk::open(Moment now) {
  v1::Ask ask;
  ask.mutable_open_survey()->set_code(code_);
  send(std::move(ask), now);
  screen_ = Screen::opening;
}

std::optional<std::uint32_t> SurveyDesk::chosen() const {
  if (screen_ != Screen::question || question_ >= items_.size()) return std::nullopt;
  return items_[question_].value();
}

void SurveyDesk::rate(std::uint32_t value, Moment now) {
  if (screen_ != Screen::question) return;
  const auto& questions = opened_.survey().questions();
  const auto& asked = questions[static_cast<int>(question_)];
  v1::SurveyItem item;
  item.set_link_id(asked.link_id());
  item.set_value(value);
  item.set_scale(asked.scale());
  if (items_.size() <= question_) items_.resize(question_ + 1);
  items_[question_] = std::move(item);
  if (++question_ < static_cast<std::size_t>(questions.size())) return;
  v1::Ask ask;
  ask.mutable_answer_survey()->set_code(code_);
  for (const auto& one : items_) *ask.mutable_answer_survey()->add_items() = one;
  send(std::move(ask), now);
  screen_ = Screen::sending;
}

void SurveyDesk::back() {
  if (screen_ == Screen::question && question_ > 0)
    --question_;
  else if (screen_ != Screen::sending)  // Once sent, the answers count: there is nothing to go back to.
    wipe();
}

void SurveyDesk::answered(const v1::Answer& answer, Moment now) {
  const auto ask = reply_to(answer, now);
  if (!ask) return;
  if (answer.refusal() != v1::ASK_GRANTED) {
    refused(answer.refusal(), answer.retry_after_s(), now);
    screen_ = Screen::refused;
  } else if (ask->has_open_survey() && answer.survey().survey().questions_size() > 0) {
    opened_ = answer.survey();
    question_ = 0;
    screen_ = Screen::question;
  } else {
    until_ = now + thanks_time;
    screen_ = Screen::thanks;
  }
}

std::optional<int> SurveyDesk::seconds_left(Moment now) const {
  if (screen_ == Screen::thanks)
    return static_cast<int>(std::max<std::int64_t>(0, (until_ - now).count() + 999) / 1000);
  return countdown(screen_ == Screen::code && code_.empty(), now);
}

void SurveyDesk::wipe() {
  PatientScreen::wipe();
  code_.clear();
  opened_.Clear();
  items_.clear();
  question_ = 0;
  screen_ = Screen::code;
}

}  // namespace feldsher::kiosk
