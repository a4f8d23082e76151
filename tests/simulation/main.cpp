#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "tests/simulation/mishaps.hpp"
#include "tests/simulation/properties.hpp"

namespace feldsher::simulation {
namespace {

constexpr std::uint64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;

struct RunResult {
  std::vector<std::string> broken;
  std::uint64_t history = 0, events = 0, frames = 0, told = 0;
  Counts counts;
};

/// The troubles of a run: every so often something is killed, cut, or told a wrong time.
class Trouble {
 public:
  Trouble(Network& network, Counts& counts)
      : network_(network), counts_(counts), random_(network.random.u64()) {}

  void begin(std::uint64_t until_ms) {
    until_ms_ = until_ms;
    next();
  }

 private:
  void next() {
    network_.scheduler.in(5 * minute + random_.below(80 * minute), [this] {
      if (network_.scheduler.now_ms() >= until_ms_) return;
      strike();
      next();
    });
  }

  void strike() {
    SimulatedPoint& point = *network_.points[random_.below(network_.points.size())];
    switch (random_.below(8)) {
      case 0:
        if (!network_.central) return;
        ++counts_.central_kills;
        network_.kill_central();
        network_.scheduler.in(1 + random_.below(10 * minute), [this] {
          if (!network_.central) network_.start_central();
        });
        return;
      case 1:
      case 2:
        ++counts_.cuts;
        network_.cut(point);
        network_.scheduler.in(random_.below(5 * hour), [this, &point] { network_.heal(point); });
        return;
      case 3:
        ++counts_.clock_jumps;
        point.clock.trust = v1::FREE_RUNNING;
        point.clock.wall_offset_ms =
            static_cast<std::int64_t>(random_.below(96 * hour)) - static_cast<std::int64_t>(48 * hour);
        network_.scheduler.in(random_.below(3 * hour), [&point] {
          point.clock.wall_offset_ms = 0;
          point.clock.trust = v1::SYNCHRONISED;
        });
        return;
      case 4:
        // The battery of its clock is dead, and it boots without a line.
        if (!point.node) return;
        ++counts_.boots_in_1970;
        network_.kill_point(point);
        point.clock.trust = v1::TRUST_UNSET;
        network_.cut(point);
        network_.start_point(point);
        network_.scheduler.in(random_.below(2 * hour), [this, &point] {
          network_.heal(point);
          point.clock.trust = v1::SYNCHRONISED;
        });
        return;
      default:
        if (!point.node) return;
        ++counts_.point_kills;
        network_.kill_point(point);
        network_.scheduler.in(1 + random_.below(3 * minute), [this, &point] {
          if (!point.node) network_.start_point(point);
        });
    }
  }

  Network& network_;
  Counts& counts_;
  SeededRandom random_;
  std::uint64_t until_ms_ = 0;
};

RunResult run(std::uint64_t seed, std::size_t points, std::uint64_t days) {
  Network network(seed, points);
  const std::uint32_t losses[] = {0, 5, 20, 50};
  network.weather.loss_percent = losses[seed % 4];
  network.weather.repeat_percent = losses[(seed / 4) % 4];
  network.weather.longest_delay_ms = seed % 3 == 0 ? 2'000 : 150;
  RunResult result;
  network.start_central();
  auto clinics = found_network(network);
  for (auto& point : network.points) network.start_point(*point);
  Workload workload(network, clinics);
  Trouble trouble(network, workload.counts);
  const std::uint64_t end = days * day - 8 * hour;
  workload.begin(end);
  trouble.begin(end);
  for (std::uint64_t n = 0; n < days; ++n) {
    network.scheduler.run_until(n * day + 3 * hour);
    while (!network.central) network.scheduler.run_until(network.scheduler.now_ms() + minute);
    plan_day(network, clinics, static_cast<std::int64_t>(n));
    for (std::uint64_t at = network.scheduler.now_ms(); at < std::min((n + 1) * day, end);
         at += 20 * minute) {
      network.scheduler.run_until(at);
      auto broken = broken_now(network, clinics);
      result.broken.insert(result.broken.end(), broken.begin(), broken.end());
      if (!result.broken.empty()) break;
    }
  }
  // Everything is healed; one minute later the two sides must agree.
  network.scheduler.run_until(end + 10 * minute);
  network.weather = {};
  if (!network.central) network.start_central();
  for (auto& point : network.points) {
    point->clock.trust = v1::SYNCHRONISED;
    point->clock.wall_offset_ms = 0;
    network.heal(*point);
    if (!point->node) network.start_point(*point);
  }
  network.scheduler.run_until(network.scheduler.now_ms() + minute);
  if (result.broken.empty()) result.broken = broken_at_the_end(network, workload);
  result.history = network.scheduler.history();
  result.events = network.scheduler.events();
  result.frames = network.frames;
  result.told = workload.told().size();
  result.counts = workload.counts;
  return result;
}

int report(const std::string& what, std::uint64_t seed, const std::vector<std::string>& broken,
           const std::string& replay) {
  if (broken.empty()) return 0;
  fmt::print(stderr, "FAILED {} seed {}\n", what, seed);
  for (const std::string& line : broken) fmt::print(stderr, "  {}\n", line);
  fmt::print(stderr, "  replay: {}\n", replay);
  return 1;
}

}  // namespace
}  // namespace feldsher::simulation

int main(int argc, char** argv) {
  using namespace feldsher::simulation;
  CLI::App app{
      "Runs a network of points and central in virtual time, with lossy lines, kills and wrong clocks."};
  std::uint64_t seed = 1, seeds = 1, days = 2;
  std::size_t points = 3;
  app.add_option("--seed", seed, "First seed")->capture_default_str();
  app.add_option("--seeds", seeds, "How many seeds, one after the other")->capture_default_str();
  app.add_option("--days", days, "Simulated days of each seed")->capture_default_str();
  app.add_option("--points", points, "Points of the network")->capture_default_str();
  app.set_version_flag("--version", "feldsher-simulate " FELDSHER_VERSION);
  app.footer("Exit: 0 every property held, 1 one was broken, 2 the command line is wrong.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  const auto began = std::chrono::steady_clock::now();
  int failures = 0, runs = 0;
  Counts sum;
  std::uint64_t told = 0, events = 0, frames = 0;
  for (std::uint64_t s = seed; s < seed + seeds; ++s) {
    const std::string replay = fmt::format("./run simulate --seed {} --days {} --points {}", s, days, points);
    RunResult once = run(s, points, days);
    RunResult again = run(s, points, days);
    if (once.history != again.history) once.broken.push_back("two runs of the seed went different ways");
    failures += report("day", s, once.broken, replay);
    failures += report("clone", s, run_clone(s), replay);
    failures += report("restore", s, run_restore(s), replay);
    failures += report("branch", s, run_branch(s), replay);
    runs += 4;
    told += once.told;
    events += once.events + again.events;
    frames += once.frames;
    const Counts& c = once.counts;
    sum.asks += c.asks, sum.answers += c.answers, sum.repeats += c.repeats, sum.check_ins += c.check_ins;
    sum.calls += c.calls, sum.finished += c.finished, sum.surveys += c.surveys, sum.requests += c.requests;
    sum.booked_at_points += c.booked_at_points, sum.booked_at_central += c.booked_at_central;
    sum.returned += c.returned, sum.recalled += c.recalled, sum.cancelled += c.cancelled,
        sum.point_kills += c.point_kills;
    sum.central_kills += c.central_kills, sum.cuts += c.cuts, sum.clock_jumps += c.clock_jumps;
    sum.boots_in_1970 += c.boots_in_1970;
  }
  failures += report("backlog", seed, run_backlog(seed), fmt::format("./run simulate --seed {}", seed));
  ++runs;
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const double hours = static_cast<double>(seeds * days * 24 * 2);
  fmt::print("{} point-days, each twice; {} asks, {} answers, {} repeats; {} facts told to somebody\n",
             seeds * days * points, sum.asks, sum.answers, sum.repeats, told);
  fmt::print(
      "{} check-ins, {} calls, {} served, {} surveys; booked {} at points, {} at central; {} requests, {} "
      "cancelled, {} give-backs, {} recalls\n",
      sum.check_ins, sum.calls, sum.finished, sum.surveys, sum.booked_at_points, sum.booked_at_central,
      sum.requests, sum.cancelled, sum.returned, sum.recalled);
  fmt::print(
      "{} kills of points, {} of central, {} cuts, {} clock jumps, {} boots in 1970; {} events, {} frames\n",
      sum.point_kills, sum.central_kills, sum.cuts, sum.clock_jumps, sum.boots_in_1970, events, frames);
  fmt::print("{:.0f} simulated hours per second ({} point-hours per second)\n", hours / took,
             static_cast<std::uint64_t>(hours * static_cast<double>(points) / took));
  fmt::print("{} passed, {} failed\n", runs - failures, failures);
  return failures == 0 ? 0 : 1;
}
