#include "tests/simulation/mishaps.hpp"

#include <fmt/core.h>

#include "tests/simulation/properties.hpp"
#include "tests/simulation/working_day.hpp"

namespace feldsher::simulation {
namespace {

/// What is free of the next two hours is leased to the point.
void lease_ahead(Network& network, const SimulatedClinic& clinic) {
  const std::int64_t now = network.central->now().wall_ms / 60'000;
  const MinuteSet ahead(Minutes{now + 20, now + 140});
  for (const Uuid& shift : clinic.shifts_today)
    for (const Minutes& stretch : network.central->state().book(shift).free().common_with(ahead).stretches())
      lease(network, shift, stretch);
}

}  // namespace

std::vector<std::string> run_broken_leases(std::uint64_t seed, Trace& trace) {
  constexpr std::uint64_t end = 9 * hour;
  WorkingDay today(seed, end, trace);
  Network& network = today.network;
  today.workload.hurry(12);
  SimulatedPoint& point = *network.points[0];
  std::vector<std::string> broken;
  auto run_until = [&](std::uint64_t until) {
    while (network.scheduler.now_ms() < until && broken.empty()) {
      network.scheduler.run_until(std::min(until, network.scheduler.now_ms() + 5 * minute));
      broken = broken_now(network, today.clinics, today.workload.counts);
    }
  };
  run_until(6 * hour + network.random.below(hour));
  for (int round = 0; round < 3 && broken.empty(); ++round) {
    lease_ahead(network, today.clinics[0]);
    run_until(network.scheduler.now_ms() + minute);
    network.cut(point);
    run_until(network.scheduler.now_ms() + network.random.below(3 * minute));
    for (const Uuid& shift : today.clinics[0].shifts_today)
      today.workload.counts.leases_broken += break_leases(network, shift);
    run_until(network.scheduler.now_ms() + 5 * minute + network.random.below(15 * minute));
    // Some of what central has again it leases to the point that does not know yet that it lost it.
    for (const Uuid& shift : today.clinics[0].shifts_today)
      if (MinuteSet free =
              network.central->state().book(shift).free().common_with(network.broken_minutes[shift]);
          !free.empty())
        lease(network, shift, free.stretches()[network.random.below(free.stretches().size())]);
    if (network.random.one_in(3)) {
      network.kill_point(point);
      network.start_point(point);
    }
    run_until(network.scheduler.now_ms() + network.random.below(10 * minute));
    network.heal(point);
    if (network.random.one_in(3)) {  // Perhaps between a booking that was found and its task.
      network.scheduler.run_until(network.scheduler.now_ms() + network.random.below(10 * second));
      network.kill_central();
      network.start_central();
    }
    run_until(network.scheduler.now_ms() + 2 * minute);
  }
  run_until(end + 2 * minute);
  if (broken.empty()) broken = broken_at_the_end(network, today.workload);
  const std::size_t tasks = tasks_of_broken_leases(network);
  for (int i = 0; i < 2 && broken.empty(); ++i) {
    network.kill_central();
    network.start_central();
    network.scheduler.run_until(network.scheduler.now_ms() + 2 * minute);
    if (tasks_of_broken_leases(network) != tasks)
      broken.push_back(fmt::format("{} tasks after a restart of central, {} before",
                                   tasks_of_broken_leases(network), tasks));
  }
  today.workload.counts.tasks += tasks;
  today.workload.counts.overlaps_in_broken += overlaps(network);
  return today.and_readings(std::move(broken));
}

namespace {

/// What a promoted standby does not know of the leases: there both sides may book until they meet.
void note_lost_leases(Network& network, const std::vector<SimulatedClinic>& clinics,
                      std::map<Uuid, MinuteSet> before) {
  for (const SimulatedClinic& clinic : clinics)
    for (const Uuid& shift : clinic.shifts_today) {
      before[shift].remove(network.central->state().leases_of(shift).outstanding());
      network.broken_minutes[shift].add(before[shift]);
    }
}

/// Whether `copy` is a whole former state of `original`.
bool is_former(MemoryStore& copy, MemoryStore& original) {
  std::vector<Digest> all;
  original.replay(0, [&](std::uint64_t, Record&& record) { all.push_back(record.stored.hash); });
  bool same = true;
  copy.replay(0, [&](std::uint64_t n, Record&& record) {
    same = same && n <= all.size() && record.stored.hash == all[n - 1];
  });
  return same;
}

/// People, points and lines as always; on a bad day central's standby comes and goes too.
void disturb_at_random(Network& network, bool bad, std::uint64_t until) {
  while (network.scheduler.now_ms() < until) {
    network.scheduler.run_until(
        std::min(until, network.scheduler.now_ms() + network.random.below(20 * minute)));
    SimulatedPoint& point = *network.points[network.random.below(2)];
    switch (network.random.below(bad ? 6 : 3)) {
      case 0:
        network.kill_point(point);
        network.start_point(point);
        break;
      case 1:
        network.cut(point);
        break;
      case 2:
        network.heal(point);
        break;
      case 3:
        network.kill_standby();
        network.start_standby();
        break;
      case 4:
        network.cut_standby();
        network.scheduler.in(network.random.below(20 * minute), [&network] {
          if (network.standby) network.standby->line_up = true;
        });
        break;
      default:
        network.kill_central();
        network.start_central();
    }
  }
}

}  // namespace

std::vector<std::string> run_promotion(std::uint64_t seed, Trace& trace) {
  WorkingDay today(seed, 11 * hour, trace);
  Network& network = today.network;
  Workload& workload = today.workload;
  workload.hurry(3);
  const bool bad = seed % 2 == 0;
  network.standby_weather = {.loss_percent = bad ? 5U : 0U, .longest_delay_ms = bad ? 500U : 60U};
  network.attach_standby();
  network.scheduler.run_until(6 * hour);
  disturb_at_random(network, bad, 7 * hour + network.random.below(2 * hour));
  std::vector<std::string> broken = broken_now(network, today.clinics, workload.counts);
  if (!bad && (network.keeping->status().gone_on != 0 || !network.keeping->status().in_step))
    broken.emplace_back("central went on without a standby that was there all the time");
  if (!is_former(network.standby->disk->store, network.central_disk->store))
    broken.emplace_back("the standby's disk is no former state of central's");
  std::map<Uuid, MinuteSet> leased;
  for (const SimulatedClinic& clinic : today.clinics)
    for (const Uuid& shift : clinic.shifts_today)
      leased[shift] = network.central->state().leases_of(shift).outstanding();
  network.promote();
  today.wearables.promoted();
  if (bad) note_lost_leases(network, today.clinics, leased);
  ++workload.counts.promotions;
  for (const Told& told : workload.told()) workload.counts.safe_at_promotion += told.safe;
  // What central said while no standby was in step was on the disk that is gone.
  workload.forget(
      [&](const Told& told) { return !told.safe && !network.central->state().current(told.subject); });
  network.attach_standby();
  for (auto& point : network.points) network.heal(*point);
  while (network.scheduler.now_ms() < 11 * hour && broken.empty()) {
    network.scheduler.run_until(network.scheduler.now_ms() + 20 * minute);
    broken = broken_now(network, today.clinics, workload.counts);
  }
  network.scheduler.run_until(network.scheduler.now_ms() + 5 * minute);
  if (broken.empty()) broken = broken_at_the_end(network, workload);
  if (incidents(network, v1::INCIDENT_BRANCH) != 1) broken.emplace_back("a promotion that nobody can see");
  if (!bad && incidents(network, v1::INCIDENT_FORGOTTEN) != 0)
    broken.emplace_back("a point had heard what the standby did not hold");
  return today.and_readings(std::move(broken));
}

std::vector<std::string> run_clone(std::uint64_t seed, Trace& trace) {
  WorkingDay today(seed, day, trace);
  Network& network = today.network;
  network.scheduler.run_until(7 * hour + network.random.below(hour));
  SimulatedPoint& copy = network.clone(*network.points[0]);
  network.scheduler.run_until(8 * hour + network.random.below(hour));
  network.start_point(copy);
  while (incidents(network, v1::INCIDENT_CLONE) == 0 && network.scheduler.now_ms() < 12 * hour)
    network.scheduler.run_until(network.scheduler.now_ms() + 10 * minute);
  if (incidents(network, v1::INCIDENT_CLONE) == 0) return {"a clone went unnoticed"};
  return {};
}

std::vector<std::string> run_restore(std::uint64_t seed, Trace& trace) {
  WorkingDay today(seed, 11 * hour, trace);
  Network& network = today.network;
  network.scheduler.run_until(7 * hour + network.random.below(hour));
  MemoryStore backup = network.points[0]->disk.store;
  network.scheduler.run_until(11 * hour + minute);
  network.kill_point(*network.points[0]);
  today.wearables.disk_lost(*network.points[0], backup);
  network.points[0]->disk.store = std::move(backup);
  network.start_point(*network.points[0]);
  network.scheduler.run_until(network.scheduler.now_ms() + 2 * minute);
  return today.and_readings(broken_at_the_end(network, today.workload));
}

namespace {

/// How many acts of the box a disk holds, by life.
std::map<Epoch, std::uint64_t> acts_of(const NodeId& node, MemoryStore& disk) {
  std::map<Epoch, std::uint64_t> acts;
  for (const JournalTip& tip : disk.tips())
    if (tip.journal.origin == node && tip.journal.stream == v1::ACTS) acts[tip.journal.epoch] = tip.seq;
  return acts;
}

}  // namespace

std::vector<std::string> run_branch(std::uint64_t seed, Trace& trace) {
  WorkingDay today(seed, 11 * hour, trace);
  Network& network = today.network;
  SimulatedPoint& point = *network.points[0];
  network.scheduler.run_until(7 * hour + network.random.below(hour));
  MemoryStore backup = point.disk.store;
  const auto acts_in_backup = acts_of(point.identity.node, backup);
  network.scheduler.run_until(8 * hour + network.random.below(hour));
  network.kill_point(point);
  today.disk_lost(point, std::move(backup));
  today.wearables.branched();
  network.cut(point);
  network.start_point(point);
  network.scheduler.run_until(10 * hour + network.random.below(hour));
  // A copy that lacks readings alone, and no act that central has, is no branch: they come back.
  const std::size_t branches =
      acts_of(point.identity.node, network.central_disk->store) == acts_in_backup ? 0 : 1;
  network.heal(point);
  network.scheduler.run_until(11 * hour + 5 * minute);
  std::vector<std::string> broken = broken_between_ends(network, today.workload);
  if (incidents(network, v1::INCIDENT_BRANCH) != branches)
    broken.push_back(
        fmt::format("{} branches were reported, not {}", incidents(network, v1::INCIDENT_BRANCH), branches));
  return today.and_readings(std::move(broken));
}

std::vector<std::string> run_backlog(std::uint64_t seed, Trace& trace) {
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
  trace.said = fmt::format("backlog: {} blocks wait, the alert was at central after {:.1f} s", blocks,
                           static_cast<double>(took) / 1000);
  trace.history = network.scheduler.history();
  if (took > patience) return {fmt::format("an alert waited {} ms behind a backlog", took)};
  if (point.node->link().lives().unsynced(v1::READINGS) == 0) return {"there was no backlog to wait behind"};
  return {};
}

}  // namespace feldsher::simulation
