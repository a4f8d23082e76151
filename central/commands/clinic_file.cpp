#include "central/commands/clinic_file.hpp"

#include <algorithm>
#include <array>

#include "central/commands/pin.hpp"
#include "protocol/civil/civil.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t last_ms = 253'402'300'799'000;  // The year 9999.

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string plain_name(JsonObject& in, std::string_view key) {
  std::string name = in.text(key, 64);
  if (!is_plain_name(name)) throw BadInput(in.place(key), "1 to 64 letters, digits or hyphens are expected");
  return name;
}

std::string one_of(JsonObject& in, std::string_view key, std::initializer_list<std::string_view> words) {
  std::string text = in.text(key);
  if (std::find(words.begin(), words.end(), text) != words.end()) return text;
  std::string all;
  for (auto word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  throw BadInput(in.place(key), "not one of " + all);
}

template <class Repeated>
void put_ids(const std::vector<Uuid>& ids, Repeated* to) {
  for (const Uuid& id : ids) *to->Add() = id.to_octets();
}

template <class State, class Read>
std::vector<Entry<State>> entries(JsonObject& file, std::string_view list, Read read) {
  std::vector<Entry<State>> all;
  file.each_if_any(list, [&](JsonObject& in) {
    Entry<State> entry{.id = in.id("id"), .state = {}, .place = in.path()};
    read(in, entry.state);
    all.push_back(std::move(entry));
  });
  return all;
}

void read_point(JsonObject& in, v1::Point& point) {
  point.set_node(in.id("node").to_octets());
  point.set_short_name(plain_name(in, "short_name"));
  *point.mutable_name() = in.local_text("name");
  point.set_zone(in.text("zone"));
  if (!Zone::named(point.zone()))
    throw BadInput(in.place("zone"), "this machine's tables have no such IANA zone");
  point.set_home(in.boolean("home"));
  JsonObject rule = in.object("absent_rule");
  point.set_calls_before_absent(static_cast<std::uint32_t>(rule.integer("calls", 1, 20)));
  point.set_minutes_between_calls(static_cast<std::uint32_t>(rule.integer("minutes_between", 0, 120)));
  point.set_grace_minutes(static_cast<std::uint32_t>(rule.integer("grace_minutes", 0, 600)));
  rule.done();
}

void read_room(JsonObject& in, v1::Room& room) {
  room.set_point(in.id("point").to_octets());
  room.set_department(in.id("department").to_octets());
  room.set_label(in.text("label", 20));
  if (!in.boolean("ready"))
    throw BadInput(in.place("ready"), "only its point can say that a room is not ready; true is expected");
}

void read_service(JsonObject& in, v1::Service& service) {
  *service.mutable_name() = in.local_text("name");
  service.set_letter(one_of(in, "letter", {"A", "B", "E", "K", "M", "H", "O", "P", "C", "T", "X"}));
  service.set_minutes(static_cast<std::uint32_t>(in.integer("minutes", 1, 480)));
  service.set_icon(plain_name(in, "icon"));
  service.set_walk_in(in.boolean("walk_in"));
  put_ids(in.ids("points"), service.mutable_points());
  for (std::string& word : in.texts("preparation")) service.add_preparation(std::move(word));
}

PractitionerEntry read_practitioner(JsonObject& in) {
  PractitionerEntry entry;
  entry.id = in.id("id");
  entry.place = in.path();
  *entry.state.mutable_name() = in.local_text("name");
  constexpr std::array<std::pair<std::string_view, v1::Role>, 4> roles{
      {{"doctor", v1::DOCTOR}, {"registrar", v1::REGISTRAR}, {"nurse", v1::NURSE}, {"manager", v1::MANAGER}}};
  for (const std::string& word : in.texts("roles")) {
    auto role =
        std::find_if(roles.begin(), roles.end(), [&](const auto& each) { return each.first == word; });
    if (role == roles.end())
      throw BadInput(in.place("roles"), "doctor, registrar, nurse or manager is expected");
    entry.state.add_roles(role->second);
  }
  put_ids(in.ids("points"), entry.state.mutable_points());
  put_ids(in.ids("services"), entry.state.mutable_services());
  entry.pin = in.text("pin");
  if (!is_pin(entry.pin)) throw BadInput(in.place("pin"), "4 to 8 digits are expected");
  return entry;
}

void read_survey(JsonObject& in, v1::Survey& survey) {
  in.each("questions", [&](JsonObject& each) {
    v1::SurveyQuestion& question = *survey.add_questions();
    question.set_link_id(plain_name(each, "link_id"));
    *question.mutable_text() = each.local_text("text");
    question.set_scale(static_cast<std::uint32_t>(each.integer("scale", 2, 11)));
  });
  *survey.mutable_thanks() = in.local_text("thanks");
}

void read_terminal(JsonObject& in, v1::Terminal& terminal) {
  terminal.set_point(in.id("point").to_octets());
  terminal.set_name(plain_name(in, "name"));
  terminal.set_role(one_of(in, "role", {"check-in", "board", "room", "survey", "reception"}));
  const auto room = in.optional_id("room");
  if (room) terminal.set_room(room->to_octets());
  if ((terminal.role() == "room") != room.has_value())
    throw BadInput(in.place("room"), "a room screen has a room, and no other screen has one");
}

CivilRange read_range(JsonObject& in) {
  return {.from = in.text("from", 16), .until = in.text("until", 16), .place = in.path()};
}

ShiftEntry read_shift(JsonObject& in) {
  ShiftEntry entry;
  entry.id = in.id("id");
  entry.place = in.path();
  entry.state.set_point(in.id("point").to_octets());
  entry.state.set_room(in.id("room").to_octets());
  entry.state.set_practitioner(in.id("practitioner").to_octets());
  put_ids(in.ids("services"), entry.state.mutable_services());
  entry.times = read_range(in);
  in.each("leased", [&](JsonObject& each) { entry.leased.push_back(read_range(each)); });
  return entry;
}

void read_patient(JsonObject& in, v1::Patient& patient) {
  patient.set_family_name(in.text("family_name"));
  patient.set_given_name(in.text("given_name"));
  patient.set_birth_date(in.text("birth_date"));
  if (!is_date(patient.birth_date()))
    throw BadInput(in.place("birth_date"), "a date like 1956-03-09 is expected");
  patient.set_phone(in.text("phone", 16));
  const std::string& phone = patient.phone();
  if (phone.size() < 8 || phone[0] != '+' || phone.find_first_not_of("0123456789", 1) != std::string::npos)
    throw BadInput(in.place("phone"), "E.164 is expected: + and 7 to 15 digits");
  patient.set_language(in.text("language", 8));
  patient.set_verified(in.boolean("verified"));
}

AppointmentEntry read_appointment(JsonObject& in) {
  AppointmentEntry entry;
  entry.wanted.id = in.id("id");
  entry.wanted.patient = in.id("patient");
  entry.wanted.shift = in.id("shift");
  entry.wanted.service = in.id("service");
  entry.wanted.minutes = static_cast<std::uint32_t>(in.integer("minutes", 1, 480));
  entry.from = in.text("from", 16);
  entry.place = in.path();
  return entry;
}

void read_custody(JsonObject& in, v1::Custody& custody) {
  custody.set_device(in.id("device").to_octets());
  if (auto patient = in.optional_id("patient")) custody.set_patient(patient->to_octets());
  custody.set_home_node(in.id("home_node").to_octets());
  custody.set_point(in.id("point").to_octets());
  custody.set_from_ms(in.integer("from_ms", 0, last_ms));
}

}  // namespace

ClinicFile read_clinic(std::string_view json) {
  const boost::json::value value = parse_json(json);
  JsonObject file(value, "");
  if (file.text("format") != "feldsher-clinic/1")
    throw BadInput("format", "\"feldsher-clinic/1\" is expected");
  ClinicFile clinic;
  if (const auto day = file.optional_text("day"); day && !is_date(*day))
    throw BadInput("day", "a date like 2026-11-22 is expected");
  clinic.points = entries<v1::Point>(file, "points", read_point);
  clinic.departments =
      entries<v1::Department>(file, "departments", [](JsonObject& in, v1::Department& department) {
        department.set_point(in.id("point").to_octets());
        *department.mutable_name() = in.local_text("name");
      });
  clinic.rooms = entries<v1::Room>(file, "rooms", read_room);
  clinic.services = entries<v1::Service>(file, "services", read_service);
  file.each_if_any("practitioners",
                   [&](JsonObject& in) { clinic.practitioners.push_back(read_practitioner(in)); });
  clinic.surveys = entries<v1::Survey>(file, "surveys", read_survey);
  clinic.terminals = entries<v1::Terminal>(file, "terminals", read_terminal);
  file.each_if_any("shifts", [&](JsonObject& in) { clinic.shifts.push_back(read_shift(in)); });
  clinic.patients = entries<v1::Patient>(file, "patients", read_patient);
  file.each_if_any("appointments",
                   [&](JsonObject& in) { clinic.appointments.push_back(read_appointment(in)); });
  clinic.devices = entries<v1::Device>(file, "devices", [](JsonObject& in, v1::Device& device) {
    device.set_model(in.text("model"));
    device.set_udi(in.text("udi"));
  });
  clinic.custody = entries<v1::Custody>(file, "custody", read_custody);
  file.done();
  return clinic;
}

}  // namespace feldsher::central
