#include "kiosk/model/survey.hpp"

#include <algorithm>

namespace feldsher::kiosk {

SurveyDesk::SurveyDesk(Settings settings, MakeId make_id)
    : settings_(std::move(settings)),
      desk_(std::move(make_id), DeskLine::Wants::catalogue),
      idle_(settings_.quiet, settings_.countdown),
      language_(settings_.language) {}

const char* SurveyDesk::screen_name(Moment now) const {
  if (screen_ == Screen::code && !desk_.ready(now))
    return desk_.presence(now) == Presence::away ? "away" : "starting";
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
  std::visit(Match{[&](const Connection& up) { desk_.on(up, now); },
                   [&](const v1::Pulse& pulse) { desk_.on(pulse, now); }, [&](const v1::BoardSnapshot&) {},
                   [&](const v1::Answer& answer) { answered(answer, now); },
                   [&](Typed typed) {
                     idle_.touch(now);
                     if (scan_.typed(typed.character, now)) return;
                     if (typed.character < 0x80) digit(static_cast<char>(typed.character), now);
                   },
                   [&](Entered) {
                     idle_.touch(now);
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
                   [&](Tick tick) {
                     desk_.on(tick, now);
                     if (screen_ == Screen::thanks ? now >= until_ : idle_.over(now)) wipe();
                   }},
             event);
}

void SurveyDesk::on(const Intent& intent, Moment now) {
  idle_.touch(now);
  std::visit(Match{[&](const intent::ChooseLanguage& chosen) {
                     if (std::ranges::count(settings_.languages, chosen.language))
                       language_ = chosen.language;
                   },
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
  ask.set_language(language_);
  ask.mutable_open_survey()->set_code(code_);
  ask_ = desk_.send(std::move(ask), now);
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
  ask.set_language(language_);
  ask.mutable_answer_survey()->set_code(code_);
  for (const auto& one : items_) *ask.mutable_answer_survey()->add_items() = one;
  ask_ = desk_.send(std::move(ask), now);
  screen_ = Screen::sending;
}

void SurveyDesk::back() {
  if (screen_ == Screen::question && question_ > 0)
    --question_;
  else if (screen_ != Screen::sending)  // Once sent, the answers count: there is nothing to go back to.
    wipe();
}

void SurveyDesk::answered(const v1::Answer& answer, Moment now) {
  const auto ask = desk_.on(answer, now);
  if (!ask || answer.ask() != ask_) return;
  ask_.clear();
  idle_.touch(now);
  if (answer.refusal() != v1::ASK_GRANTED) {
    refusal_ = answer.refusal();
    retry_at_ = now + std::chrono::seconds(answer.retry_after_s());
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

int SurveyDesk::retry_seconds(Moment now) const {
  if (screen_ != Screen::refused || now >= retry_at_) return 0;
  return static_cast<int>(((retry_at_ - now).count() + 999) / 1000);
}

std::optional<int> SurveyDesk::seconds_left(Moment now) const {
  if (screen_ == Screen::thanks)
    return static_cast<int>(std::max<std::int64_t>(0, (until_ - now).count() + 999) / 1000);
  const bool untouched = screen_ == Screen::code && code_.empty() && language_ == settings_.language;
  return untouched ? std::nullopt : idle_.seconds_left(now);
}

void SurveyDesk::wipe() {
  if (!ask_.empty()) desk_.forget(ask_);
  ask_.clear();
  code_.clear();
  opened_.Clear();
  items_.clear();
  question_ = 0;
  refusal_ = v1::ASK_GRANTED;
  retry_at_ = {};
  language_ = settings_.language;
  screen_ = Screen::code;
}

}  // namespace feldsher::kiosk
