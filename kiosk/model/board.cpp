#include "kiosk/model/board.hpp"

#include <algorithm>

namespace feldsher::kiosk {

Board::Board(Settings settings, MakeId make_id)
    : settings_(std::move(settings)),
      desk_(std::move(make_id), DeskLine::Wants::nothing),
      language_(settings_.language) {}

void Board::on(const Event& event, Moment now) {
  std::visit(Match{[&](const Connection& up) { desk_.on(up, now); },
                   [&](const v1::Pulse& pulse) { desk_.on(pulse, now); },
                   [&](const v1::BoardSnapshot& snapshot) { take(snapshot); },
                   [&](Tick tick) { desk_.on(tick, now); }, [](const auto&) {}},
             event);
  if (announcing_ && now >= until_) announcing_.reset();
  if (silent(now)) {
    announcing_.reset();
    queue_.clear();
  } else if (!announcing_ && !queue_.empty()) {
    announcing_ = std::move(queue_.front());
    queue_.pop_front();
    until_ = now + announcement_time;
    ++announced_;
  }
  if (!announcing_) turn_language(now);
}

void Board::turn_language(Moment now) {
  if (!language_since_) language_since_ = now;
  if (now - *language_since_ < language_time || settings_.languages.empty()) return;
  language_since_ = now;
  const auto at = std::ranges::find(settings_.languages, language_);
  const bool wraps = at == settings_.languages.end() || at + 1 == settings_.languages.end();
  language_ = wraps ? settings_.languages.front() : *(at + 1);
}

void Board::take(const v1::BoardSnapshot& snapshot) {
  if (seen_any_ && snapshot.agent_boot() == snapshot_.agent_boot() &&
      snapshot.version() < snapshot_.version())
    return;  // An older one that came late.
  std::map<std::string, std::uint32_t> calls;
  for (const auto* list : {&snapshot.called(), &snapshot.serving()})
    for (const auto& ticket : *list) calls[ticket.label()] = ticket.call();
  // A skipped ticket leaves the board and comes back with a higher call: its last number is kept
  // while it waits.
  for (const auto& ticket : snapshot.waiting())
    if (const auto known = last_call_.find(ticket.label()); known != last_call_.end()) calls.insert(*known);
  // Newest first on the wire; announced in the order of calling.
  for (int i = snapshot.called_size(); i-- > 0;) {
    const auto& ticket = snapshot.called(i);
    const auto known = last_call_.find(ticket.label());
    const bool heard = known != last_call_.end() && known->second >= ticket.call();
    if (seen_any_ && !heard) queue_.push_back({ticket.label(), ticket.room_label()});
  }
  last_call_ = std::move(calls);
  snapshot_ = snapshot;
  seen_any_ = true;
}

}  // namespace feldsher::kiosk
