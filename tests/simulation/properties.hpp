#pragma once
#include <string>
#include <vector>

#include "tests/simulation/workload.hpp"

namespace feldsher::simulation {

/// What must hold at every moment: each minute has one holder, and two bookings never overlap, but where a
/// lease was broken (Network::broken_minutes). Nothing when it holds. Overlaps are counted in `doubled`.
std::vector<std::string> broken_now(const Network& network, const std::vector<SimulatedClinic>& clinics,
                                    Counts& counts);

/// What the two ends must agree on when everything is healed and quiet, whatever happened before: nothing
/// told is lost, each minute has one holder, what was booked in broken minutes became one task each, hashes
/// are equal, chains verify, and no incident was reported that was none.
std::vector<std::string> broken_between_ends(Network& network, const Workload& workload);

/// And what must hold 60 s after everything is healed and quiet: nothing told is lost, nothing is there
/// twice, hashes are equal, chains verify, nobody was marked absent by a clock that nobody had set.
std::vector<std::string> broken_at_the_end(Network& network, const Workload& workload);

/// How many live bookings of a point overlap another booking; and the tasks that broken leases led to.
std::size_t overlaps(const Network& network);
std::size_t tasks_of_broken_leases(const Network& network);
std::size_t tasks_opened_for(const central::NetworkState& state, const Uuid& appointment);

/// How many incidents of a kind central has.
std::size_t incidents(const Network& network, v1::IncidentKind kind);

}  // namespace feldsher::simulation
