#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

PointId found(Clinic& clinic) { return clinic.found_point("Embankment", testing::point_node_of_tests); }

}  // namespace

DeskWorld::DeskWorld()
    : clinic([this](const Draft& draft) { hear(draft); }, 8),
      state(found(clinic), testing::point_node_of_tests),
      desk(state, clinic.zone, random,
           [this](const std::string& text) { return read_pass_with(state.pass_keys, text); }),
      pen(testing::tenant_of_tests, testing::point_node_of_tests, Epoch{77}, random) {
  opened_ = true;
  clinic.publish(v1::POINT, clinic.point.uuid, v1::REGISTERED, clinic.point_state);
  clinic.terminals(clinic.point);
  const PublicKey& raw = key.public_key();
  key_id = clinic.pass_key(Octets(reinterpret_cast<const char*>(raw.data()), raw.size()));
}

void DeskWorld::hear(const Draft& draft) {
  // The point must have an id before it can have a state.
  if (opened_) REQUIRE(state.apply(feed.write(draft)));
}

void DeskWorld::write(const std::vector<Draft>& drafts) {
  last_records = drafts.empty() ? std::vector<Record>{} : pen.seal(v1::ACTS, drafts, clock.now());
  for (const Record& record : last_records) REQUIRE(state.apply(record));
}

v1::Answer DeskWorld::ask(const v1::Ask& wanted, const std::string& terminal) {
  v1::Ask ask = wanted;
  ask.set_id(random.octets(16));
  if (auto session = sessions.find(terminal); session != sessions.end()) ask.set_session(session->second);
  last_ask = ask.id();
  const DeskTime time = now();
  Outcome outcome = desk.answer(ask, terminal, time);
  // A refusal writes nothing, ever.
  if (outcome.answer.refusal() != v1::ASK_GRANTED) REQUIRE(outcome.drafts.empty());
  std::map<SubjectKey, Octets> before;
  for (const Draft& draft : outcome.drafts) {
    if (const auto* row = state.tickets.find(draft.subject.id))
      before[draft.subject] = row->state.SerializeAsString();
    if (const auto* row = state.visits.find(draft.subject.id))
      before[draft.subject] = row->state.SerializeAsString();
  }
  write(outcome.drafts);
  std::vector<std::pair<SubjectKey, RecordKey>> made;
  for (const Record& record : last_records) made.emplace_back(record.subject, record.key);
  if (!made.empty()) desk.wrote(*AskId::from_octets(ask.id()), made, before, terminal, time);
  return outcome.answer;
}

v1::AskRefusal DeskWorld::sign_in(const Uuid& person, const std::string& terminal, const std::string& pin) {
  v1::SignIn ask;
  ask.set_practitioner(person.to_octets());
  ask.set_pin(pin);
  auto verifier = desk.pin_verifier(ask, terminal, now());
  if (auto* refused = std::get_if<Outcome>(&verifier)) return refused->answer.refusal();
  const Outcome outcome = desk.signed_in(ask, terminal, std::get<std::string>(verifier) == pin, now());
  if (outcome.answer.refusal() == v1::ASK_GRANTED) sessions[terminal] = outcome.answer.signed_in().session();
  return outcome.answer.refusal();
}

std::size_t DeskWorld::tick() {
  const auto acts = desk.due(now());
  for (const auto& act : acts) write(act);
  return acts.size();
}

std::string DeskWorld::pass(const Uuid& appointment, const Uuid& patient, const std::string& day) const {
  return issue_pass(key, {.appointment = AppointmentId{appointment},
                          .patient = PatientId{patient},
                          .point = clinic.point,
                          .day = day});
}

v1::Answer DeskWorld::check_in(const std::string& pass, const std::string& terminal) {
  v1::Ask act;
  act.mutable_check_in_by_pass()->set_pass(pass);
  return ask(act, terminal);
}

v1::Answer DeskWorld::by_phone(const std::string& phone, const std::string& birth_date,
                               const std::string& terminal) {
  v1::Ask act;
  act.mutable_check_in_by_phone()->set_phone(phone);
  act.mutable_check_in_by_phone()->set_birth_date(birth_date);
  return ask(act, terminal);
}

v1::Answer DeskWorld::walk_in(const Uuid& service, const std::string& terminal) {
  v1::Ask act;
  act.mutable_walk_in()->set_service(service.to_octets());
  return ask(act, terminal);
}

v1::Answer DeskWorld::call_next(const Uuid& room, const std::string& terminal) {
  v1::Ask act;
  act.mutable_call_next()->set_room(room.to_octets());
  return ask(act, terminal);
}

v1::Answer DeskWorld::on_ticket(const std::string& act, const std::string& ticket,
                                const std::string& terminal) {
  v1::Ask wanted;
  const auto* field = v1::Ask::descriptor()->FindFieldByName(act);
  REQUIRE(field);
  google::protobuf::Message* message = wanted.GetReflection()->MutableMessage(&wanted, field);
  message->GetReflection()->SetString(message, message->GetDescriptor()->FindFieldByName("ticket"), ticket);
  return ask(wanted, terminal);
}

v1::Answer DeskWorld::transfer(const std::string& ticket, const Uuid& service, const std::string& terminal) {
  v1::Ask act;
  act.mutable_transfer()->set_ticket(ticket);
  act.mutable_transfer()->set_service(service.to_octets());
  return ask(act, terminal);
}

v1::Answer DeskWorld::undo(const std::string& what, const std::string& terminal) {
  v1::Ask act;
  act.mutable_undo()->set_ask(what);
  return ask(act, terminal);
}

v1::Answer DeskWorld::book(const Uuid& patient, const Uuid& shift, const Uuid& service, std::int64_t minute) {
  v1::Ask act;
  act.mutable_book()->set_patient(patient.to_octets());
  act.mutable_book()->set_shift(shift.to_octets());
  act.mutable_book()->set_service(service.to_octets());
  act.mutable_book()->set_minute(monday_8 + minute);
  return ask(act, "reception");
}

v1::Answer DeskWorld::cancel(const std::string& appointment) {
  v1::Ask act;
  act.mutable_cancel()->set_appointment(appointment);
  return ask(act, "reception");
}

void DeskWorld::see(const Uuid& room, const std::string& terminal) {
  const v1::Answer called = call_next(room, terminal);
  REQUIRE(called.refusal() == v1::ASK_GRANTED);
  REQUIRE(on_ticket("serve", called.done().ticket(), terminal).refusal() == v1::ASK_GRANTED);
  REQUIRE(on_ticket("finish", called.done().ticket(), terminal).refusal() == v1::ASK_GRANTED);
}

ClinicDay::ClinicDay() {
  gp = clinic.service("General practitioner", "A");
  ada = clinic.doctor("Ada");
  rita = clinic.registrar("Rita");
  room = clinic.room("12");
  shift = clinic.shift(ada, room);
  olena = clinic.patient("Олена");
  at_nine = clinic.appointment(olena, shift, gp, 60);
  olenas_pass = pass(at_nine, olena);
  REQUIRE(sign_in(ada, "room-1") == v1::ASK_GRANTED);
  REQUIRE(sign_in(rita, "reception") == v1::ASK_GRANTED);
}

std::string ClinicDay::booked(const std::string& name, std::int64_t minute, const std::string& phone) {
  const Uuid patient = clinic.patient(name, phone);
  return pass(clinic.appointment(patient, shift, gp, minute), patient);
}

}  // namespace feldsher::edge
