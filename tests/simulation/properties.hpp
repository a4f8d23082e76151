#pragma once
#include <string>
#include <vector>

#include "tests/simulation/workload.hpp"

namespace feldsher::simulation {

/// What must hold at every moment: each minute has one holder, and two bookings never overlap. Nothing
/// when it holds.
std::vector<std::string> broken_now(const Network& network, const std::vector<SimulatedClinic>& clinics);

/// What the two ends must agree on when everything is healed and quiet, whatever happened before: nothing
/// told is lost, hashes are equal, chains verify, and no incident was reported that was none.
std::vector<std::string> broken_between_ends(Network& network, const Workload& workload);

/// And what must hold 60 s after everything is healed and quiet: nothing told is lost, nothing is there
/// twice, hashes are equal, chains verify, nobody was marked absent by a clock that nobody had set.
std::vector<std::string> broken_at_the_end(Network& network, const Workload& workload);

/// How many incidents of a kind central has.
std::size_t incidents(const Network& network, v1::IncidentKind kind);

}  // namespace feldsher::simulation
