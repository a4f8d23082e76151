#include "edge-agent/desk/queue.hpp"

#include <algorithm>

namespace feldsher::edge {

double bonus_minutes(v1::Priority priority) {
  switch (priority) {
    case v1::PRIORITY_APPOINTMENT:
      return 15;
    case v1::PRIORITY_INFANT:
      return 20;
    case v1::PRIORITY_FRAIL:
      return 25;
    case v1::PRIORITY_URGENT:
      return 24 * 60;
    default:
      return 0;
  }
}

double urgency_minutes(const v1::Ticket& ticket, std::int64_t now_ms) {
  constexpr double ms_a_minute = 60'000;
  const double now = static_cast<double>(now_ms) / ms_a_minute;
  // An appointment begins to wait at its slot: who comes early does not wait longer for it.
  const double since = std::max(static_cast<double>(ticket.queued_ms()) / ms_a_minute,
                                static_cast<double>(ticket.slot_minute()));
  double bonus = bonus_minutes(ticket.priority());
  if (ticket.priority() == v1::PRIORITY_APPOINTMENT && since > now) bonus = 0;
  return now - since + bonus - skip_minutes * ticket.skips();
}

}  // namespace feldsher::edge
