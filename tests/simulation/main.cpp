#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "tests/simulation/bookings.hpp"
#include "tests/simulation/day.hpp"
#include "tests/simulation/mishaps.hpp"

namespace feldsher::simulation {
namespace {

struct Wanted {
  std::uint64_t seed = 1, seeds = 1, days = 2, hours = 0, bookings = 0;
  std::size_t points = 3;
};

using Mishap = std::vector<std::string> (*)(std::uint64_t seed, Trace& trace);

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// All runs of a command: what they did, and what went wrong.
class Sum {
 public:
  void run(const std::string& what, std::uint64_t seed, const std::vector<std::string>& broken,
           const std::string& replay) {
    ++runs_;
    if (broken.empty()) return;
    ++failures_;
    fmt::print(stderr, "FAILED {} seed {}\n", what, seed);
    for (const std::string& line : broken) fmt::print(stderr, "  {}\n", line);
    fmt::print(stderr, "  replay: {}\n", replay);
  }
  void twice(const std::string& what, std::uint64_t seed, Mishap mishap, const std::string& replay);
  void days(const RunResult& once, const RunResult& again) {
    counts += once.counts;
    told_ += once.told;
    events_ += once.events + again.events;
    frames_ += once.frames;
  }
  void print(const Wanted& wanted, double took) const;
  int end() const {
    fmt::print("{} passed, {} failed\n", runs_ - failures_, failures_);
    return failures_ == 0 ? 0 : 1;
  }

  Counts counts;

 private:
  std::uint64_t runs_ = 0, failures_ = 0, told_ = 0, events_ = 0, frames_ = 0;
};

void Sum::twice(const std::string& what, std::uint64_t seed, Mishap mishap, const std::string& replay) {
  Trace once, again;
  std::vector<std::string> broken = mishap(seed, once);
  mishap(seed, again);
  if (broken.empty() && once.history != again.history)
    broken.emplace_back("two runs of the seed went different ways");
  if (!once.said.empty()) fmt::print("{}\n", once.said);
  counts += once.counts;
  run(what, seed, broken, replay);
}

void Sum::print(const Wanted& wanted, double took) const {
  const Counts& c = counts;
  const std::uint64_t hours = wanted.seeds * wanted.days * 24;
  fmt::print(
      "{} simulated hours, {} point-days, each twice; {} asks, {} answers, {} repeats; {} facts told "
      "to somebody\n",
      hours, wanted.seeds * wanted.days * wanted.points, c.asks, c.answers, c.repeats, told_);
  fmt::print(
      "{} booking attempts: {} granted, {} asked of the other side, {} refused; {} over a minute that "
      "was taken\n",
      c.booking_attempts, c.bookings_granted, c.bookings_asked, c.bookings_refused, c.doubled);
  fmt::print(
      "{} check-ins, {} calls, {} served, {} surveys; booked {} at points, {} at central; {} requests, "
      "{} cancelled, {} give-backs, {} recalls\n",
      c.check_ins, c.calls, c.finished, c.surveys, c.booked_at_points, c.booked_at_central, c.requests,
      c.cancelled, c.returned, c.recalled);
  fmt::print(
      "{} readings taken, heard {} times, {} receipted, {} at central; {} receipted ones were lost with "
      "their "
      "point's only disk\n",
      c.readings_taken, c.readings_heard, c.readings_receipted, c.readings_at_central,
      c.readings_lost_with_disks);
  fmt::print(
      "{} times a shift's leases broken: {} bookings there overlap, {} tasks; {} promotions of a standby, "
      "{} facts told while it was in step, or on a point's disk\n",
      c.leases_broken, c.overlaps_in_broken, c.tasks, c.promotions, c.safe_at_promotion);
  fmt::print(
      "{} kills of points, {} of central, {} cuts, {} clock jumps at points, {} at central, {} boots in "
      "1970; "
      "{} events, {} frames\n",
      c.point_kills, c.central_kills, c.cuts, c.clock_jumps, c.central_clock_jumps, c.boots_in_1970, events_,
      frames_);
  fmt::print("{:.0f} simulated hours per second ({:.0f} point-hours per second)\n",
             2 * static_cast<double>(hours) / took, 2 * static_cast<double>(hours * wanted.points) / took);
}

int simulate(const Wanted& wanted) {
  const auto began = std::chrono::steady_clock::now();
  Sum sum;
  for (std::uint64_t s = wanted.seed; s < wanted.seed + wanted.seeds; ++s) {
    const std::string replay =
        fmt::format("./run simulate --seed {} --days {} --points {}", s, wanted.days, wanted.points);
    RunResult once = run_days(s, wanted.points, wanted.days);
    const RunResult again = run_days(s, wanted.points, wanted.days, false);
    if (once.broken.empty() && once.history != again.history)
      once.broken.emplace_back("two runs of the seed went different ways");
    sum.run("day", s, once.broken, replay);
    sum.days(once, again);
    sum.twice("clone", s, run_clone, replay);
    sum.twice("restore", s, run_restore, replay);
    sum.twice("branch", s, run_branch, replay);
    sum.twice("rebuild", s, run_rebuild, replay);
    sum.twice("broken leases", s, run_broken_leases, replay);
    sum.twice("promotion", s, run_promotion, replay);
    if ((s - wanted.seed) % 10 == 0) sum.twice("backlog", s, run_backlog, replay);
  }
  sum.print(wanted, seconds_since(began));
  return sum.end();
}

int book(const Wanted& wanted) {
  const auto began = std::chrono::steady_clock::now();
  Sum sum;
  const BookingFigures figures = run_bookings(wanted.seed, wanted.bookings);
  sum.run("bookings", wanted.seed, figures.broken,
          fmt::format("./run simulate --seed {} --bookings {}", wanted.seed, wanted.bookings));
  print(figures);
  fmt::print("{:.0f} attempts a second\n", static_cast<double>(figures.attempts) / seconds_since(began));
  return sum.end();
}

}  // namespace
}  // namespace feldsher::simulation

int main(int argc, char** argv) {
  using namespace feldsher::simulation;
  CLI::App app{
      "Runs a network of points and central in virtual time, with lossy lines, kills and wrong clocks."};
  Wanted wanted;
  app.add_option("--seed", wanted.seed, "First seed")->capture_default_str();
  app.add_option("--seeds", wanted.seeds, "How many seeds, one after the other")->capture_default_str();
  app.add_option("--days", wanted.days, "Simulated days of each seed")->capture_default_str();
  app.add_option("--hours", wanted.hours, "So many simulated hours, or a little more: sets --seeds");
  app.add_option("--points", wanted.points, "Points of the network")->capture_default_str();
  app.add_option(
      "--bookings", wanted.bookings,
      "Instead: so many attempts to book, the deciding cores of central and point against each other");
  app.set_version_flag("--version", "feldsher-simulate " FELDSHER_VERSION);
  app.footer("Exit: 0 every property held, 1 one was broken, 2 the command line is wrong.");
  try {
    app.parse(argc, argv);
    if (wanted.days == 0 || wanted.points == 0) throw CLI::ValidationError("days and points are 1 or more");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (wanted.hours != 0) wanted.seeds = (wanted.hours + wanted.days * 24 - 1) / (wanted.days * 24);
  return wanted.bookings != 0 ? book(wanted) : simulate(wanted);
}
