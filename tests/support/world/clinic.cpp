#include "tests/support/world/clinic.hpp"

namespace feldsher::testing {

v1::LocalText text(const std::string& words) {
  v1::LocalText text;
  text.add_translations()->set_language("en");
  text.mutable_translations(0)->set_text(words);
  return text;
}

Record FeedPen::write(const Draft& draft) {
  const Instant now{.wall_ms = monday_8_ms - 24 * 60 * ms_a_minute,
                    .since_boot_ms = 1,
                    .boot = 9,
                    .trust = v1::SYNCHRONISED};
  return writer_.seal(v1::ACTS, std::span(&draft, 1), now).front();
}

Clinic::Clinic(Publish publish, std::uint64_t seed) : publish_(std::move(publish)), random_(seed) {}

void Clinic::publish(v1::EntityType type, const Uuid& id, v1::Verb verb,
                     const google::protobuf::MessageLite& state) {
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_SYSTEM);
  draft.actor.set_id(Uuid{}.to_octets());
  draft.proof = v1::PROOF_CERTIFICATE;
  draft.subject = {type, id};
  draft.verb = verb;
  draft.message = state.SerializeAsString();
  publish_(draft);
}

PointId Clinic::found_point(const std::string& name, NodeId node) {
  const PointId made{id()};
  v1::Point state;
  *state.mutable_name() = text(name);
  state.set_zone(zone.name());
  state.set_node(node.to_octets());
  state.set_calls_before_absent(2);
  state.set_minutes_between_calls(3);
  state.set_grace_minutes(10);
  publish(v1::POINT, made.uuid, v1::REGISTERED, state);
  if (point.is_nil()) {
    point = made;
    point_state = state;
  }
  return made;
}

void Clinic::absent_rule(std::uint32_t calls, std::uint32_t minutes_between, std::uint32_t grace_minutes) {
  point_state.set_calls_before_absent(calls);
  point_state.set_minutes_between_calls(minutes_between);
  point_state.set_grace_minutes(grace_minutes);
  publish(v1::POINT, point.uuid, v1::CHANGED, point_state);
}

Uuid Clinic::service(const std::string& name, const std::string& letter, bool walk_in) {
  v1::Service state;
  *state.mutable_name() = text(name);
  state.set_letter(letter);
  state.set_minutes(10);
  state.set_walk_in(walk_in);
  state.add_points(point.to_octets());
  state.add_preparation("fasting");
  services.push_back(id());
  publish(v1::SERVICE, services.back(), v1::REGISTERED, state);
  return services.back();
}

Uuid Clinic::room(const std::string& label) {
  v1::Room state;
  state.set_point(point.to_octets());
  state.set_label(label);
  const Uuid made = id();
  publish(v1::ROOM, made, v1::REGISTERED, state);
  return made;
}

Uuid Clinic::person(const std::string& name, v1::Role role, std::vector<Uuid> provides) {
  v1::Practitioner state;
  *state.mutable_name() = text(name);
  state.add_roles(role);
  state.add_points(point.to_octets());
  state.set_pin_verifier("1234");
  for (const Uuid& each : provides) state.add_services(each.to_octets());
  const Uuid made = id();
  publish(v1::PRACTITIONER, made, v1::REGISTERED, state);
  return made;
}

Uuid Clinic::doctor(const std::string& name) { return person(name, v1::DOCTOR, services); }
Uuid Clinic::registrar(const std::string& name) { return person(name, v1::REGISTRAR, {}); }

Uuid Clinic::patient(const std::string& name, const std::string& phone, const std::string& birth_date) {
  v1::Patient state;
  state.set_given_name(name);
  state.set_family_name("Коваль");
  state.set_phone(phone);
  state.set_birth_date(birth_date);
  const Uuid made = id();
  publish(v1::PATIENT, made, v1::REGISTERED, state);
  return made;
}

Uuid Clinic::shift(const Uuid& doctor, const Uuid& room, std::int64_t first, std::int64_t end) {
  v1::Shift state;
  state.set_point(point.to_octets());
  state.set_room(room.to_octets());
  state.set_practitioner(doctor.to_octets());
  for (const Uuid& each : services) state.add_services(each.to_octets());
  *state.mutable_from() = zone.planned(monday_8 + first);
  *state.mutable_until() = zone.planned(monday_8 + end);
  const Uuid made = id();
  shifts[made] = state;
  publish(v1::SHIFT, made, v1::REGISTERED, state);
  return made;
}

Uuid Clinic::lease(const Uuid& shift, std::int64_t first, std::int64_t end) {
  v1::Lease state;
  state.set_shift(shift.to_octets());
  state.set_point(point.to_octets());
  put_minutes(MinuteSet({monday_8 + first, monday_8 + end}), state);
  const Uuid made = id();
  publish(v1::LEASE, made, v1::LEASED, state);
  return made;
}

v1::Appointment Clinic::wanted(const Uuid& patient, const Uuid& shift, const Uuid& service,
                               std::int64_t minute) const {
  v1::Appointment state;
  state.set_patient(patient.to_octets());
  state.set_shift(shift.to_octets());
  state.set_service(service.to_octets());
  state.set_point(point.to_octets());
  *state.mutable_from() = zone.planned(monday_8 + minute);
  state.set_minutes(10);
  state.set_status(v1::APPOINTMENT_BOOKED);
  state.set_room(shifts.at(shift).room());
  state.set_practitioner(shifts.at(shift).practitioner());
  return state;
}

Uuid Clinic::appointment(const Uuid& patient, const Uuid& shift, const Uuid& service, std::int64_t minute) {
  const Uuid made = id();
  publish(v1::APPOINTMENT, made, v1::BOOKED, wanted(patient, shift, service, minute));
  return made;
}

Uuid Clinic::survey() {
  v1::Survey state;
  for (auto [link_id, scale] : {std::pair("clear", 5U), std::pair("recommend", 11U)}) {
    v1::SurveyQuestion& question = *state.add_questions();
    question.set_link_id(link_id);
    question.set_scale(scale);
  }
  const Uuid made = id();
  publish(v1::SURVEY, made, v1::REGISTERED, state);
  return made;
}

Uuid Clinic::terminal(const std::string& name, const PointId& at, const Uuid& room) {
  v1::Terminal state;
  state.set_point(at.to_octets());
  state.set_name(name);
  const std::string kind = name.substr(0, name.find('-'));
  state.set_role(kind == "checkin" ? "check-in" : kind);
  if (!room.is_nil()) state.set_room(room.to_octets());
  const Uuid made = id();
  publish(v1::TERMINAL, made, v1::REGISTERED, state);
  return made;
}

void Clinic::terminals(const PointId& at) {
  for (const char* name : {"checkin-1", "checkin-2", "survey-1", "survey-2", "board-1", "room-1", "room-2",
                           "reception", "reception-2"})
    terminal(name, at);
}

Uuid Clinic::request(v1::RequestKind kind, const Uuid& appointment, const v1::Appointment& wanted,
                     NodeId owner) {
  v1::Request state;
  state.set_kind(kind);
  state.set_appointment(appointment.to_octets());
  if (kind == v1::REQUEST_BOOK) *state.mutable_wanted() = wanted;
  state.set_owner(owner.to_octets());
  state.set_status(v1::REQUEST_ASKED);
  const Uuid made = id();
  publish(v1::REQUEST, made, v1::ASKED, state);
  return made;
}

Uuid Clinic::answer(const Uuid& request, v1::RequestOutcome outcome, NodeId asker) {
  v1::RequestAnswer state;
  state.set_request(request.to_octets());
  state.set_outcome(outcome);
  state.set_asker(asker.to_octets());
  const Uuid made = id();
  publish(v1::REQUEST_ANSWER, made, outcome == v1::OUTCOME_GRANTED ? v1::GRANTED : v1::REFUSED, state);
  return made;
}

Uuid Clinic::pass_key(const Octets& public_key, bool retired) {
  v1::PassKey state;
  state.set_public_key(public_key);
  state.set_retired(retired);
  const Uuid made = id();
  publish(v1::PASS_KEY, made, v1::REGISTERED, state);
  return made;
}

}  // namespace feldsher::testing
