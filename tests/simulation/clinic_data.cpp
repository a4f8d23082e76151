#include "tests/simulation/clinic_data.hpp"

#include <fmt/core.h>

#include "protocol/civil/civil.hpp"

namespace feldsher::simulation {
namespace {

constexpr std::int64_t minutes_a_day = 24 * 60;

v1::LocalText text(const std::string& words) {
  v1::LocalText text;
  text.add_translations()->set_language("en");
  text.mutable_translations(0)->set_text(words);
  return text;
}

Draft registered(const Network& network, v1::EntityType type, const Uuid& id,
                 const google::protobuf::MessageLite& state) {
  Draft draft;
  draft.actor = network.central->self();
  draft.subject = {type, id};
  draft.verb = v1::REGISTERED;
  draft.message = state.SerializeAsString();
  return draft;
}

/// From now on the device `number` of a point is worn by the patient whose turn it is on that day.
Draft given(Network& network, const SimulatedClinic& clinic, NodeId home, std::size_t number,
            std::int64_t day) {
  const auto turn = static_cast<std::size_t>(day) % wearers_of_a_device;
  v1::Custody custody;
  custody.set_device(clinic.devices[number].to_octets());
  custody.set_patient(clinic.patients[number * wearers_of_a_device + turn].to_octets());
  custody.set_home_node(home.to_octets());
  custody.set_point(clinic.point.to_octets());
  custody.set_from_ms(network.central->now().wall_ms);
  return registered(network, v1::CUSTODY, network.random.uuid_v7(MachineClock::epoch_ms), custody);
}

}  // namespace

std::vector<SimulatedClinic> found_network(Network& network) {
  std::vector<SimulatedClinic> clinics;
  auto id = [&] { return network.random.uuid_v7(MachineClock::epoch_ms); };
  std::vector<Draft> drafts;
  v1::Survey survey;
  v1::SurveyQuestion& question = *survey.add_questions();
  question.set_link_id("clear");
  question.set_scale(5);
  drafts.push_back(registered(network, v1::SURVEY, id(), survey));
  for (auto& simulated : network.points) {
    SimulatedClinic clinic{.point = simulated->identity.point,
                           .rooms = {},
                           .doctors = {},
                           .services = {},
                           .patients = {},
                           .shifts_today = {},
                           .devices = {},
                           .registrar = id()};
    const Octets point_id = clinic.point.to_octets();
    v1::Point point;
    *point.mutable_name() = text(simulated->name);
    point.set_zone("Europe/Kyiv");
    point.set_node(simulated->identity.node.to_octets());
    point.set_calls_before_absent(2);
    point.set_minutes_between_calls(2);
    point.set_grace_minutes(10);
    drafts.push_back(registered(network, v1::POINT, clinic.point.uuid, point));
    for (int i = 0; i < 2; ++i) {
      v1::Service service;
      *service.mutable_name() = text(fmt::format("service {}", i));
      service.set_letter(i == 0 ? "A" : "B");
      service.set_minutes(10);
      service.set_walk_in(true);
      service.add_points(point_id);
      clinic.services.push_back(id());
      drafts.push_back(registered(network, v1::SERVICE, clinic.services.back(), service));
      v1::Room room;
      room.set_point(point_id);
      room.set_label(fmt::format("{}", i + 1));
      clinic.rooms.push_back(id());
      drafts.push_back(registered(network, v1::ROOM, clinic.rooms.back(), room));
    }
    auto person = [&](const Uuid& person_id, v1::Role role) {
      v1::Practitioner practitioner;
      *practitioner.mutable_name() = text("person");
      practitioner.add_roles(role);
      practitioner.add_points(point_id);
      practitioner.set_pin_verifier("1234");
      for (const Uuid& service : clinic.services) practitioner.add_services(service.to_octets());
      drafts.push_back(registered(network, v1::PRACTITIONER, person_id, practitioner));
    };
    for (int i = 0; i < 2; ++i) {
      clinic.doctors.push_back(id());
      person(clinic.doctors.back(), v1::DOCTOR);
    }
    person(clinic.registrar, v1::REGISTRAR);
    const auto terminal = [&](const std::string& name, const std::string& role, const Octets& room) {
      v1::Terminal screen;
      screen.set_point(point_id);
      screen.set_name(name);
      screen.set_role(role);
      screen.set_room(room);
      drafts.push_back(registered(network, v1::TERMINAL, id(), screen));
    };
    terminal("checkin-1", "check-in", {});
    terminal("survey-1", "survey", {});
    terminal("reception-1", "reception", {});
    for (std::size_t i = 0; i < clinic.rooms.size(); ++i)
      terminal(fmt::format("room-{}", i + 1), "room", clinic.rooms[i].to_octets());
    for (int i = 0; i < 24; ++i) {
      v1::Patient patient;
      patient.set_family_name("F");
      patient.set_given_name("G");
      patient.set_birth_date(fmt::format("19{:02}-03-{:02}", 50 + i, i % 28 + 1));
      patient.set_phone(fmt::format("+38044{:07}", network.random.below(10'000'000)));
      clinic.patients.push_back(id());
      drafts.push_back(registered(network, v1::PATIENT, clinic.patients.back(), patient));
    }
    for (std::size_t i = 0; i < 2; ++i) {
      v1::Device device;
      device.set_model("wearable");
      clinic.devices.push_back(id());
      drafts.push_back(registered(network, v1::DEVICE, clinic.devices.back(), device));
      drafts.push_back(given(network, clinic, simulated->identity.node, i, 0));
    }
    clinics.push_back(std::move(clinic));
  }
  network.central->write(drafts, [] {});
  return clinics;
}

void plan_day(Network& network, std::vector<SimulatedClinic>& clinics, std::int64_t day) {
  central::CentralNode& central = *network.central;
  const Zone zone = *Zone::named("Europe/Kyiv");
  const std::int64_t midnight = MachineClock::epoch_ms / 60'000 + day * minutes_a_day;
  for (SimulatedClinic& clinic : clinics) {
    clinic.shifts_today.clear();
    if (day > 0) {
      const NodeId home = network.points[static_cast<std::size_t>(&clinic - clinics.data())]->identity.node;
      central.write(
          {given(network, clinic, home, static_cast<std::size_t>(day) % clinic.devices.size(), day)}, [] {});
    }
    for (std::size_t i = 0; i < clinic.doctors.size(); ++i) {
      const Minutes whole{midnight + 6 * 60, midnight + 14 * 60};
      v1::Shift shift;
      shift.set_point(clinic.point.to_octets());
      shift.set_room(clinic.rooms[i].to_octets());
      shift.set_practitioner(clinic.doctors[i].to_octets());
      for (const Uuid& service : clinic.services) shift.add_services(service.to_octets());
      *shift.mutable_from() = zone.planned(whole.first);
      *shift.mutable_until() = zone.planned(whole.end);
      const Uuid shift_id = network.random.uuid_v7(MachineClock::epoch_ms);
      auto made = central.scheduling().shift(shift_id, shift, central.self(), v1::PROOF_NONE);
      if (!made) continue;  // The room is taken: a day that was planned before central died.
      central.write({*made}, [] {});
      clinic.shifts_today.push_back(shift_id);
      lease(network, shift_id, {whole.first + 160, whole.first + 320});
      for (int n = 0; n < 6; ++n) {
        const auto minute = whole.first + static_cast<std::int64_t>(network.random.below(470));
        central.book({.patient = clinic.patients[network.random.below(clinic.patients.size())],
                      .shift = shift_id,
                      .service = clinic.services[network.random.below(2)],
                      .minute = minute,
                      .minutes = 10},
                     central.self(), v1::PROOF_NONE, [](auto) {});
      }
    }
  }
}

void lease(Network& network, const Uuid& shift, Minutes minutes) {
  central::CentralNode& central = *network.central;
  if (auto given = central.scheduling().lease(shift, MinuteSet(minutes), central.self(), v1::PROOF_NONE,
                                              central.now()))
    central.write({*given}, [] {});
}

bool break_leases(Network& network, const Uuid& shift) {
  central::CentralNode& central = *network.central;
  const MinuteSet before = central.state().leases_of(shift).outstanding();
  auto broken = central.scheduling().break_leases(shift, central.self(), v1::PROOF_TOKEN, central.now());
  if (!broken) return false;
  central.write(*broken, [] {});
  MinuteSet gone = before;
  gone.remove(central.state().leases_of(shift).outstanding());
  network.broken_minutes[shift].add(gone);
  return true;
}

}  // namespace feldsher::simulation
