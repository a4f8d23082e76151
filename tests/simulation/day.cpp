#include "tests/simulation/day.hpp"

#include "tests/simulation/properties.hpp"
#include "tests/simulation/wearables.hpp"

namespace feldsher::simulation {
namespace {

constexpr std::uint64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;

/// The troubles of a run: every so often something is killed, cut, or told a wrong time.
class Trouble {
 public:
  Trouble(Network& network, const std::vector<SimulatedClinic>& clinics, Wearables& wearables, Counts& counts)
      : network_(network),
        clinics_(clinics),
        wearables_(wearables),
        counts_(counts),
        random_(network.random.u64()) {}

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
    switch (random_.below(9)) {
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
        if (random_.one_in(3))
          network_.scheduler.in(random_.below(2 * hour), [this, &point] { give_up(point); });
        return;
      case 3:
        ++counts_.clock_jumps;
        jump(point.clock);
        return;
      case 8:
        ++counts_.central_clock_jumps;
        jump(*network_.central_clock);
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
        if (random_.one_in(2)) return kill(point);
        wearables_.after_next_message(point, [this, &point] { kill(point); });
    }
  }

  void kill(SimulatedPoint& point) {
    if (!point.node || network_.scheduler.now_ms() >= until_ms_) return;
    ++counts_.point_kills;
    network_.kill_point(point);
    network_.scheduler.in(1 + random_.below(3 * minute), [this, &point] {
      if (!point.node) network_.start_point(point);
    });
  }

  /// For some hours a clock is up to two days wrong.
  void jump(MachineClock& clock) {
    clock.trust = v1::FREE_RUNNING;
    clock.wall_offset_ms =
        static_cast<std::int64_t>(random_.below(96 * hour)) - static_cast<std::int64_t>(48 * hour);
    network_.scheduler.in(random_.below(3 * hour), [&clock] {
      clock.wall_offset_ms = 0;
      clock.trust = v1::SYNCHRONISED;
    });
  }

  /// A person at central takes the day's minutes from a point that does not come back.
  void give_up(const SimulatedPoint& point) {
    if (point.line_up || !network_.central) return;
    for (const SimulatedClinic& clinic : clinics_)
      for (const Uuid& shift : clinic.shifts_today)
        if (clinic.point == point.identity.point) counts_.leases_broken += break_leases(network_, shift);
  }

  Network& network_;
  const std::vector<SimulatedClinic>& clinics_;
  Wearables& wearables_;
  Counts& counts_;
  SeededRandom random_;
  std::uint64_t until_ms_ = 0;
};

}  // namespace

RunResult run_days(std::uint64_t seed, std::size_t points, std::uint64_t days, bool look) {
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
  Wearables wearables(network, clinics, workload.counts);
  wearables.air = {.loss_percent = losses[(seed / 2) % 4],
                   .repeat_percent = losses[(seed / 3) % 4],
                   .longest_delay_ms = seed % 2 == 0 ? 5'000U : 500U};
  Trouble trouble(network, clinics, wearables, workload.counts);
  const std::uint64_t end = days * day - 8 * hour;
  workload.begin(end);
  wearables.begin(end);
  trouble.begin(end);
  for (std::uint64_t n = 0; n < days; ++n) {
    network.scheduler.run_until(n * day + 3 * hour);
    while (!network.central) network.scheduler.run_until(network.scheduler.now_ms() + minute);
    plan_day(network, clinics, static_cast<std::int64_t>(n));
    for (std::uint64_t at = network.scheduler.now_ms(); at < std::min((n + 1) * day, end);
         at += 20 * minute) {
      network.scheduler.run_until(at);
      if (!look) continue;
      for (const auto& broken : {broken_now(network, clinics, workload.counts), wearables.broken_now()})
        result.broken.insert(result.broken.end(), broken.begin(), broken.end());
      if (!result.broken.empty()) break;
    }
  }
  // Everything is healed; one minute later the two sides must agree.
  network.scheduler.run_until(end + 10 * minute);
  network.weather = {};
  if (!network.central) network.start_central();
  network.central_clock->trust = v1::SYNCHRONISED;
  network.central_clock->wall_offset_ms = 0;
  for (auto& point : network.points) {
    point->clock.trust = v1::SYNCHRONISED;
    point->clock.wall_offset_ms = 0;
    network.heal(*point);
    if (!point->node) network.start_point(*point);
  }
  network.scheduler.run_until(network.scheduler.now_ms() + minute);
  if (look && result.broken.empty()) result.broken = broken_at_the_end(network, workload);
  const std::vector<std::string> broken = wearables.broken_at_the_end();
  if (look && result.broken.empty()) result.broken = broken;
  result.history = network.scheduler.history();
  result.events = network.scheduler.events();
  result.frames = network.frames;
  result.told = workload.told().size();
  workload.counts.tasks = tasks_of_broken_leases(network);
  workload.counts.overlaps_in_broken = overlaps(network);
  result.counts = workload.counts;
  return result;
}

}  // namespace feldsher::simulation
