#include "kiosk/model/staff_acts.hpp"

namespace feldsher::kiosk {

bool StaffActs::act(v1::Ask ask, const StaffDoor& door, DeskLine& desk, Moment now) {
  if (busy() || !door.open()) return false;
  ask.set_session(door.session());
  notice_.reset();
  in_hand_ = desk.send(std::move(ask), now);
  return true;
}

void StaffActs::undo(const StaffDoor& door, DeskLine& desk, Moment now) {
  if (!may_undo()) return;
  v1::Ask ask;
  ask.mutable_undo()->set_ask(undo_->ask);
  act(std::move(ask), door, desk, now);
}

bool StaffActs::on(const v1::Ask& ask, const v1::Answer& answer, Moment now) {
  if (answer.ask() != in_hand_) return false;
  in_hand_.clear();
  notice_ = Notice{answer.refusal(), now + std::chrono::seconds(answer.refusal() == v1::ASK_GRANTED ? 4 : 8)};
  if (ask.has_undo() || ask.has_set_clock())
    undo_.reset();
  else if (answer.refusal() == v1::ASK_GRANTED)
    undo_ = LastAct{answer.ask(), now + undo_time};
  return true;
}

void StaffActs::tick(Moment now) {
  if (notice_ && now >= notice_->until) notice_.reset();
  if (undo_ && now >= undo_->until) undo_.reset();
}

void StaffActs::clear(DeskLine& desk) {
  // An act in hand is not withdrawn by a lock: it may be done already. Only its answer is not awaited.
  if (busy()) desk.forget(in_hand_);
  in_hand_.clear();
  undo_.reset();
  notice_.reset();
}

}  // namespace feldsher::kiosk
