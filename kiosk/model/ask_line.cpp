#include "kiosk/model/ask_line.hpp"

#include <algorithm>

namespace feldsher::kiosk {
namespace {

Moment pause_after(int sent) {
  using std::chrono::seconds;
  switch (sent) {
    case 1:
      return seconds(2);
    case 2:
      return seconds(3);
    case 3:
      return seconds(5);
    case 4:
      return seconds(8);
    default:
      return seconds(10);
  }
}

}  // namespace

Octets AskLine::send(v1::Ask ask, Moment now) {
  const Octets id = make_id_();
  ask.set_id(id);
  outgoing_.push_back(ask);
  waiting_[id] = {std::move(ask), now, now + pause_after(1), 1};
  return id;
}

std::optional<v1::Ask> AskLine::answered(const v1::Answer& answer) {
  if (answer.refusal() == v1::ASK_BUSY) return std::nullopt;
  auto found = waiting_.extract(answer.ask());
  if (found.empty()) return std::nullopt;
  forget(answer.ask());
  return std::move(found.mapped().ask);
}

void AskLine::tick(Moment now) {
  for (auto& [id, one] : waiting_) {
    if (now < one.due) continue;
    outgoing_.push_back(one.ask);
    one.due = now + pause_after(++one.sent);
  }
}

void AskLine::resend_all(Moment now) {
  for (auto& [id, one] : waiting_) one.due = now;
  outgoing_.clear();  // What could not be sent is in `waiting_` too.
  tick(now);
}

void AskLine::forget(const Octets& id) {
  waiting_.erase(id);
  std::erase_if(outgoing_, [&](const v1::Ask& ask) { return ask.id() == id; });
}

void AskLine::forget_all() {
  waiting_.clear();
  outgoing_.clear();
}

std::optional<Moment> AskLine::waited(const Octets& id, Moment now) const {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return std::nullopt;
  return now - found->second.since;
}

}  // namespace feldsher::kiosk
