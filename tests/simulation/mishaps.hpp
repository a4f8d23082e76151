#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/workload.hpp"

namespace feldsher::simulation {

/// What a run leaves besides what it broke.
struct Trace {
  Counts counts;
  std::uint64_t history = 0;  ///< Two runs of one seed must agree on it.
  std::string said;           ///< For people; may be empty.
};

// Runs of one mishap each. They return what was broken; nothing when all held.

/// [N10] A copy of a point's disk goes on in another box, beside the original: it is noticed.
std::vector<std::string> run_clone(std::uint64_t seed, Trace& trace);

/// [N10][X11] A disk is restored from an old backup: it gets back what it lost, and begins a new life.
std::vector<std::string> run_restore(std::uint64_t seed, Trace& trace);

/// [N10][X11] A disk is restored from an old backup while the line is down, and people go on at the point:
/// what they did is kept beside what the disk had lost.
std::vector<std::string> run_branch(std::uint64_t seed, Trace& trace);

/// [N10][S1] A point is cut off, a person breaks its leases, both sides book and give back there, central
/// leases some of it to the point again, and they meet: three times. Each booking found so becomes one task,
/// for good.
std::vector<std::string> run_broken_leases(std::uint64_t seed, Trace& trace);

/// [X11][S1] Central's disk dies at a random moment and its standby takes its place: nothing that anybody was
/// told while it was in step is missing, and everybody agrees. With an even seed the standby's line is bad,
/// and it and central's process die and come back before.
std::vector<std::string> run_promotion(std::uint64_t seed, Trace& trace);

/// [X7][X11] A point cuts its journals at work, and later its box is lost wholly: the new one is rebuilt at
/// the cut, and dies in the midst of it too. With an even seed its line is bad.
std::vector<std::string> run_rebuild(std::uint64_t seed, Trace& trace);

/// [N10] An alert behind 90 days of readings and a 64 kbit/s line: at central within one batch and two round
/// trips.
std::vector<std::string> run_backlog(std::uint64_t seed, Trace& trace);

}  // namespace feldsher::simulation
