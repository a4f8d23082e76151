#include "kiosk/model/room.hpp"

#include <utility>

namespace feldsher::kiosk {

RoomDesk::RoomDesk(Settings settings, MakeId make_id)
    : StaffScreen(std::move(settings), std::move(make_id), v1::DOCTOR) {}

const char* RoomDesk::screen_name(Moment) const {
  if (const char* door = door_name()) return door;
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
  hear(event, now);
  if (const auto* answer = std::get_if<v1::Answer>(&event)) answered(*answer, now);
  if (std::holds_alternative<Erased>(event)) on(Intent(intent::Erase{}), now);
  if (door_.open() && view_ask_.empty() && (!view_ || is_stale(now))) refresh(now);
}

void RoomDesk::refresh(Moment now) {
  v1::Ask ask = own_ask();
  ask.mutable_room()->set_room(settings_.room);
  now_fresh(now);
  view_ask_ = desk_.send(std::move(ask), now);
}

void RoomDesk::act_on_current(void (*fill)(v1::Ask&, const Octets& ticket), Moment now) {
  if (!view_ || !view_->has_current()) return;
  v1::Ask ask;
  fill(ask, view_->current().id());
  act(std::move(ask), now);
}

void RoomDesk::on(const Intent& intent, Moment now) {
  if (took(intent, now)) return;
  std::visit(
      Match{
          [&](intent::CallNextTicket) {
            v1::Ask ask;
            ask.mutable_call_next()->set_room(settings_.room);
            act(std::move(ask), now);
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
            act(std::move(ask), now);
          },
          [&](intent::ToggleReady) {
            if (!view_) return;
            v1::Ask ask;
            ask.mutable_set_room_ready()->set_room(settings_.room);
            ask.mutable_set_room_ready()->set_ready(!view_->ready());
            act(std::move(ask), now);
          },
          [&](intent::UndoLast) { acts_.undo(door_, desk_, now); }, [](const auto&) {}},
      intent);
}

void RoomDesk::answered(const v1::Answer& answer, Moment now) {
  const auto reply = reply_to(answer, now);
  if (!reply) return;
  if (answer.ask() == view_ask_) view_ask_.clear();
  if (answer.has_room()) {
    see(answer.room());
  } else if (reply->was_act) {
    if (answer.refusal() == v1::ASK_GRANTED) {
      acted_ = true;
      ended_elsewhere_.clear();
    }
    if (!view_ask_.empty()) desk_.forget(view_ask_);  // Asked before the act: too old.
    refresh(now);
  }
}

void RoomDesk::see(const v1::RoomView& view) {
  // While an act is in hand, what it changes may be seen before its answer comes.
  const bool ours = std::exchange(acted_, false) || acts_.busy();
  if (!ours && view_ && view_->has_current() && view_->current().id() != view.current().id())
    ended_elsewhere_ = view_->current().label();
  if (view.has_current() && view.current().label() == ended_elsewhere_) ended_elsewhere_.clear();
  view_ = view;
  if (!view_->has_current()) transferring_ = false;
}

void RoomDesk::forget_work() {
  StaffScreen::forget_work();
  if (!view_ask_.empty()) desk_.forget(view_ask_);
  view_ask_.clear();
  view_.reset();
  transferring_ = acted_ = false;
  ended_elsewhere_.clear();
}

}  // namespace feldsher::kiosk
