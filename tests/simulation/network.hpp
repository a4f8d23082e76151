#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "central/node/central_node.hpp"
#include "central/standby/follower.hpp"
#include "edge-agent/agent/readings.hpp"
#include "protocol/minutes/minute_set.hpp"
#include "tests/simulation/machine.hpp"

namespace feldsher::simulation {

/// How bad the lines are.
struct Weather {
  std::uint32_t loss_percent = 0;  ///< Of frames, each way.
  std::uint32_t repeat_percent = 0;
  std::uint64_t longest_delay_ms = 200;  ///< Frames are delayed by 1 … this, so they overtake each other.
  std::uint64_t bits_per_second = 0;     ///< 0 = no limit; with a limit frames keep their order.
};

/// A process at a point: a machine, its disk, and the agent while it lives.
struct SimulatedPoint {
  SimulatedPoint(const Scheduler& scheduler, TenantId tenant, std::uint64_t seed)
      : clock(scheduler), random(seed), disk(tenant) {}

  std::string name;
  edge::PointIdentity identity;
  MachineClock clock;
  SeededRandom random;
  Disk disk;
  std::unique_ptr<ProcessLedger> ledger;
  std::unique_ptr<CheapSigner> signer;
  std::unique_ptr<edge::PointNode> node;
  std::unique_ptr<edge::Readings> readings;
  std::uint64_t seal_after_ms = 600'000;  ///< Of its configuration.
  bool line_up = true;
  std::uint64_t line = 0;  // Counts connections.
  std::unique_ptr<sync::Wire> to_central, to_point;
};

/// A box with a copy of central's journal: its disk, and the program that follows while it lives.
struct SimulatedStandby {
  SimulatedStandby(const Scheduler& scheduler, TenantId tenant, const Uuid& name)
      : id(name), clock(scheduler), disk(std::make_unique<Disk>(tenant)) {}

  Uuid id;
  MachineClock clock;
  std::unique_ptr<Disk> disk;
  std::unique_ptr<ProcessLedger> ledger;
  std::unique_ptr<central::Follower> follower;
  bool line_up = true;
  std::uint64_t line = 0;  // Counts connections.
  std::unique_ptr<central::StandbyWire> to_central, to_standby;
};

/// Central, some points, perhaps a standby, and the lines between them.
class Network {
 public:
  Network(std::uint64_t seed, std::size_t points);
  ~Network();

  Scheduler scheduler;
  SeededRandom random;
  Weather weather;          ///< Between central and the points.
  Weather standby_weather;  ///< Between central and its standby; without loss that line keeps the order.
  TenantId tenant;
  NodeId central_id;
  std::unique_ptr<MachineClock> central_clock;
  std::unique_ptr<Disk> central_disk;
  std::unique_ptr<ProcessLedger> central_ledger;
  std::unique_ptr<central::CopiedLedger> copied;
  std::unique_ptr<central::Safekeeping> keeping;
  std::unique_ptr<central::CentralNode> central;
  std::unique_ptr<SimulatedStandby> standby;
  std::vector<std::unique_ptr<SimulatedPoint>> points;

  void start_central();
  void kill_central();
  void start_point(SimulatedPoint& point);
  void kill_point(SimulatedPoint& point);
  void cut(SimulatedPoint& point);
  void heal(SimulatedPoint& point);
  /// A new standby, with an empty disk.
  void attach_standby();
  void start_standby();
  void kill_standby();
  void cut_standby();
  /// Central and its disk are gone for good; the standby's disk is central's from now on, and nobody follows.
  void promote();
  /// Another box with a copy of the point's disk.
  SimulatedPoint& clone(SimulatedPoint& original);
  /// A point tells a device what is stored.
  std::function<void(const SimulatedPoint& point, DeviceId device, const readings::Receipt& receipt)>
      on_receipt = [](const SimulatedPoint&, DeviceId, const readings::Receipt&) {};
  /// How many frames a line carried.
  std::uint64_t frames = 0;
  /// By shift: the minutes of leases that a person broke, or that a promoted standby did not know. Only there
  /// may both sides believe that they hold a minute, until they have heard of each other.
  std::map<Uuid, MinuteSet> broken_minutes;

 private:
  class LineEnd;
  class StandbyEnd;
  void connect_standby();
  void hang_up_standby();
  void tick_standby();
  edge::Readings::World readings_world(SimulatedPoint& point);
  void connect(SimulatedPoint& point);
  void hang_up(SimulatedPoint& point);
  void tick_point(SimulatedPoint& point);
  void tick_central();
  std::uint64_t tick_ms() const;
  /// A machine or a line comes or goes: everybody looks each second for some minutes.
  void disturb();

  CheapSigner central_signer_{"central"};
  CheapCheck check_;
  SeededRandom central_random_;
  std::uint64_t boots_ = 1, disturbed_until_ms_ = 0;
};

}  // namespace feldsher::simulation
