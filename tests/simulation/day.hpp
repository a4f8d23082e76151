#pragma once
#include <string>
#include <vector>

#include "tests/simulation/workload.hpp"

namespace feldsher::simulation {

/// What came of some days of a network.
struct RunResult {
  std::vector<std::string> broken;  ///< Nothing when every property held.
  std::uint64_t history = 0;        ///< Two runs of one seed must agree on it.
  std::uint64_t events = 0, frames = 0, told = 0;
  Counts counts;
};

/// [N1][N10][S1][X7][X11] Days of a network at work, while points and central are killed, lines are cut and
/// lossy, clocks jump, and leases of points that stay away are broken.
///
/// Without `look` nothing is held against the properties: for the second run of a seed, which only has to go
/// the way of the first.
RunResult run_days(std::uint64_t seed, std::size_t points, std::uint64_t days, bool look = true);

}  // namespace feldsher::simulation
