#include "edge-agent/desk/past_acts.hpp"

#include "protocol/civil/days.hpp"

namespace feldsher::edge {
namespace {

constexpr int days_kept = 30;
constexpr std::int64_t minutes_kept = days_kept * minutes_a_day;

bool is_closed(const v1::Ticket& ticket) {
  return ticket.status() == v1::TICKET_FINISHED || ticket.status() == v1::TICKET_ABSENT ||
         ticket.status() == v1::TICKET_UNDONE || ticket.status() == v1::TICKET_ENDED;
}

bool is_closed(const v1::Visit& visit) {
  return visit.status() == v1::VISIT_FINISHED || visit.status() == v1::VISIT_ABSENT ||
         visit.status() == v1::VISIT_UNDONE || visit.status() == v1::VISIT_ENDED;
}

/// One look at a state.
class Past {
 public:
  Past(const PointState& state, const DeskTime& now)
      : state_(state),
        first_day_(days_after(now.day, -days_kept)),
        first_minute_(now.minute - minutes_kept) {}

  bool is_past(const Uuid& id, const Row<v1::Visit>& row) const {
    if (!ours(row) || row.state.day() >= first_day_ || !is_closed(row.state)) return false;
    for (const Uuid& ticket : state_.tickets_of_visit(id))
      if (const auto* of = state_.tickets.find(ticket); of && !is_closed(of->state)) return false;
    return true;
  }
  bool is_past(const Uuid&, const Row<v1::Ticket>& row) const {
    return ours(row) && row.state.day() < first_day_ && is_closed(row.state) &&
           visit_is_past(row.state.visit());
  }
  bool is_past(const Uuid&, const Row<v1::SurveyAnswer>& row) const {
    return ours(row) && row.state.day() < first_day_ && visit_is_past(row.state.visit());
  }
  bool is_past(const Uuid&, const Row<v1::Appointment>& row) const {
    return ours(row) && minutes_of(row.state).end < first_minute_;
  }
  bool is_past(const Uuid& id, const Row<v1::Request>& row) const {
    const bool closed = row.state.status() == v1::REQUEST_LAPSED || state_.answer_to(id);
    return ours(row) && closed && row.at_ms / ms_a_minute < first_minute_ &&
           minutes_of(row.state.wanted()).end < first_minute_;
  }

 private:
  template <class Message>
  bool ours(const Row<Message>& row) const {
    return row.record.origin == state_.node();
  }
  bool visit_is_past(OctetsView octets) const {
    const auto id = Uuid::from_octets(octets);
    const auto* row = id ? state_.visits.find(*id) : nullptr;
    return !row || is_past(*id, *row);
  }

  const PointState& state_;
  std::string first_day_;
  std::int64_t first_minute_;
};

}  // namespace

std::set<SubjectKey> past_acts(const PointState& state, const DeskTime& now) {
  std::set<SubjectKey> found;
  if (now.clock_unset) return found;
  const Past past(state, now);
  auto look = [&](v1::EntityType type, const auto& table) {
    for (const auto& [id, row] : table.rows())
      if (past.is_past(id, row)) found.insert({type, id});
  };
  look(v1::VISIT, state.visits);
  look(v1::TICKET, state.tickets);
  look(v1::SURVEY_ANSWER, state.survey_answers);
  look(v1::APPOINTMENT, state.appointments);
  look(v1::REQUEST, state.requests);
  return found;
}

bool may_be_past(v1::EntityType type) {
  return type == v1::VISIT || type == v1::TICKET || type == v1::SURVEY_ANSWER || type == v1::APPOINTMENT ||
         type == v1::REQUEST;
}

}  // namespace feldsher::edge
