#include "kiosk/model/staff_screen.hpp"

#include <algorithm>

namespace feldsher::kiosk {

StaffScreen::StaffScreen(Settings settings, MakeId make_id, v1::Role role)
    : settings_(std::move(settings)),
      desk_(std::move(make_id), DeskLine::Wants::catalogue),
      door_(role),
      language_(settings_.language) {}

const char* StaffScreen::door_name() const {
  if (!door_.open() && !desk_.catalogue()) return "starting";
  switch (door_.state()) {
    case StaffDoor::State::choosing:
      return "people";
    case StaffDoor::State::pin:
    case StaffDoor::State::checking:
      return "pin";
    case StaffDoor::State::open:
      break;
  }
  return nullptr;
}

void StaffScreen::hear(const Event& event, Moment now) {
  std::visit(Match{[&](const Connection& up) { desk_.on(up, now); },
                   [&](const v1::Pulse& pulse) { desk_.on(pulse, now); },
                   [&](Typed typed) {
                     door_.touch(now);
                     if (typed.character < 0x80) door_.typed(static_cast<char>(typed.character));
                   },
                   [&](Entered) {
                     door_.touch(now);
                     door_.submit(desk_, now);
                   },
                   [&](Tick tick) {
                     desk_.on(tick, now);
                     acts_.tick(now);
                     if (door_.tick(desk_, now)) forget_work();
                   },
                   [](const auto&) {}},
             event);
}

bool StaffScreen::took(const Intent& intent, Moment now) {
  if (const auto* chosen = std::get_if<intent::ChooseLanguage>(&intent)) {
    door_.touch(now);
    if (std::ranges::count(settings_.languages, chosen->language)) language_ = chosen->language;
    return true;
  }
  const bool was_open = door_.open();
  if (!door_.on(intent, desk_, now)) return false;
  if (was_open) forget_work();
  return true;
}

std::optional<StaffScreen::Reply> StaffScreen::reply_to(const v1::Answer& answer, Moment now) {
  auto ask = desk_.on(answer, now);
  if (!ask || door_.on(*ask, answer, now)) return std::nullopt;
  if (!door_.open() || ask->session() != door_.session()) return std::nullopt;
  if (answer.refusal() == v1::ASK_NOT_SIGNED_IN) {
    // The desk restarted: sessions live in its memory only.
    door_.shut();
    forget_work();
    return std::nullopt;
  }
  const bool was_act = acts_.on(*ask, answer, now);
  return Reply{std::move(*ask), was_act};
}

v1::Ask StaffScreen::own_ask() const {
  v1::Ask ask;
  ask.set_session(door_.session());
  ask.set_language(language_);
  return ask;
}

bool StaffScreen::is_stale(Moment now) const {
  return seen_changes_ != desk_.changes() || now - view_at_ >= std::chrono::seconds(60);
}

void StaffScreen::now_fresh(Moment now) {
  seen_changes_ = desk_.changes();
  view_at_ = now;
}

void StaffScreen::forget_work() {
  acts_.clear(desk_);
  language_ = settings_.language;
}

}  // namespace feldsher::kiosk
