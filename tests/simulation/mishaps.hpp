#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace feldsher::simulation {

// Runs of one mishap each. They return what was broken; nothing when all held.

/// A copy of a point's disk goes on in another box, beside the original: it is noticed.
std::vector<std::string> run_clone(std::uint64_t seed);

/// A disk is restored from an old backup: it gets back what it lost, and begins a new life.
std::vector<std::string> run_restore(std::uint64_t seed);

/// A disk is restored from an old backup while the line is down, and people go on at the point: what they did
/// is kept beside what the disk had lost.
std::vector<std::string> run_branch(std::uint64_t seed);

/// An alert behind 90 days of readings and a 64 kbit/s line: at central within one batch and two round trips.
std::vector<std::string> run_backlog(std::uint64_t seed);

}  // namespace feldsher::simulation
