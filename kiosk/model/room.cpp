#include "kiosk/model/room.hpp"

#include <algorithm>

namespace feldsher::kiosk {

RoomDesk::RoomDesk(Settings settings, MakeId make_id)
    : settings_(std::move(settings)),
      desk_(std::move(make_id), DeskLine::Wants::catalogue),
      language_(settings_.language) {}

const char* RoomDesk::screen_name(Moment) const {
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
  if (transferring_) return "transfer";
  return view_ && view_->has_current() ? "ticket" : "free";
}

std::string RoomDesk::room_label() const {
  if (view_) return view_->room_label();
  if (desk_.catalogue())
    for (const auto& room : desk_.catalogue()->rooms())
      if (room.id() == settings_.room) return room.room().label();
  return {};
}

void RoomDesk::on(const Event& event, Moment now) {
  std::visit(Match{[&](const Connection& up) { desk_.on(up, now); },
                   [&](const v1::Pulse& pulse) { desk_.on(pulse, now); }, [&](const v1::BoardSnapshot&) {},
                   [&](const v1::Answer& answer) { answered(answer, now); },
                   [&](Typed typed) {
                     door_.touch(now);
                     if (typed.character < 0x80) door_.typed(static_cast<char>(typed.character));
                   },
                   [&](Entered) {
                     door_.touch(now);
                     door_.submit(desk_, now);
                   },
                   [&](Erased) { on(Intent(intent::Erase{}), now); },
                   [&](Tick tick) {
                     desk_.on(tick, now);
                     acts_.tick(now);
                     if (door_.tick(desk_, now)) forget_work();
                   }},
             event);
  // Waiting times move without a change of version: once a minute is enough for them.
  const bool stale = seen_changes_ != desk_.changes() || now - view_at_ >= std::chrono::seconds(60);
  if (door_.open() && view_ask_.empty() && (!view_ || stale)) refresh(now);
}

void RoomDesk::refresh(Moment now) {
  v1::Ask ask;
  ask.set_session(door_.session());
  ask.set_language(language_);
  ask.mutable_room()->set_room(settings_.room);
  seen_changes_ = desk_.changes();
  view_at_ = now;
  view_ask_ = desk_.send(std::move(ask), now);
}

void RoomDesk::act_on_current(void (*fill)(v1::Ask&, const Octets& ticket), Moment now) {
  if (!view_ || !view_->has_current()) return;
  v1::Ask ask;
  fill(ask, view_->current().id());
  acts_.act(std::move(ask), door_, desk_, now);
}

void RoomDesk::on(const Intent& intent, Moment now) {
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
  std::visit(
      Match{
          [&](intent::CallNextTicket) {
            v1::Ask ask;
            ask.mutable_call_next()->set_room(settings_.room);
            acts_.act(std::move(ask), door_, desk_, now);
          },
          [&](intent::CallTicketAgain) {
            act_on_current([](v1::Ask& ask, const Octets& id) { ask.mutable_call_again()->set_ticket(id); },
                           now);
          },
          [&](intent::SkipTicket) {
            act_on_current([](v1::Ask& ask, const Octets& id) { ask.mutable_skip()->set_ticket(id); }, now);
          },
          [&](intent::StartTicket) {
            act_on_current([](v1::Ask& ask, const Octets& id) { ask.mutable_serve()->set_ticket(id); }, now);
          },
          [&](intent::FinishTicket) {
            act_on_current([](v1::Ask& ask, const Octets& id) { ask.mutable_finish()->set_ticket(id); }, now);
          },
          [&](intent::OpenTransfer) { transferring_ = view_ && view_->has_current(); },
          [&](intent::CloseDialog) { transferring_ = false; },
          [&](const intent::ChooseService& chosen) {
            if (!transferring_ || !view_ || !view_->has_current()) return;
            transferring_ = false;
            v1::Ask ask;
            ask.mutable_transfer()->set_ticket(view_->current().id());
            ask.mutable_transfer()->set_service(chosen.service);
            acts_.act(std::move(ask), door_, desk_, now);
          },
          [&](intent::ToggleReady) {
            if (!view_) return;
            v1::Ask ask;
            ask.mutable_set_room_ready()->set_room(settings_.room);
            ask.mutable_set_room_ready()->set_ready(!view_->ready());
            acts_.act(std::move(ask), door_, desk_, now);
          },
          [&](intent::UndoLast) { acts_.undo(door_, desk_, now); }, [](const auto&) {}},
      intent);
}

void RoomDesk::answered(const v1::Answer& answer, Moment now) {
  const auto ask = desk_.on(answer, now);
  if (!ask || door_.on(*ask, answer, now)) return;
  if (!door_.open() || ask->session() != door_.session()) return;
  if (answer.refusal() == v1::ASK_NOT_SIGNED_IN) {
    // The desk restarted: sessions live in its memory only.
    door_.shut();
    forget_work();
    return;
  }
  const bool was_act = acts_.on(*ask, answer, now);
  if (answer.ask() == view_ask_) view_ask_.clear();
  if (answer.has_room()) {
    view_ = answer.room();
    if (!view_->has_current()) transferring_ = false;
  } else if (was_act) {
    if (!view_ask_.empty()) desk_.forget(view_ask_);  // Asked before the act: too old.
    refresh(now);
  }
}

void RoomDesk::forget_work() {
  acts_.clear(desk_);
  if (!view_ask_.empty()) desk_.forget(view_ask_);
  view_ask_.clear();
  view_.reset();
  transferring_ = false;
  language_ = settings_.language;
}

}  // namespace feldsher::kiosk
