#include "protocol/sync/outgoing.hpp"

#include <algorithm>

namespace feldsher::sync {

void Outgoing::restart(std::uint64_t acknowledged, std::uint64_t now_ms) {
  sent_ = acknowledged_ = acknowledged;
  available_ = std::max(available_, acknowledged);
  last_progress_ms_ = now_ms;
  batches_ = fruitless_ = 0;
}

void Outgoing::offer(std::uint64_t n) { available_ = std::max(available_, n); }

void Outgoing::sent(std::uint64_t n, std::uint64_t now_ms) {
  if (!in_flight()) last_progress_ms_ = now_ms;
  sent_ = std::max(sent_, n);
  last_sent_ms_ = now_ms;
  ++batches_;
}

bool Outgoing::acknowledge(std::uint64_t n, std::uint64_t now_ms) {
  if (n <= acknowledged_ || n > available_) return false;
  acknowledged_ = n;
  sent_ = std::max(sent_, n);
  last_progress_ms_ = now_ms;
  fruitless_ = 0;
  // Acknowledgements are cumulative: how many batches one stands for is not known, so the window
  // opens by one, and wholly when nothing is in flight.
  batches_ = in_flight() ? std::max(0, batches_ - 1) : 0;
  return true;
}

bool Outgoing::give_up_waiting(std::uint64_t now_ms, std::uint64_t patience_ms) {
  if (!in_flight() || now_ms - last_progress_ms_ < patience_ms << fruitless_) return false;
  const int fruitless = std::min(fruitless_ + 1, doublings_);
  restart(acknowledged_, now_ms);
  fruitless_ = fruitless;
  return true;
}

void Outgoing::line_answered(std::uint64_t asked_ms) {
  if (asked_ms > last_sent_ms_) fruitless_ = 0;
}

}  // namespace feldsher::sync
