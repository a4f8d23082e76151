#include "kiosk/model/reception.hpp"

#include <algorithm>

namespace feldsher::kiosk {

ReceptionDesk::ReceptionDesk(Settings settings, MakeId make_id)
    : settings_(std::move(settings)),
      desk_(std::move(make_id), DeskLine::Wants::catalogue),
      language_(settings_.language) {}

const char* ReceptionDesk::screen_name(Moment) const {
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
  std::visit(Match{[&](const Connection& up) { desk_.on(up, now); },
                   [&](const v1::Pulse& pulse) { desk_.on(pulse, now); }, [&](const v1::BoardSnapshot&) {},
                   [&](const v1::Answer& answer) { answered(answer, now); },
                   [&](Typed typed) {
                     door_.touch(now);
                     if (typed.character >= 0x80) return;
                     door_.typed(static_cast<char>(typed.character));
                     digit(static_cast<char>(typed.character));
                   },
                   [&](Entered) {
                     door_.touch(now);
                     door_.submit(desk_, now);
                     if (dialog_ == Dialog::clock) set_clock(now);
                   },
                   [&](Erased) { on(Intent(intent::Erase{}), now); },
                   [&](Tick tick) {
                     desk_.on(tick, now);
                     acts_.tick(now);
                     if (door_.tick(desk_, now)) forget_work();
                     if (dialog_ == Dialog::slip && now >= slip_until_) close_dialog();
                   }},
             event);
  const bool stale = seen_changes_ != desk_.changes() || now - view_at_ >= std::chrono::seconds(60);
  if (door_.open() && view_ask_.empty() && point_ask_.empty() && (!view_ || stale)) refresh(now);
}

void ReceptionDesk::refresh(Moment now) {
  seen_changes_ = desk_.changes();
  view_at_ = now;
  v1::Ask list;
  list.set_session(door_.session());
  list.set_language(language_);
  list.mutable_reception();
  view_ask_ = desk_.send(std::move(list), now);
  v1::Ask point;
  point.set_session(door_.session());
  point.mutable_point();
  point_ask_ = desk_.send(std::move(point), now);
}

void ReceptionDesk::on(const Intent& intent, Moment now) {
  if (const auto* chosen = std::get_if<intent::ChooseLanguage>(&intent)) {
    door_.touch(now);
    if (std::ranges::count(settings_.languages, chosen->language)) language_ = chosen->language;
    return;
  }
  const bool was_open = door_.open();
  if (door_.on(intent, desk_, now)) {
    if (was_open) forget_work();
    return;
  }
  std::visit(Match{[&](intent::OpenLine opened) {
                     if (!view_ || opened.index >= static_cast<std::size_t>(view_->lines_size())) return;
                     const auto& one = view_->lines(static_cast<int>(opened.index));
                     line_appointment_ = one.appointment();
                     line_ticket_ = one.ticket().id();
                     dialog_ = Dialog::line;
                   },
                   [&](intent::TurnPage turn) {
                     const auto wanted = static_cast<std::int64_t>(page_) + turn.by;
                     page_ = static_cast<std::size_t>(
                         std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(pages()) - 1));
                   },
                   [&](intent::MarkHere) {
                     if (dialog_ != Dialog::line || line_appointment_.empty()) return;
                     v1::Ask ask;
                     ask.set_language(language_);
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
                     ask.set_language(language_);
                     ask.mutable_walk_in()->set_service(chosen.service);
                     ask.mutable_walk_in()->set_priority(walk_in_priority_);
                     acts_.act(std::move(ask), door_, desk_, now);
                   },
                   [&](intent::OpenClock) {
                     clock_.clear();
                     dialog_ = Dialog::clock;
                   },
                   [&](intent::Digit typed) { digit(typed.character); },
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
  const auto ask = desk_.on(answer, now);
  if (!ask || door_.on(*ask, answer, now)) return;
  if (!door_.open() || ask->session() != door_.session()) return;
  if (answer.refusal() == v1::ASK_NOT_SIGNED_IN) {
    door_.shut();
    forget_work();
    return;
  }
  const bool was_act = acts_.on(*ask, answer, now);
  if (answer.ask() == view_ask_) view_ask_.clear();
  if (answer.ask() == point_ask_) point_ask_.clear();
  if (answer.has_point()) point_ = answer.point();
  if (answer.has_reception()) {
    view_ = answer.reception();
    page_ = std::min(page_, pages() - 1);
    if ((dialog_ == Dialog::line || dialog_ == Dialog::priorities) && !line()) close_dialog();
  }
  if (was_act && answer.has_checked_in()) {
    slip_ = answer.checked_in();
    slip_until_ = now + std::chrono::seconds(30);
    dialog_ = Dialog::slip;
  }
  if (was_act && !answer.has_reception()) {
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
  acts_.clear(desk_);
  for (auto* id : {&view_ask_, &point_ask_}) {
    if (!id->empty()) desk_.forget(*id);
    id->clear();
  }
  view_.reset();
  point_.reset();
  page_ = 0;
  close_dialog();
  language_ = settings_.language;
}

}  // namespace feldsher::kiosk
