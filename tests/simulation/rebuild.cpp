// The mishap of a point that has cut its journals, and loses its box wholly.
#include "edge-agent/agent/window.hpp"
#include "tests/simulation/properties.hpp"
#include "tests/simulation/working_day.hpp"

namespace feldsher::simulation {
namespace {

/// A window of half an hour, ticked until `until_ms` beside the point. Says how often the point was rebuilt.
std::size_t cut_until(Network& network, SimulatedPoint& point, std::uint64_t until_ms) {
  std::size_t rebuilds = 0;
  edge::Window window(
      *point.node, *point.ledger, *point.signer,
      {.acts_ms = 30 * minute, .readings_ms = 30 * minute, .first_ms = 0, .every_ms = 10 * minute});
  window.resume(point.disk.store);
  point.node->on_rebuilt = [&](const sync::Rebuilt& rebuilt, Transaction& with) {
    ++rebuilds;
    window.rebuilt(rebuilt, with);
    point.readings->rebuilt(rebuilt.readings, with);
  };
  window.on_cut_readings = [&](Transaction& transaction) { point.readings->keep_cut(transaction); };
  while (network.scheduler.now_ms() < until_ms) {
    network.scheduler.run_until(std::min(until_ms, network.scheduler.now_ms() + 10 * second));
    window.tick();
  }
  network.kill_point(point);  // Before the window goes.
  return rebuilds;
}

}  // namespace

std::vector<std::string> run_rebuild(std::uint64_t seed, Trace& trace) {
  WorkingDay today(seed, 11 * hour, trace);
  Network& network = today.network;
  SimulatedPoint& point = *network.points[0];
  network.attach_standby();
  network.scheduler.run_until(7 * hour + network.random.below(hour));
  if (seed % 2 == 0) network.weather = {.loss_percent = 3, .repeat_percent = 3, .longest_delay_ms = 500};
  cut_until(network, point, 9 * hour);
  const std::vector<JournalTip> cuts = point.disk.store.cuts();
  if (cuts.empty()) return {"nothing was cut"};
  today.disk_lost(point, MemoryStore(network.tenant));
  network.cut(point);
  network.scheduler.run_until(network.scheduler.now_ms() + minute);
  network.central->accept_older_disk(point.identity.node, network.central->self(), v1::PROOF_TOKEN, [] {});
  network.scheduler.run_until(network.scheduler.now_ms() + minute);
  network.heal(point);
  std::size_t rebuilds = 0;
  for (std::uint64_t died = 0; died < 3; ++died) {
    network.start_point(point);
    point.node->on_rebuilt = [&](const sync::Rebuilt& rebuilt, Transaction& with) {
      ++rebuilds;
      point.readings->rebuilt(rebuilt.readings, with);
    };
    network.scheduler.run_until(network.scheduler.now_ms() + network.random.below(3 * second));
    network.kill_point(point);
  }
  network.start_point(point);
  rebuilds += cut_until(network, point, 11 * hour);
  network.start_point(point);
  network.weather = {};
  network.scheduler.run_until(network.scheduler.now_ms() + 5 * minute);
  std::vector<std::string> broken = broken_at_the_end(network, today.workload);
  if (rebuilds == 0) broken.emplace_back("all was handed back, and not what was kept");
  for (const JournalTip& cut : cuts) {
    const auto after = point.disk.store.cuts();
    if (std::none_of(after.begin(), after.end(), [&cut](const JournalTip& each) {
          return each.journal == cut.journal && each.seq >= cut.seq;
        }))
      broken.emplace_back("a journal was not rebuilt at its cut");
  }
  return today.and_readings(std::move(broken));
}

}  // namespace feldsher::simulation
