#include "devices/virtual/day_plan.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "protocol/record/result.hpp"

namespace feldsher::virtual_world {
namespace {

namespace json = boost::json;

std::string text_in(const json::object& object, const char* key) {
  const auto& text = object.at(key).as_string();
  return {text.data(), text.size()};
}

Uuid uuid_of(const std::string& text) {
  const auto uuid = Uuid::from_text(text);
  if (!uuid) throw Fault("clinic data: \"" + text + "\" is no UUID");
  return *uuid;
}

Uuid uuid_in(const json::object& object, const char* key) { return uuid_of(text_in(object, key)); }

/// The entries of a list that belong to the point.
std::vector<const json::object*> of_point(const json::object& clinic, const char* list,
                                          const std::string& point) {
  std::vector<const json::object*> found;
  for (const auto& entry : clinic.at(list).as_array()) {
    const auto& object = entry.as_object();
    if (text_in(object, "point") == point) found.push_back(&object);
  }
  return found;
}

DayPlan plan_of(const json::object& clinic, const std::string& point_name, const json::object& passes) {
  std::string point;
  for (const auto& entry : clinic.at("points").as_array()) {
    if (text_in(entry.as_object(), "short_name") == point_name) point = text_in(entry.as_object(), "id");
  }
  if (point.empty()) throw Fault("clinic data: no point \"" + point_name + "\"");

  DayPlan plan;
  std::map<std::string, std::string> terminal_of_room, reception;
  for (const auto* terminal : of_point(clinic, "terminals", point)) {
    const auto name = text_in(*terminal, "name"), role = text_in(*terminal, "role");
    if (role == "check-in") plan.check_in.push_back(name);
    if (role == "survey") plan.survey.push_back(name);
    if (role == "board") plan.board.push_back(name);
    if (role == "reception") reception.emplace(role, name);
    if (role == "room") terminal_of_room[text_in(*terminal, "room")] = name;
  }

  std::map<std::string, const json::object*> people;
  for (const auto& entry : clinic.at("practitioners").as_array()) {
    const auto& person = entry.as_object();
    people[text_in(person, "id")] = &person;
    const auto& roles = person.at("roles").as_array();
    const auto& points = person.at("points").as_array();
    const bool works_here = std::find(points.begin(), points.end(), json::value(point)) != points.end();
    const bool registrar = std::find(roles.begin(), roles.end(), json::value("registrar")) != roles.end();
    if (works_here && registrar && !reception.empty()) {
      plan.registrars.push_back(
          {PractitionerId{uuid_in(person, "id")}, text_in(person, "pin"), reception.begin()->second});
    }
  }

  std::set<std::string> shifts, services;
  std::set<std::pair<std::string, std::string>> at_work;
  for (const auto* shift : of_point(clinic, "shifts", point)) {
    shifts.insert(text_in(*shift, "id"));
    for (const auto& service : shift->at("services").as_array())
      services.insert(json::value_to<std::string>(service));
    const auto who = text_in(*shift, "practitioner"), room = text_in(*shift, "room");
    if (!terminal_of_room.contains(room) || !at_work.emplace(who, room).second) continue;
    plan.doctors.push_back({PractitionerId{uuid_of(who)}, text_in(*people.at(who), "pin"),
                            RoomId{uuid_of(room)}, terminal_of_room.at(room)});
  }

  for (const auto& entry : clinic.at("services").as_array()) {
    const auto& service = entry.as_object();
    if (!services.contains(text_in(service, "id"))) continue;
    const ServiceId id{uuid_in(service, "id")};
    plan.bookable.push_back({id, service.at("minutes").to_number<std::uint32_t>()});
    if (!service.at("walk_in").as_bool()) continue;
    plan.walk_ins.emplace_back().service = id;
  }

  std::map<std::string, const json::object*> patients;
  for (const auto& entry : clinic.at("patients").as_array()) {
    patients[text_in(entry.as_object(), "id")] = &entry.as_object();
  }
  for (const auto& entry : clinic.at("appointments").as_array()) {
    const auto& appointment = entry.as_object();
    if (!shifts.contains(text_in(appointment, "shift"))) continue;
    const auto& patient = *patients.at(text_in(appointment, "patient"));
    DayPlan::Patient comes;
    comes.id = PatientId{uuid_in(patient, "id")};
    comes.appointment = AppointmentId{uuid_in(appointment, "id")};
    comes.phone = text_in(patient, "phone");
    comes.birth_date = text_in(patient, "birth_date");
    const auto* pass = passes.if_contains(text_in(appointment, "id"));
    if (pass && plan.patients.size() % 3 != 2) comes.pass = json::value_to<std::string>(*pass);
    plan.to_book.push_back(comes.id);
    plan.patients.push_back(std::move(comes));
  }
  const auto expected = plan.patients.size();
  for (std::size_t i = 0; i < (expected + 4) / 5 && !plan.walk_ins.empty(); ++i) {
    plan.patients.push_back(plan.walk_ins[i % plan.walk_ins.size()]);
  }
  return plan;
}

}  // namespace

std::vector<std::string> DayPlan::terminals() const {
  std::set<std::string> names;
  for (const auto* list : {&check_in, &survey, &board}) names.insert(list->begin(), list->end());
  for (const auto& doctor : doctors) names.insert(doctor.terminal);
  if (!registrars.empty()) names.insert(registrars.front().terminal);
  return {names.begin(), names.end()};
}

DayPlan read_day_plan(const std::string& clinic_json, const std::string& point,
                      const std::string& passes_json) {
  try {
    const auto clinic = json::parse(clinic_json);
    const auto passes = passes_json.empty() ? json::value(json::object()) : json::parse(passes_json);
    return plan_of(clinic.as_object(), point, passes.as_object());
  } catch (const Fault&) {
    throw;
  } catch (const std::exception& wrong) {
    throw Fault(std::string("clinic data: ") + wrong.what());
  }
}

}  // namespace feldsher::virtual_world
