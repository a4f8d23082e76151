#pragma once
#include "tests/simulation/clinic_data.hpp"
#include "tests/simulation/mishaps.hpp"
#include "tests/simulation/wearables.hpp"

namespace feldsher::simulation {

inline constexpr std::uint64_t second = 1'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

/// Two points whose day is planned, and people at both until `until_ms`; who wears a device wears it somewhat
/// longer. Its end is written into the trace.
struct WorkingDay {
  WorkingDay(std::uint64_t seed, std::uint64_t until_ms, Trace& trace) : network(seed, 2), trace_(trace) {
    workload.begin(until_ms);
    wearables.begin(until_ms + 20 * minute);
  }
  ~WorkingDay() {
    trace_.history = network.scheduler.history();
    trace_.counts = workload.counts;
  }
  WorkingDay(const WorkingDay&) = delete;

  /// What is `broken` already, or else what is of the readings when the devices have come to rest.
  std::vector<std::string> and_readings(std::vector<std::string> broken) {
    return broken.empty() ? wearables.broken_at_the_end() : broken;
  }
  /// The box of a point is off, and its disk is `left` from now on. What it had and central has not is gone.
  void disk_lost(SimulatedPoint& point, MemoryStore left) {
    workload.forget([this](const Told& told) { return !network.central->state().current(told.subject); });
    wearables.disk_lost(point, left);
    point.disk.store = std::move(left);
  }

  Network network;
  std::vector<SimulatedClinic> clinics = planned(network);
  Workload workload{network, clinics};
  Wearables wearables{network, clinics, workload.counts};

 private:
  Trace& trace_;

  static std::vector<SimulatedClinic> planned(Network& network) {
    network.start_central();
    auto clinics = found_network(network);
    for (auto& point : network.points) network.start_point(*point);
    network.scheduler.run_until(3 * hour);
    plan_day(network, clinics, 0);
    return clinics;
  }
};

}  // namespace feldsher::simulation
