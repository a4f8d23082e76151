#include <algorithm>
#include <array>

#include "devices/virtual/day_people.hpp"

namespace feldsher::virtual_world {

// --- a doctor

void VirtualDoctor::tick() {
  if (asking_ || world_.now_ms < next_ms_ || world_.left_to_others(who_.terminal)) return;
  if (session_.empty()) return ask(Step::sign_in);
  // Nobody is called when all have gone, so that the day ends.
  if (step_ == Step::call && world_.inside == 0 && !world_.open_end) return;
  ask(step_);
}

void VirtualDoctor::ask(Step step) {
  v1::Ask ask;
  ask.set_session(session_);
  switch (step) {
    case Step::sign_in:
      ask.mutable_sign_in()->set_practitioner(who_.id.to_octets());
      ask.mutable_sign_in()->set_pin(who_.pin);
      break;
    case Step::call:
      ask.mutable_call_next()->set_room(who_.room.to_octets());
      break;
    case Step::serve:
      ask.mutable_serve()->set_ticket(ticket_);
      break;
    case Step::finish:
      ask.mutable_finish()->set_ticket(ticket_);
      break;
    case Step::look:
      ask.mutable_room()->set_room(who_.room.to_octets());
      break;
  }
  asking_ = true;
  world_.asks.put(who_.terminal, std::move(ask), [this, step](const v1::Answer& answer) {
    asking_ = false;
    answered(step, answer);
  });
}

void VirtualDoctor::answered(Step step, const v1::Answer& answer) {
  if (answer.refusal() != v1::ASK_GRANTED) return refused(step, answer.refusal());
  switch (step) {
    case Step::sign_in:
      session_ = answer.signed_in().session();
      step_ = Step::look;  // Whom did we leave in the room?
      break;
    case Step::call:
      ticket_ = answer.done().ticket();
      step_ = Step::serve;
      next_ms_ = world_.now_ms + world_.about(world_.walk_ms);
      break;
    case Step::serve:
      world_.tell("doctor", who_.id.uuid, "served", {{"ticket", text_of(ticket_)}});
      step_ = Step::finish;
      next_ms_ = world_.now_ms + world_.about(world_.serve_ms);
      break;
    case Step::finish:
      world_.tell("doctor", who_.id.uuid, "finished", {{"ticket", text_of(ticket_)}});
      ticket_.clear();
      step_ = Step::call;
      next_ms_ = world_.now_ms + world_.about(300);
      break;
    case Step::look:
      look(answer.room());
      break;
  }
}

void VirtualDoctor::look(const v1::RoomView& view) {
  const auto status = view.current().status();
  ticket_ = view.current().id();
  step_ = status == v1::TICKET_CALLED    ? Step::serve
          : status == v1::TICKET_SERVING ? Step::finish
                                         : Step::call;
  if (step_ == Step::call) ticket_.clear();
  next_ms_ = world_.now_ms + world_.about(500);
}

void VirtualDoctor::refused(Step step, v1::AskRefusal refusal) {
  next_ms_ = world_.now_ms + world_.about(1000);
  if (refusal == v1::ASK_QUEUE_EMPTY || refusal == v1::ASK_BUSY) return;
  if (refusal == v1::ASK_NOT_SIGNED_IN) {  // The agent began anew, or somebody else signed in.
    session_.clear();
    return;
  }
  constexpr std::array names{"sign_in", "call_next", "serve", "finish", "room"};
  world_.refused("doctor", who_.id.uuid, names[static_cast<std::size_t>(step)], refusal);
  if (step == Step::sign_in) {
    next_ms_ = world_.now_ms + 5000;  // A wrong PIN five times locks: no hurry.
  } else if (step != Step::look) {
    step_ = Step::look;
  }
}

// --- a registrar

void VirtualRegistrar::tick() {
  if (asking_ || world_.now_ms < next_ms_ || world_.now_ms > world_.until_ms || plan_.to_book.empty()) return;
  if (world_.left_to_others(who_.terminal)) return;
  v1::Ask ask;
  if (session_.empty()) {
    ask.mutable_sign_in()->set_practitioner(who_.id.to_octets());
    ask.mutable_sign_in()->set_pin(who_.pin);
    return put(std::move(ask), &VirtualRegistrar::signed_in);
  }
  ask.set_session(session_);
  ask.mutable_free_minutes()->set_service(plan_.bookable[round_ % plan_.bookable.size()].service.to_octets());
  put(std::move(ask), &VirtualRegistrar::free_minutes);
}

void VirtualRegistrar::put(v1::Ask ask, void (VirtualRegistrar::*then)(const v1::Answer&)) {
  asking_ = true;
  world_.asks.put(who_.terminal, std::move(ask), [this, then](const v1::Answer& answer) {
    asking_ = false;
    next_ms_ = world_.now_ms + world_.about(pause_ms_);
    (this->*then)(answer);
  });
}

bool VirtualRegistrar::refused(const char* act, const v1::Answer& answer) {
  if (answer.refusal() == v1::ASK_GRANTED) return false;
  if (answer.refusal() == v1::ASK_NOT_SIGNED_IN) {
    session_.clear();
    next_ms_ = world_.now_ms;
  } else {
    world_.refused("registrar", who_.id.uuid, act, answer.refusal());
  }
  return true;
}

void VirtualRegistrar::signed_in(const v1::Answer& answer) {
  if (refused("sign_in", answer)) {
    next_ms_ = world_.now_ms + 5000;
    return;
  }
  session_ = answer.signed_in().session();
  next_ms_ = world_.now_ms;
}

void VirtualRegistrar::free_minutes(const v1::Answer& answer) {
  if (refused("free_minutes", answer)) return;
  const auto& service = plan_.bookable[round_ % plan_.bookable.size()];
  // Two of three in minutes that the point holds; the third asks central for some.
  const bool held = round_ % 3 != 2;
  ++round_;
  const v1::FreeStretch* chosen = nullptr;
  for (const auto& stretch : answer.free_minutes().stretches()) {
    if (stretch.minutes().end() - stretch.minutes().first() < service.minutes) continue;
    if (!chosen || (chosen->held_here() != held && stretch.held_here() == held)) chosen = &stretch;
  }
  if (!chosen) {
    next_ms_ = world_.now_ms + world_.about(300);  // Another service has some.
    return;
  }
  const auto room =
      static_cast<std::uint64_t>(chosen->minutes().end() - chosen->minutes().first()) - service.minutes;
  wanted_.Clear();
  wanted_.set_patient(plan_.to_book[world_.random.below(plan_.to_book.size())].to_octets());
  wanted_.set_shift(chosen->shift());
  wanted_.set_service(service.service.to_octets());
  // Not always the first minute: one-minute grain is the point of it.
  wanted_.set_minute(chosen->minutes().first() +
                     static_cast<std::int64_t>(world_.random.below(std::min<std::uint64_t>(room, 7) + 1)));
  wanted_.set_minutes(service.minutes);
  v1::Ask ask;
  ask.set_session(session_);
  *ask.mutable_book() = wanted_;
  put(std::move(ask), &VirtualRegistrar::booked);
}

void VirtualRegistrar::booked(const v1::Answer& answer) {
  if (refused("book", answer)) return;
  boost::json::object line{{"appointment", text_of(answer.booked().appointment())},
                           {"shift", text_of(wanted_.shift())},
                           {"minute", wanted_.minute()},
                           {"minutes", wanted_.minutes()},
                           {"requested", answer.booked().requested()}};
  if (answer.booked().requested()) line["request"] = text_of(answer.booked().request());
  world_.tell("registrar", who_.id.uuid, "booked", std::move(line));
}

}  // namespace feldsher::virtual_world
