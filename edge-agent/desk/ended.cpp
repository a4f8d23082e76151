#include <algorithm>
#include <chrono>

#include "edge-agent/desk/desk.hpp"

namespace feldsher::edge {
namespace {

/// Whoever took a ticket this long ago and has not asked why nobody calls it is not here any more.
constexpr std::int64_t still_here_ms = std::chrono::milliseconds(std::chrono::hours(3)).count();

}  // namespace

std::multimap<Octets, const v1::Ticket*> Desk::ended_tickets(const DeskTime& now) const {
  std::multimap<Octets, const v1::Ticket*> ended;
  for (const Uuid& id : state_.tickets_of(now.day)) {
    const v1::Ticket& ticket = state_.tickets.find(id)->state;
    if (ticket.status() != v1::TICKET_ENDED) continue;
    const auto* visit = state_.visits.find(ticket.visit());
    ended.emplace(visit ? visit->state.appointment() : Octets(), &ticket);
  }
  return ended;
}

void Desk::show_ended(v1::BoardSnapshot& board, const DeskTime& now) const {
  std::vector<const v1::Ticket*> shown;
  for (const auto& [appointment, ticket] : ended_tickets(now)) {
    const bool gone = !now.clock_unset && now.instant.wall_ms - ticket->queued_ms() > still_here_ms;
    const auto id = Uuid::from_octets(appointment);
    if (!gone && !(id && state_.visit_of(*id))) shown.push_back(ticket);
  }
  std::ranges::stable_sort(shown, {}, [](const v1::Ticket* ticket) { return ticket->queued_ms(); });
  for (const v1::Ticket* ticket : shown) {
    v1::BoardTicket& line = *board.add_ended();
    line.set_label(ticket->label());
    line.set_status(ticket->status());
  }
}

}  // namespace feldsher::edge
