#include "kiosk/model/reception.hpp"

#include <algorithm>
#include <utility>

namespace feldsher::kiosk {

ReceptionDesk::ReceptionDesk(Settings settings, MakeId make_id)
    : StaffScreen(std::move(settings), std::move(make_id), v1::REGISTRAR) {}

const char* ReceptionDesk::screen_name(Moment) const {
  if (const char* door = door_name()) return door;
  switch (dialog_) {
    case Dialog::none:
      return "list";
    case Dialog::line:
      return "line";
    case Dialog::priorities:
      return "priorities";
    case Dialog::walk_in:
      return "walk-in";
    case Dialog::slip:
      return "slip";
    case Dialog::clock:
      return "clock";
  }
  return "?";
}

std::size_t ReceptionDesk::pages() const {
  const auto lines = view_ ? static_cast<std::size_t>(view_->lines_size()) : 0;
  return std::max<std::size_t>(1, (lines + lines_a_page - 1) / lines_a_page);
}

const v1::ReceptionLine* ReceptionDesk::line() const {
  if (!view_) return nullptr;
  for (const auto& one : view_->lines()) {
    if (!line_appointment_.empty() && one.appointment() == line_appointment_) return &one;
    if (line_appointment_.empty() && !line_ticket_.empty() && one.ticket().id() == line_ticket_) return &one;
  }
  return nullptr;
}

void ReceptionDesk::on(const Event& event, Moment now) {
  hear(event, now);
  std::visit(Match{[&](const v1::Answer& answer) { answered(answer, now); },
                   [&](Typed typed) {
                     if (typed.character < 0x80) digit(static_cast<char>(typed.character));
                   },
                   [&](Entered) {
                     if (dialog_ == Dialog::clock) set_clock(now);
                   },
                   [&](Erased) { on(Intent(intent::Erase{}), now); },
                   [&](Tick) {
                     if (dialog_ == Dialog::slip && now >= slip_until_) close_dialog();
                   },
                   [](const auto&) {}},
             event);
  if (door_.open() && view_ask_.empty() && point_ask_.empty() && (!view_ || is_stale(now))) refresh(now);
  if (door_.open() && desk_.clock_unset() && dialog_ == Dialog::none && !std::exchange(clock_asked_, true))
    open_clock();
  if (dialog_ == Dialog::clock && desk_.pulse() && !desk_.clock_unset()) close_dialog();
}

void ReceptionDesk::refresh(Moment now) {
  now_fresh(now);
  v1::Ask list = own_ask();
  list.mutable_reception();
  view_ask_ = desk_.send(std::move(list), now);
  v1::Ask point = own_ask();
  point.mutable_point();
  point_ask_ = desk_.send(std::move(point), now);
}

void ReceptionDesk::on(const Intent& intent, Moment now) {
  if (took(intent, now)) return;
  std::visit(
      Match{[&](intent::OpenLine opened) {
              if (!view_ || opened.index >= static_cast<std::size_t>(view_->lines_size())) return;
              const auto& one = view_->lines(static_cast<int>(opened.index));
              line_appointment_ = one.appointment();
              line_ticket_ = one.ticket().id();
              // What is only asked of central has neither: there is nothing to do about it.
              if (line()) dialog_ = Dialog::line;
            },
            [&](intent::TurnPage turn) {
              const auto wanted = static_cast<std::int64_t>(page_) + turn.by;
              page_ = static_cast<std::size_t>(
                  std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(pages()) - 1));
            },
            [&](intent::MarkHere) {
              if (dialog_ != Dialog::line || line_appointment_.empty()) return;
              v1::Ask ask;
              ask.set_language(language());
              ask.mutable_mark_present()->set_appointment(line_appointment_);
              acts_.act(std::move(ask), door_, desk_, now);
            },
            [&](intent::OpenPriorities) {
              if (line() && line()->has_ticket()) dialog_ = Dialog::priorities;
            },
            [&](intent::ChoosePriority chosen) {
              if (dialog_ == Dialog::walk_in) {
                walk_in_priority_ = chosen.priority;
              } else if (dialog_ == Dialog::priorities && line() && line()->has_ticket()) {
                v1::Ask ask;
                ask.mutable_prioritise()->set_ticket(line()->ticket().id());
                ask.mutable_prioritise()->set_priority(chosen.priority);
                if (acts_.act(std::move(ask), door_, desk_, now)) close_dialog();
              }
            },
            [&](intent::OpenWalkIn) {
              walk_in_priority_ = v1::PRIORITY_ORDINARY;
              dialog_ = Dialog::walk_in;
            },
            [&](const intent::ChooseService& chosen) {
              if (dialog_ != Dialog::walk_in) return;
              v1::Ask ask;
              ask.set_language(language());
              ask.mutable_walk_in()->set_service(chosen.service);
              ask.mutable_walk_in()->set_priority(walk_in_priority_);
              acts_.act(std::move(ask), door_, desk_, now);
            },
            [&](intent::OpenClock) { open_clock(); }, [&](intent::Digit typed) { digit(typed.character); },
            [&](intent::Erase) {
              if (!clock_.empty()) clock_.pop_back();
            },
            [&](intent::Forward) {
              if (dialog_ == Dialog::clock) set_clock(now);
            },
            [&](intent::UndoLast) { acts_.undo(door_, desk_, now); },
            [&](intent::CloseDialog) { close_dialog(); }, [](const auto&) {}},
      intent);
}

void ReceptionDesk::open_clock() {
  clock_.clear();
  dialog_ = Dialog::clock;
}

void ReceptionDesk::digit(char character) {
  if (dialog_ == Dialog::clock && character >= '0' && character <= '9' && clock_.size() < 12)
    clock_ += character;
}

std::optional<std::int64_t> ReceptionDesk::clock_ms() const {
  if (clock_.size() != 12 || !settings_.instant_of) return std::nullopt;
  const std::string civil = clock_.substr(4, 4) + "-" + clock_.substr(2, 2) + "-" + clock_.substr(0, 2) +
                            "T" + clock_.substr(8, 2) + ":" + clock_.substr(10, 2);
  const std::string zone = point_ ? point_->zone() : desk_.catalogue() ? desk_.catalogue()->zone() : "";
  return settings_.instant_of(civil, zone);
}

void ReceptionDesk::set_clock(Moment now) {
  const auto wall_ms = clock_ms();
  if (!wall_ms) return;
  v1::Ask ask;
  ask.mutable_set_clock()->set_wall_ms(*wall_ms);
  if (acts_.act(std::move(ask), door_, desk_, now)) close_dialog();
}

void ReceptionDesk::answered(const v1::Answer& answer, Moment now) {
  const auto reply = reply_to(answer, now);
  if (!reply) return;
  if (answer.ask() == view_ask_) view_ask_.clear();
  if (answer.ask() == point_ask_) point_ask_.clear();
  if (answer.has_point()) point_ = answer.point();
  if (answer.has_reception()) {
    view_ = answer.reception();
    page_ = std::min(page_, pages() - 1);
    if ((dialog_ == Dialog::line || dialog_ == Dialog::priorities) && !line()) close_dialog();
  }
  if (reply->was_act && answer.has_checked_in()) {
    slip_ = answer.checked_in();
    slip_until_ = now + std::chrono::seconds(30);
    dialog_ = Dialog::slip;
  }
  if (reply->was_act && !answer.has_reception()) {
    desk_.forget(view_ask_);
    desk_.forget(point_ask_);
    refresh(now);
  }
}

void ReceptionDesk::close_dialog() {
  dialog_ = Dialog::none;
  line_appointment_.clear();
  line_ticket_.clear();
  slip_.Clear();
  clock_.clear();
}

void ReceptionDesk::forget_work() {
  StaffScreen::forget_work();
  for (auto* id : {&view_ask_, &point_ask_}) {
    if (!id->empty()) desk_.forget(*id);
    id->clear();
  }
  view_.reset();
  point_.reset();
  page_ = 0;
  clock_asked_ = false;
  close_dialog();
}

}  // namespace feldsher::kiosk
