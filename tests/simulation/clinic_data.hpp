#pragma once
#include <vector>

#include "tests/simulation/network.hpp"

namespace feldsher::simulation {

/// What a simulated point has, by id.
struct SimulatedClinic {
  PointId point;
  std::vector<Uuid> rooms, doctors, services, patients, shifts_today, devices;
  Uuid registrar;
};

/// Registers points, rooms, people, services and patients at central. All PINs are "1234".
std::vector<SimulatedClinic> found_network(Network& network);

/// Each device goes from one of so many patients to the next, and to nobody else.
inline constexpr std::size_t wearers_of_a_device = 4;

/// Opens the day `day` (counted from virtual time 0): shifts, leases of a third of each, appointments; one
/// device gets another wearer.
void plan_day(Network& network, std::vector<SimulatedClinic>& clinics, std::int64_t day);

/// Leases minutes of a shift to its point, when they are central's and free.
void lease(Network& network, const Uuid& shift, Minutes minutes);

/// A person at central breaks the leases of a shift, as for a point that cannot give them back. False when
/// there was nothing to break.
bool break_leases(Network& network, const Uuid& shift);

}  // namespace feldsher::simulation
