#include "kiosk/model/patient_screen.hpp"

#include <algorithm>

namespace feldsher::kiosk {

PatientScreen::PatientScreen(Settings settings, MakeId make_id)
    : settings_(std::move(settings)),
      desk_(std::move(make_id), DeskLine::Wants::catalogue),
      idle_(settings_.quiet, settings_.countdown),
      language_(settings_.language) {}

const char* PatientScreen::absence_name(Moment now) const {
  if (desk_.ready(now)) return nullptr;
  return desk_.presence(now) == Presence::away ? "away" : "starting";
}

void PatientScreen::hear(const Event& event, Moment now) {
  std::visit(
      Match{[&](const Connection& up) { desk_.on(up, now); },
            [&](const v1::Pulse& pulse) { desk_.on(pulse, now); }, [&](Tick tick) { desk_.on(tick, now); },
            [&](Typed) { idle_.touch(now); }, [&](Entered) { idle_.touch(now); }, [](const auto&) {}},
      event);
}

void PatientScreen::choose_language(const intent::ChooseLanguage& chosen) {
  if (std::ranges::count(settings_.languages, chosen.language)) language_ = chosen.language;
}

void PatientScreen::send(v1::Ask ask, Moment now) {
  ask.set_language(language_);
  ask_ = desk_.send(std::move(ask), now);
}

void PatientScreen::let_go() {
  if (!ask_.empty()) desk_.forget(ask_);
  ask_.clear();
}

std::optional<v1::Ask> PatientScreen::reply_to(const v1::Answer& answer, Moment now) {
  auto ask = desk_.on(answer, now);
  if (!ask || answer.ask() != ask_) return std::nullopt;
  ask_.clear();
  idle_.touch(now);
  return ask;
}

void PatientScreen::refused(v1::AskRefusal refusal, std::uint32_t retry_after_s, Moment now) {
  refusal_ = refusal;
  retry_at_ = now + std::chrono::seconds(retry_after_s);
}

int PatientScreen::retry_seconds(Moment now) const {
  return now >= retry_at_ ? 0 : static_cast<int>(((retry_at_ - now).count() + 999) / 1000);
}

std::optional<int> PatientScreen::countdown(bool untouched, Moment now) const {
  return untouched && language_ == settings_.language ? std::nullopt : idle_.seconds_left(now);
}

void PatientScreen::wipe() {
  let_go();
  refusal_ = v1::ASK_GRANTED;
  retry_at_ = {};
  language_ = settings_.language;
}

}  // namespace feldsher::kiosk
