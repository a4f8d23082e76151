#include "tests/simulation/mishaps.hpp"

#include <fmt/core.h>

#include "tests/simulation/properties.hpp"

namespace feldsher::simulation {
namespace {

constexpr std::uint64_t second = 1'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

/// Two points whose day is planned, and people at both until `until_ms`.
struct WorkingDay {
  WorkingDay(std::uint64_t seed, std::uint64_t until_ms) : network(seed, 2) { workload.begin(until_ms); }

  Network network;
  std::vector<SimulatedClinic> clinics = planned(network);
  Workload workload{network, clinics};

 private:
  static std::vector<SimulatedClinic> planned(Network& network) {
    network.start_central();
    auto clinics = found_network(network);
    for (auto& point : network.points) network.start_point(*point);
    network.scheduler.run_until(3 * hour);
    plan_day(network, clinics, 0);
    return clinics;
  }
};

}  // namespace

std::vector<std::string> run_clone(std::uint64_t seed) {
  WorkingDay today(seed, day);
  Network& network = today.network;
  network.scheduler.run_until(7 * hour + network.random.below(hour));
  SimulatedPoint& copy = network.clone(*network.points[0]);
  network.scheduler.run_until(8 * hour + network.random.below(hour));
  network.start_point(copy);
  network.scheduler.run_until(12 * hour);
  if (incidents(network, v1::INCIDENT_CLONE) == 0) return {"a clone went unnoticed"};
  return {};
}

std::vector<std::string> run_restore(std::uint64_t seed) {
  WorkingDay today(seed, 11 * hour);
  Network& network = today.network;
  network.scheduler.run_until(7 * hour + network.random.below(hour));
  MemoryStore backup = network.points[0]->disk.store;
  network.scheduler.run_until(11 * hour + minute);
  network.kill_point(*network.points[0]);
  network.points[0]->disk.store = backup;
  network.start_point(*network.points[0]);
  network.scheduler.run_until(network.scheduler.now_ms() + 2 * minute);
  return broken_at_the_end(network, today.workload);
}

std::vector<std::string> run_branch(std::uint64_t seed) {
  WorkingDay today(seed, 11 * hour);
  Network& network = today.network;
  SimulatedPoint& point = *network.points[0];
  network.scheduler.run_until(7 * hour + network.random.below(hour));
  MemoryStore backup = point.disk.store;
  network.scheduler.run_until(8 * hour + network.random.below(hour));
  network.kill_point(point);
  // What the disk had and central had not is gone: the disk was all there was of it.
  today.workload.forget(
      [&](const SubjectKey& subject) { return !network.central->state().current(subject); });
  point.disk.store = backup;
  network.cut(point);
  network.start_point(point);
  network.scheduler.run_until(10 * hour + network.random.below(hour));
  network.heal(point);
  network.scheduler.run_until(11 * hour + 5 * minute);
  std::vector<std::string> broken = broken_between_ends(network, today.workload);
  if (incidents(network, v1::INCIDENT_BRANCH) != 1)
    broken.push_back(
        fmt::format("{} branches were reported, not 1", incidents(network, v1::INCIDENT_BRANCH)));
  return broken;
}

std::vector<std::string> run_backlog(std::uint64_t seed) {
  Network network(seed, 1);
  network.weather.bits_per_second = 64'000;
  network.weather.longest_delay_ms = 300;
  network.start_central();
  found_network(network);
  SimulatedPoint& point = *network.points[0];
  network.start_point(point);
  network.scheduler.run_until(10 * minute);
  network.cut(point);
  // 90 days of one device, a block each five minutes.
  constexpr int blocks = 90 * 288;
  for (int n = 0; n < blocks; ++n) {
    Draft block;
    block.actor.set_kind(v1::ACTOR_NODE);
    block.actor.set_id(point.identity.node.to_octets());
    block.subject = {v1::READING_BLOCK, network.random.uuid_v7(MachineClock::epoch_ms)};
    block.verb = v1::SEALED;
    block.message = network.random.octets(300);
    point.node->write(v1::READINGS, {block}, {}, [] {});
    if (n % 500 == 0) network.scheduler.run_until(network.scheduler.now_ms() + second);
  }
  network.scheduler.run_until(network.scheduler.now_ms() + minute);
  network.heal(point);
  network.scheduler.run_until(network.scheduler.now_ms() + 2 * minute);
  const std::uint64_t raised_at = network.scheduler.now_ms();
  point.node->raise(v1::INCIDENT_DISK, "the alert");
  // One batch (64 KiB at 64 kbit/s are 8.2 s on the line) and two round trips; ticks are a second apart at
  // the most.
  const std::uint64_t patience = 8'200 + 4 * network.weather.longest_delay_ms + 2 * second;
  while (incidents(network, v1::INCIDENT_DISK) == 0 && network.scheduler.now_ms() < raised_at + hour)
    network.scheduler.run_until(network.scheduler.now_ms() + 100);
  const std::uint64_t took = network.scheduler.now_ms() - raised_at;
  fmt::print("backlog: {} blocks wait, the alert was at central after {:.1f} s\n", blocks,
             static_cast<double>(took) / 1000);
  if (took > patience) return {fmt::format("an alert waited {} ms behind a backlog", took)};
  if (point.node->link().lives().unsynced(v1::READINGS) == 0) return {"there was no backlog to wait behind"};
  return {};
}

}  // namespace feldsher::simulation
