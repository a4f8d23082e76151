#include "kiosk/model/staff_door.hpp"

#include <algorithm>

namespace feldsher::kiosk {

bool StaffDoor::on(const Intent& intent, DeskLine& desk, Moment now) {
  touched_ = now;
  if (open()) {
    if (!std::holds_alternative<intent::Lock>(intent)) return false;
    lock(desk, now);
    return true;
  }
  std::visit(Match{[&](const intent::ChoosePerson& chosen) {
                     if (state_ != State::choosing) return;
                     person_ = chosen.practitioner;
                     refusal_ = v1::ASK_GRANTED;
                     state_ = State::pin;
                   },
                   [&](intent::OtherPerson) {
                     desk.forget(ask_);
                     ask_.clear();
                     wipe_pin();
                     person_.clear();
                     refusal_ = v1::ASK_GRANTED;
                     state_ = State::choosing;
                   },
                   [&](intent::Digit digit) { typed(digit.character); },
                   [&](intent::Erase) {
                     if (state_ == State::pin && !pin_.empty()) pin_.pop_back();
                   },
                   [&](intent::Forward) { submit(desk, now); }, [](const auto&) {}},
             intent);
  return true;
}

void StaffDoor::typed(char character) {
  if (state_ != State::pin || character < '0' || character > '9' || pin_.size() >= 8) return;
  pin_ += character;
  refusal_ = v1::ASK_GRANTED;
}

void StaffDoor::submit(DeskLine& desk, Moment now) {
  if (state_ != State::pin || !pin_complete() || retry_seconds(now) > 0) return;
  v1::Ask ask;
  ask.mutable_sign_in()->set_practitioner(person_);
  ask.mutable_sign_in()->set_pin(pin_);
  ask_ = desk.send(std::move(ask), now);
  wipe_pin();
  state_ = State::checking;
}

bool StaffDoor::on(const v1::Ask& ask, const v1::Answer& answer, Moment now) {
  if (ask.has_sign_out()) return true;
  if (!ask.has_sign_in()) return false;
  if (answer.ask() != ask_) return true;
  ask_.clear();
  if (answer.refusal() == v1::ASK_GRANTED && answer.has_signed_in()) {
    session_ = answer.signed_in();
    refusal_ = v1::ASK_GRANTED;
    state_ = State::open;
    touched_ = now;
  } else {
    refusal_ = answer.refusal() == v1::ASK_GRANTED ? v1::ASK_MALFORMED : answer.refusal();
    retry_at_ = now + std::chrono::seconds(answer.retry_after_s());
    state_ = State::pin;
  }
  return true;
}

bool StaffDoor::tick(DeskLine& desk, Moment now) {
  if (!open()) {
    // A half-typed PIN is not left lying about.
    if (now - touched_ >= std::chrono::seconds(60)) wipe_pin();
    return false;
  }
  const auto limit = std::chrono::seconds(session_.lock_after_s() == 0 ? 900 : session_.lock_after_s());
  if (now - touched_ < limit) return false;
  lock(desk, now);
  return true;
}

void StaffDoor::lock(DeskLine& desk, Moment now) {
  v1::Ask ask;
  ask.set_session(session());
  ask.mutable_sign_out();
  desk.send(std::move(ask), now);
  shut();
}

void StaffDoor::shut() {
  session_.Clear();
  wipe_pin();
  state_ = person_.empty() ? State::choosing : State::pin;
}

void StaffDoor::wipe_pin() {
  std::ranges::fill(pin_, '0');
  pin_.clear();
}

std::vector<v1::CataloguePerson> StaffDoor::people(const std::optional<v1::Catalogue>& catalogue) const {
  std::vector<v1::CataloguePerson> out;
  if (!catalogue) return out;
  for (const auto& person : catalogue->people())
    if (std::ranges::count(person.roles(), static_cast<int>(role_))) out.push_back(person);
  return out;
}

int StaffDoor::retry_seconds(Moment now) const {
  return now >= retry_at_ ? 0 : static_cast<int>(((retry_at_ - now).count() + 999) / 1000);
}

}  // namespace feldsher::kiosk
