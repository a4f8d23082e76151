#include "central/api/api.hpp"
#include "central/api/json_views.hpp"
#include "protocol/civil/civil.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

json::array stretches(const MinuteSet& minutes, const std::optional<Zone>& zone) {
  json::array all;
  for (const Minutes& stretch : minutes.stretches()) {
    json::object each{{"first", stretch.first}, {"end", stretch.end}};
    if (zone) {
      each["from"] = zone->civil(stretch.first);
      each["until"] = zone->civil(stretch.end);
    }
    all.push_back(std::move(each));
  }
  return all;
}

json::object shift_json(const NetworkState& state, const Uuid& id, const v1::Shift& shift) {
  const auto zone = Zone::named(shift.from().zone());
  const ShiftBook book = state.book(id);
  MinuteSet at_point = state.leases_of(id).outstanding();
  for (const auto& [appointment, minutes] : book.bookings()) at_point.remove(minutes);
  json::array services;
  for (const std::string& service : shift.services()) services.push_back(json::string(id_text(service)));
  return {{"id", id.to_text()},
          {"point", id_text(shift.point())},
          {"room", id_text(shift.room())},
          {"practitioner", id_text(shift.practitioner())},
          {"services", std::move(services)},
          {"from", shift.from().civil()},
          {"until", shift.until().civil()},
          {"zone", shift.from().zone()},
          {"minute", shift.from().minute()},
          {"minutes", shift.until().minute() - shift.from().minute()},
          {"free_at_central", stretches(book.free(), zone)},
          // As far as central has heard: the point may have booked since.
          {"free_at_point", stretches(at_point, zone)}};
}

json::object request_json(const NetworkState& state, const Uuid& id, const v1::Request& request) {
  const auto* answer = state.answer_to(id);
  std::string status = request.status() == v1::REQUEST_LAPSED ? "lapsed" : "asked";
  if (answer) status = answer->outcome() == v1::OUTCOME_GRANTED ? "granted" : "refused";
  json::object object{{"id", id.to_text()},
                      {"kind", plain_word(v1::RequestKind_Name(request.kind()), "REQUEST_")},
                      {"status", status},
                      {"appointment", id_text(request.appointment())},
                      {"owner", id_text(request.owner())}};
  if (answer) object["outcome"] = plain_word(v1::RequestOutcome_Name(answer->outcome()), "OUTCOME_");
  return object;
}

}  // namespace

Api::DayAtPoint Api::read_day(RouteInput& in) {
  return {.day = in.query_day("day"), .point = in.optional_query_id("point").value_or(Uuid{})};
}

Api::BookingInput Api::read_booking(RouteInput& in) {
  constexpr std::int64_t last_minute = 4'223'371'680;  // The year 9999.
  const json::value text = parse_json(in.body());
  JsonObject fields(text, "");
  BookingInput input;
  input.wanted.patient = fields.id("patient");
  input.wanted.shift = fields.id("shift");
  input.wanted.service = fields.id("service");
  const auto minute = fields.optional_integer("minute", 0, last_minute);
  const auto from = fields.optional_text("from", 16);
  if (minute.has_value() == from.has_value())
    throw BadInput("minute", "either minute or from, local time, is expected");
  input.wanted.minute = minute.value_or(0);
  input.civil = from.value_or("");
  input.wanted.minutes = static_cast<std::uint32_t>(fields.optional_integer("minutes", 1, 480).value_or(0));
  fields.done();
  return input;
}

Api::MinutesInput Api::read_minutes(RouteInput& in) {
  MinutesInput input{.shift = in.path_id("id"), .from = {}, .until = {}};
  const json::value text = parse_json(in.body());
  JsonObject fields(text, "");
  input.from = fields.text("from", 16);
  input.until = fields.text("until", 16);
  fields.done();
  return input;
}

std::optional<MinuteSet> Api::minutes_of(const MinutesInput& input) const {
  const auto* shift = world_.node.state().shifts.find(input.shift);
  const auto zone = shift ? Zone::named(shift->state.from().zone()) : std::nullopt;
  const auto from = zone ? zone->minute(input.from) : std::nullopt;
  const auto until = zone ? zone->minute(input.until) : std::nullopt;
  if (!from || !until) return std::nullopt;
  return MinuteSet(Minutes{*from, *until});
}

std::optional<AppointmentView> Api::present(const Uuid& id) const {
  const NetworkState& state = world_.node.state();
  const auto* row = state.appointments.find(id);
  if (!row) return std::nullopt;
  AppointmentView view{.id = id, .appointment = row->state, .status = {}, .visit = {}};
  const auto* visit = state.visit_of(id);
  if (visit) view.visit = visit->first;
  view.status =
      fhir_status(row->state.status(), visit ? visit->second.state.status() : v1::VISIT_UNSPECIFIED);
  return view;
}

void Api::shifts(DayAtPoint input, const Caller&, Reply reply) {
  const NetworkState& state = world_.node.state();
  json::array all;
  for (const auto& [id, row] : state.shifts.rows()) {
    const bool wanted = row.state.from().civil().starts_with(input.day) &&
                        (input.point.is_nil() || row.state.point() == input.point.to_octets());
    if (wanted) all.push_back(shift_json(state, id, row.state));
  }
  reply(Answer{.status = 200, .body = std::move(all)});
}

void Api::appointments(DayAtPoint input, const Caller&, Reply reply) {
  world_.history.appointments(input.day, input.point, [reply](std::vector<AppointmentView> found) {
    json::array all;
    for (const auto& appointment : found) all.push_back(to_json(appointment));
    reply(Answer{.status = 200, .body = std::move(all)});
  });
}

void Api::appointment(ById input, const Caller&, Reply reply) {
  const auto found = present(input.id);
  if (!found) return reply(Refused{Refusal::not_found});
  reply(Answer{.status = 200, .body = to_json(*found)});
}

void Api::book(BookingInput input, const Caller& caller, Reply reply) {
  if (!input.civil.empty()) {
    const auto* shift = world_.node.state().shifts.find(input.wanted.shift);
    if (!shift) return reply(Refused{Refusal::not_found});
    const auto zone = Zone::named(shift->state.from().zone());
    const auto minute = zone ? zone->minute(input.civil) : std::nullopt;
    if (!minute)
      return reply(
          Refused{Refusal::malformed, "from: a local time that exists is expected, like 2026-11-22T09:43"});
    input.wanted.minute = *minute;
  }
  const auto booking =
      world_.node.scheduling().book(input.wanted, caller.actor, v1::PROOF_TOKEN, world_.node.now());
  if (!booking) return reply(Refused{refusal_of(booking.error()), to_text(booking.error())});
  write_booking(*booking, 201, caller, std::move(reply));
}

void Api::cancel(ById input, const Caller& caller, Reply reply) {
  const auto booking =
      world_.node.scheduling().cancel(input.id, caller.actor, v1::PROOF_TOKEN, world_.node.now());
  if (!booking) return reply(Refused{refusal_of(booking.error()), to_text(booking.error())});
  write_booking(*booking, 200, caller, std::move(reply));
}

void Api::write_booking(const Booking& booking, int status, const Caller& caller, Reply reply) {
  write(booking.drafts, caller, std::move(reply), [this, booking, status]() -> Answer {
    if (booking.requested)
      return {.status = 202,
              .body = json::object{{"request", booking.request.to_text()},
                                   {"appointment", booking.appointment.to_text()},
                                   {"requested", true}}};
    const auto view = present(booking.appointment);
    return {.status = status, .body = view ? json::value(to_json(*view)) : json::value(nullptr)};
  });
}

void Api::lease(MinutesInput input, const Caller& caller, Reply reply) {
  if (!world_.node.state().shifts.find(input.shift)) return reply(Refused{Refusal::not_found});
  const auto minutes = minutes_of(input);
  if (!minutes)
    return reply(Refused{Refusal::malformed, "from, until: local times like 2026-11-22T09:43 are expected"});
  auto lease =
      world_.node.scheduling().lease(input.shift, *minutes, caller.actor, v1::PROOF_TOKEN, world_.node.now());
  if (!lease) return reply(Refused{refusal_of(lease.error()), to_text(lease.error())});
  write({*lease}, caller, std::move(reply), [this, shift = input.shift]() -> Answer {
    const NetworkState& state = world_.node.state();
    return {.status = 201, .body = shift_json(state, shift, state.shifts.find(shift)->state)};
  });
}

void Api::recall(MinutesInput input, const Caller& caller, Reply reply) {
  if (!world_.node.state().shifts.find(input.shift)) return reply(Refused{Refusal::not_found});
  const auto minutes = minutes_of(input);
  if (!minutes)
    return reply(Refused{Refusal::malformed, "from, until: local times like 2026-11-22T09:43 are expected"});
  auto asked = world_.node.scheduling().recall(input.shift, *minutes, caller.actor, v1::PROOF_TOKEN,
                                               world_.node.now());
  if (!asked) return reply(Refused{refusal_of(asked.error()), to_text(asked.error())});
  write(asked->drafts, caller, std::move(reply), [request = asked->request]() -> Answer {
    return {.status = 202, .body = json::object{{"request", request.to_text()}, {"requested", true}}};
  });
}

void Api::break_lease(ById input, const Caller& caller, Reply reply) {
  auto broken =
      world_.node.scheduling().break_leases(input.id, caller.actor, v1::PROOF_TOKEN, world_.node.now());
  if (!broken)
    return reply(broken.error() == ScheduleRefusal::taken
                     ? Refused{Refusal::nothing_leased}
                     : Refused{refusal_of(broken.error()), to_text(broken.error())});
  std::vector<Uuid> opened;
  for (const Draft& draft : *broken)
    if (draft.subject.type == v1::TASK) opened.push_back(draft.subject.id);
  write(*broken, caller, std::move(reply), [this, shift = input.id, opened]() -> Answer {
    const NetworkState& state = world_.node.state();
    json::object body = shift_json(state, shift, state.shifts.find(shift)->state);
    json::array tasks;
    for (const Uuid& id : opened) tasks.push_back(to_json(id, *state.tasks.find(id)));
    body["tasks"] = std::move(tasks);
    return {.status = 200, .body = std::move(body)};
  });
}

void Api::request(ById input, const Caller&, Reply reply) {
  const auto* row = world_.node.state().requests.find(input.id);
  if (!row) return reply(Refused{Refusal::not_found});
  reply(Answer{.status = 200, .body = request_json(world_.node.state(), input.id, row->state)});
}

}  // namespace feldsher::central
