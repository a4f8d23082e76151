#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/workload.hpp"

namespace feldsher::simulation {

// Runs of one mishap each. They return what was broken; nothing when all held.

/// A copy of a point's disk goes on in another box, beside the original: it is noticed.
std::vector<std::string> run_clone(std::uint64_t seed);

/// A disk is restored from an old backup: it gets back what it lost, and begins a new life.
std::vector<std::string> run_restore(std::uint64_t seed);

/// A disk is restored from an old backup while the line is down, and people go on at the point: what they did
/// is kept beside what the disk had lost.
std::vector<std::string> run_branch(std::uint64_t seed);

/// A point is cut off, a person breaks its leases, both sides book and give back there, central leases some
/// of it to the point again, and they meet: three times. Each booking found so becomes one task, for good.
std::vector<std::string> run_broken_leases(std::uint64_t seed, Counts& counts);

/// Central's disk dies at a random moment and its standby takes its place: nothing that anybody was told
/// while it was in step is missing, and everybody agrees. With an even seed the standby's line is bad, and it
/// and central's process die and come back before.
std::vector<std::string> run_promotion(std::uint64_t seed, Counts& counts);

/// An alert behind 90 days of readings and a 64 kbit/s line: at central within one batch and two round trips.
std::vector<std::string> run_backlog(std::uint64_t seed);

}  // namespace feldsher::simulation
