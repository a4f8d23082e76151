#pragma once
#include "tests/simulation/clinic_data.hpp"
#include "tests/simulation/mishaps.hpp"

namespace feldsher::simulation {

inline constexpr std::uint64_t second = 1'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

/// Two points whose day is planned, and people at both until `until_ms`. Its end is written into the trace.
struct WorkingDay {
  WorkingDay(std::uint64_t seed, std::uint64_t until_ms, Trace& trace) : network(seed, 2), trace_(trace) {
    workload.begin(until_ms);
  }
  ~WorkingDay() {
    trace_.history = network.scheduler.history();
    trace_.counts = workload.counts;
  }
  WorkingDay(const WorkingDay&) = delete;

  Network network;
  std::vector<SimulatedClinic> clinics = planned(network);
  Workload workload{network, clinics};

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
