#include "edge-agent/desk/desk.hpp"
#include "protocol/civil/days.hpp"

namespace feldsher::edge {
namespace {

/// The absent rule (AUTHORITY.md; the fault it prevents is a patient who came and is closed as a no-show):
/// enough calls, far enough apart, and never before the slot plus grace. Only calls of this boot count:
/// what lies between two boots cannot be measured on a monotonic clock.
bool is_absent(const v1::Ticket& ticket, const v1::Point& point, const DeskTime& now) {
  if (now.clock_unset) return false;
  if (ticket.status() != v1::TICKET_WAITING && ticket.status() != v1::TICKET_CALLED) return false;
  const std::int64_t since = std::max(ticket.slot_minute() * ms_a_minute, ticket.queued_ms());
  if (now.instant.wall_ms < since + std::int64_t{point.grace_minutes()} * ms_a_minute) return false;
  const std::uint64_t apart = std::uint64_t{point.minutes_between_calls()} * ms_a_minute;
  std::uint32_t counted = 0;
  std::uint64_t last = 0;
  for (const v1::TicketCall& call : ticket.calls()) {
    if (call.boot() != now.instant.boot) continue;
    if (counted > 0 && call.since_boot_ms() - last < apart) continue;
    ++counted;
    last = call.since_boot_ms();
  }
  return counted >= point.calls_before_absent() && counted > 0 && now.instant.since_boot_ms - last >= apart;
}

}  // namespace

std::vector<std::vector<Draft>> Desk::due(const DeskTime& now) {
  std::vector<std::vector<Draft>> acts = lapses(now);
  const v1::Point* point = state_.point();
  if (!point || point->calls_before_absent() == 0) return acts;
  v1::Actor rule;
  rule.set_kind(v1::ACTOR_RULE);
  rule.set_rule("absent@1");
  for (const Uuid& id : state_.open_tickets_of(now.day)) {
    const auto* row = state_.tickets.find(id);
    if (!is_absent(row->state, *point, now)) continue;
    v1::Ticket ticket = row->state;
    ticket.set_status(v1::TICKET_ABSENT);
    std::vector<Draft> act{draft(v1::TICKET, id, v1::MARKED_ABSENT, ticket, rule, v1::PROOF_NONE)};
    if (const auto* visit = state_.visits.find(ticket.visit())) {
      v1::Visit absent = visit->state;
      absent.set_status(v1::VISIT_ABSENT);
      act.push_back(draft(v1::VISIT, *Uuid::from_octets(ticket.visit()), v1::MARKED_ABSENT, absent, rule,
                          v1::PROOF_NONE));
    }
    for (Draft& each : act) {
      v1::Cause cause;
      *cause.mutable_record() = row->record.to_wire();
      each.cause = cause;
    }
    acts.push_back(std::move(act));
  }
  return acts;
}

}  // namespace feldsher::edge
