#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace feldsher::simulation {

/// What many attempts to book came to.
struct BookingFigures {
  std::uint64_t attempts = 0, granted = 0, asked = 0, refused = 0;  ///< Each attempt is one of the three.
  std::uint64_t doubled = 0;  ///< Bookings over a minute that was taken, where no lease was broken.
  std::uint64_t cancelled = 0, given_back = 0, recalled = 0, leases = 0, breaks = 0, cuts = 0, meetings = 0;
  std::uint64_t excused = 0, tasks = 0;  ///< Overlaps in broken minutes; tasks that broken leases led to.
  std::vector<std::string> broken;       ///< Nothing when every property held.
};

/// [S1][S3] The deciding cores of central and a point against each other: people book, cancel, lease, give
/// back, ask and break leases on both sides of a line that is cut at random; nothing else runs. Each record
/// is held against a model of single minutes when it is written; and when both sides have heard everything,
/// so are their books, and those of a central that starts again.
BookingFigures run_bookings(std::uint64_t seed, std::uint64_t attempts);

void print(const BookingFigures& figures);

}  // namespace feldsher::simulation
