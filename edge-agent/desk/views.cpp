#include <algorithm>

#include "edge-agent/desk/desk.hpp"
#include "edge-agent/desk/queue.hpp"

namespace feldsher::edge {

std::string Desk::room_label(OctetsView room) const {
  const auto* row = state_.rooms.find(room);
  return row ? row->state.label() : "";
}

double Desk::urgency(const v1::Ticket& ticket, const DeskTime& now) const {
  if (!now.clock_unset) return urgency_minutes(ticket, now.instant.wall_ms);
  v1::Ticket without_slot = ticket;
  without_slot.clear_slot_minute();
  return urgency_minutes(without_slot, now.instant.wall_ms);
}

std::vector<Uuid> Desk::waiting(const DeskTime& now,
                                const std::function<bool(const v1::Ticket&)>& wanted) const {
  std::vector<std::pair<double, Uuid>> line;
  for (const Uuid& id : state_.open_tickets_of(now.day)) {
    const v1::Ticket& ticket = state_.tickets.find(id)->state;
    if (ticket.status() == v1::TICKET_WAITING && wanted(ticket))
      line.emplace_back(-urgency(ticket, now), id);  // Ids of one point ascend in time: ties too.
  }
  std::sort(line.begin(), line.end());
  std::vector<Uuid> ids;
  ids.reserve(line.size());
  for (const auto& [urgency, id] : line) ids.push_back(id);
  return ids;
}

v1::Catalogue Desk::catalogue() const {
  v1::Catalogue catalogue;
  if (const v1::Point* point = state_.point()) *catalogue.mutable_point_name() = point->name();
  catalogue.set_zone(zone_.name());
  for (const auto& [id, row] : state_.services.rows()) {
    v1::CatalogueService& service = *catalogue.add_services();
    service.set_id(id.to_octets());
    *service.mutable_service() = row.state;
  }
  for (const auto& [id, row] : state_.rooms.rows()) {
    v1::CatalogueRoom& room = *catalogue.add_rooms();
    room.set_id(id.to_octets());
    *room.mutable_room() = row.state;
  }
  for (const auto& [id, row] : state_.practitioners.rows()) {
    if (row.state.pin_verifier().empty() || !state_.works_here(row.state)) continue;
    v1::CataloguePerson& person = *catalogue.add_people();
    person.set_id(id.to_octets());
    *person.mutable_name() = row.state.name();
    *person.mutable_roles() = row.state.roles();
  }
  auto by = [](auto& list, auto&& key) {
    std::sort(list.begin(), list.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  };
  by(*catalogue.mutable_services(),
     [](const v1::CatalogueService& s) { return s.service().letter() + s.id(); });
  by(*catalogue.mutable_rooms(), [](const v1::CatalogueRoom& r) { return r.room().label() + r.id(); });
  by(*catalogue.mutable_people(), [](const v1::CataloguePerson& p) {
    return (p.name().translations().empty() ? "" : p.name().translations(0).text()) + p.id();
  });
  if (state_.survey()) *catalogue.mutable_survey() = *state_.survey();
  for (const char* language : {"uk", "ru", "en"}) catalogue.add_languages(language);
  return catalogue;
}

v1::StaffTicket Desk::staff_ticket(const Uuid& id, const v1::Ticket& ticket, const DeskTime& now) const {
  v1::StaffTicket shown;
  shown.set_id(id.to_octets());
  shown.set_label(ticket.label());
  shown.set_priority(ticket.priority());
  shown.set_status(ticket.status());
  shown.set_calls(static_cast<std::uint32_t>(ticket.calls_size()));
  shown.set_service_id(ticket.service());
  shown.set_room_label(room_label(ticket.room()));
  if (ticket.slot_minute() != 0) shown.set_civil(zone_.clock(ticket.slot_minute()));
  shown.set_waited_minutes(static_cast<std::uint32_t>(
      std::max<std::int64_t>(0, (now.instant.wall_ms - ticket.queued_ms()) / 60'000)));
  if (const auto* service = state_.services.find(ticket.service()))
    *shown.mutable_service() = service->state.name();
  const auto* visit = state_.visits.find(ticket.visit());
  const auto* patient = visit ? state_.patients.find(visit->state.patient()) : nullptr;
  if (patient) shown.set_patient_name(patient->state.given_name() + " " + patient->state.family_name());
  return shown;
}

v1::RoomView Desk::room_view(const Uuid& room, const DeskTime& now) const {
  v1::RoomView view;
  view.set_room_label(room_label(room.to_octets()));
  view.set_ready(state_.room_ready(room));
  const Octets room_octets = room.to_octets();
  for (const Uuid& id : state_.tickets_of(now.day)) {
    const v1::Ticket& ticket = state_.tickets.find(id)->state;
    if (ticket.room() != room_octets) continue;
    if (ticket.status() == v1::TICKET_CALLED || ticket.status() == v1::TICKET_SERVING)
      *view.mutable_current() = staff_ticket(id, ticket, now);
    if (ticket.status() == v1::TICKET_FINISHED) view.set_served_today(view.served_today() + 1);
  }
  // The services given in this room today; without a shift, all of them.
  std::set<std::string> services;
  for (const auto& [id, row] : state_.shifts.rows())
    if (row.state.room() == room_octets && row.state.from().civil().substr(0, 10) == now.day)
      services.insert(row.state.services().begin(), row.state.services().end());
  for (const Uuid& id : waiting(now, [&](const v1::Ticket& ticket) {
         return services.empty() || services.contains(ticket.service());
       }))
    *view.add_waiting() = staff_ticket(id, state_.tickets.find(id)->state, now);
  return view;
}

v1::ReceptionView Desk::reception_view(const DeskTime& now) const {
  v1::ReceptionView view;
  view.set_day(now.day);
  view.set_open_requests(open_requests());
  view.set_lapsed_requests(lapsed_requests(now));
  std::vector<std::pair<std::int64_t, v1::ReceptionLine>> lines;
  auto fill = [&](v1::ReceptionLine& line, const Uuid& visit_id, const v1::Visit& visit) {
    line.set_visit(visit.status());
    if (const auto* ticket = state_.open_ticket_of(visit_id))
      *line.mutable_ticket() = staff_ticket(ticket->first, ticket->second.state, now);
  };
  auto describe = [&](v1::ReceptionLine& line, const v1::Appointment& appointment) {
    line.set_civil(zone_.clock(appointment.from().minute()));
    line.set_room_label(room_label(appointment.room()));
    line.set_status(appointment.status());
    line.set_patient(appointment.patient());
    if (const auto* patient = state_.patients.find(appointment.patient()))
      line.set_patient_name(patient->state.family_name() + " " + patient->state.given_name());
    if (const auto* service = state_.services.find(appointment.service()))
      *line.mutable_service() = service->state.name();
    if (const auto* doctor = state_.practitioners.find(appointment.practitioner()))
      *line.mutable_practitioner() = doctor->state.name();
  };
  const auto ended = ended_tickets(now);
  for (const auto& [id, row] : state_.appointments.rows()) {
    if (row.state.from().civil().substr(0, 10) != now.day) continue;
    v1::ReceptionLine line;
    line.set_appointment(id.to_octets());
    describe(line, row.state);
    if (const auto* visit = state_.visit_of(id))
      fill(line, visit->first, visit->second.state);
    else if (ended.contains(id.to_octets()))
      line.set_visit(v1::VISIT_ENDED);
    lines.emplace_back(row.state.from().minute(), std::move(line));
  }
  for (const auto& [id, row] : state_.requests.rows()) {
    // Once the owner has spoken its word is shown: the appointment, also when it came late, or nothing.
    if (row.record.origin != state_.node() || row.state.kind() != v1::REQUEST_BOOK || state_.answer_to(id) ||
        state_.appointments.find(row.state.appointment()) ||
        row.state.wanted().from().civil().substr(0, 10) != now.day)
      continue;
    v1::ReceptionLine line;
    describe(line, row.state.wanted());
    line.set_requested(true);
    line.set_lapsed(row.state.status() == v1::REQUEST_LAPSED);
    lines.emplace_back(row.state.wanted().from().minute(), std::move(line));
  }
  for (const Uuid& id : state_.visits_of(now.day)) {
    const v1::Visit& visit = state_.visits.find(id)->state;
    // A check-in for an appointment that is not in the list has a line of its own, like a walk-in.
    if (state_.appointments.find(visit.appointment())) continue;
    v1::ReceptionLine line;
    if (const auto* service = state_.services.find(visit.service()))
      *line.mutable_service() = service->state.name();
    if (const auto* patient = state_.patients.find(visit.patient()))
      line.set_patient_name(patient->state.family_name() + " " + patient->state.given_name());
    fill(line, id, visit);
    lines.emplace_back(INT64_MAX, std::move(line));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [minute, line] : lines) *view.add_lines() = std::move(line);
  return view;
}

v1::BoardSnapshot Desk::board(const DeskTime& now) const {
  v1::BoardSnapshot board;
  if (const v1::Point* point = state_.point()) *board.mutable_point_name() = point->name();
  board.set_zone(zone_.name());
  board.set_agent_boot(now.instant.boot);
  auto show = [&](v1::BoardTicket& shown, const v1::Ticket& ticket) {
    shown.set_label(ticket.label());
    shown.set_room_label(room_label(ticket.room()));
    shown.set_status(ticket.status());
    shown.set_call(static_cast<std::uint32_t>(ticket.calls_size()));
  };
  std::vector<const v1::Ticket*> called, serving;
  for (const Uuid& id : state_.open_tickets_of(now.day)) {
    const v1::Ticket& ticket = state_.tickets.find(id)->state;
    if (ticket.status() == v1::TICKET_CALLED) called.push_back(&ticket);
    if (ticket.status() == v1::TICKET_SERVING) serving.push_back(&ticket);
  }
  std::stable_sort(called.begin(), called.end(), [](const v1::Ticket* a, const v1::Ticket* b) {
    return a->calls().rbegin()->wall_ms() > b->calls().rbegin()->wall_ms();
  });
  std::stable_sort(serving.begin(), serving.end(), [&](const v1::Ticket* a, const v1::Ticket* b) {
    return room_label(a->room()) < room_label(b->room());
  });
  for (const v1::Ticket* ticket : called) show(*board.add_called(), *ticket);
  for (const v1::Ticket* ticket : serving) show(*board.add_serving(), *ticket);
  for (const Uuid& id : waiting(now, [](const v1::Ticket&) { return true; }))
    show(*board.add_waiting(), state_.tickets.find(id)->state);
  show_ended(board, now);
  return board;
}

}  // namespace feldsher::edge
