#include "tests/simulation/network.hpp"

namespace feldsher::simulation {
namespace {

/// A pass of the simulation: "<appointment>/<patient>/<point>/<day>", unsigned. Passes have tests of their
/// own.
edge::ReadPass read_pass(const std::string& text) {
  edge::ReadPass pass;
  auto part = [&](std::size_t i) { return text.substr(i * 37, i < 3 ? 36 : std::string::npos); };
  if (text.size() != 3 * 37 + 10) {
    pass.refusal = v1::ASK_PASS_INVALID;
    return pass;
  }
  pass.appointment.uuid = Uuid::from_text(part(0)).value_or(Uuid{});
  pass.patient.uuid = Uuid::from_text(part(1)).value_or(Uuid{});
  pass.point.uuid = Uuid::from_text(part(2)).value_or(Uuid{});
  pass.day = part(3);
  return pass;
}

}  // namespace

/// One direction of a line: loses, repeats, delays.
class Network::LineEnd final : public sync::Wire {
 public:
  LineEnd(Network& network, SimulatedPoint& point, bool to_central)
      : network_(network), point_(point), line_(point.line), to_central_(to_central) {}

  void send(const v1::Frame& frame) override {
    SeededRandom& random = network_.random;
    const Weather& weather = network_.weather;
    ++network_.frames;
    if (random.below(100) < weather.loss_percent) return;
    auto carried = std::make_shared<v1::Frame>(frame);
    deliver(carried);
    if (random.below(100) < weather.repeat_percent) deliver(carried);
  }
  void close(const std::string&) override { network_.hang_up(point_); }

 private:
  void deliver(const std::shared_ptr<v1::Frame>& frame) {
    Scheduler& scheduler = network_.scheduler;
    std::uint64_t arrives = scheduler.now_ms() + 1 + network_.random.below(network_.weather.longest_delay_ms);
    if (network_.weather.bits_per_second != 0) {
      free_at_ms_ = std::max(free_at_ms_, scheduler.now_ms()) +
                    frame->ByteSizeLong() * 8 * 1000 / network_.weather.bits_per_second;
      arrives = free_at_ms_ + network_.weather.longest_delay_ms;
    }
    scheduler.at(arrives,
                 [&network = network_, &point = point_, line = line_, to_central = to_central_, frame] {
                   if (line != point.line) return;
                   network.scheduler.witness(frame->ByteSizeLong());
                   if (to_central) {
                     if (network.central) network.central->receive(point.identity.node, *frame);
                   } else if (point.node) {
                     point.node->link().receive(*frame, point.clock.now());
                   }
                 });
  }

  Network& network_;
  SimulatedPoint& point_;
  std::uint64_t line_;
  bool to_central_;
  std::uint64_t free_at_ms_ = 0;
};

Network::Network(std::uint64_t seed, std::size_t count) : random(seed), central_random_(seed ^ 0xCE) {
  tenant.uuid = random.uuid_v7(MachineClock::epoch_ms);
  central_id.uuid = random.uuid_v7(MachineClock::epoch_ms);
  central_clock = std::make_unique<MachineClock>(scheduler);
  central_disk = std::make_unique<Disk>(tenant);
  for (std::size_t i = 0; i < count; ++i) {
    auto point = std::make_unique<SimulatedPoint>(scheduler, tenant, seed * 131 + i + 1);
    point->name = "point-" + std::to_string(i + 1);
    point->identity = {tenant, NodeId{random.uuid_v7(MachineClock::epoch_ms)},
                       PointId{random.uuid_v7(MachineClock::epoch_ms)}, "Europe/Kyiv", "simulation"};
    point->signer = std::make_unique<CheapSigner>(point->name);
    if (i % 2 == 1) point->seal_after_ms *= 2;
    points.push_back(std::move(point));
  }
}

Network::~Network() {
  for (auto& point : points) kill_point(*point);
  kill_standby();
  kill_central();
}

std::uint64_t Network::tick_ms() const {
  // Where nothing has happened to a machine or a line for a while nothing waits for a second, at night least.
  // Who waits for a standby's disk does not.
  if (standby || scheduler.now_ms() < disturbed_until_ms_) return 1'000;
  const std::uint64_t hour = scheduler.now_ms() / 3'600'000 % 24;
  return hour >= 5 && hour < 17 ? 4'000 : 10'000;
}

void Network::disturb() { disturbed_until_ms_ = scheduler.now_ms() + 2 * 60'000; }

void Network::start_central() {
  disturb();
  central_clock->boot = ++boots_;
  central_clock->booted_at_ms = scheduler.now_ms();
  central_ledger = std::make_unique<ProcessLedger>(scheduler, random, *central_disk);
  copied = std::make_unique<central::CopiedLedger>(*central_ledger, std::vector<std::string>{});
  copied->resume(central_disk->store);
  keeping = std::make_unique<central::Safekeeping>(tenant, *copied);
  keeping->resume(central_disk->store);
  central =
      std::make_unique<central::CentralNode>(tenant, central_id,
                                             central::CentralWorld{*central_clock, central_random_, *copied,
                                                                   central_signer_, check_, keeping.get()});
  central->start(central_disk->store);
  tick_central();
}

void Network::tick_central() {
  if (!central) return;
  central->tick();
  scheduler.in(tick_ms(), [this, boot = central_clock->boot] {
    if (central && boot == central_clock->boot) tick_central();
  });
}

void Network::kill_central() {
  for (auto& point : points) hang_up(*point);
  hang_up_standby();
  central.reset();
  keeping.reset();
  copied.reset();
  central_ledger.reset();
}

void Network::start_point(SimulatedPoint& point) {
  disturb();
  point.clock.boot = ++boots_;
  point.clock.booted_at_ms = scheduler.now_ms();
  point.ledger = std::make_unique<ProcessLedger>(scheduler, random, point.disk);
  point.node = std::make_unique<edge::PointNode>(
      point.identity,
      edge::PointWorld{point.clock, point.random, *point.ledger, *point.signer, check_, read_pass,
                       [](std::string verifier, std::string pin, std::function<void(bool)> done) {
                         done(verifier == pin);
                       }});
  // As the agent: what the disk holds is read before the node starts.
  point.readings = std::make_unique<edge::Readings>(*point.node, point.identity.node, readings_world(point),
                                                    point.seal_after_ms);
  std::vector<IntakeChunk> rows = point.disk.store.intake();
  point.node->on_rebuilt = [&point](const sync::Rebuilt& rebuilt, Transaction& with) {
    point.readings->rebuilt(rebuilt.readings, with);
  };
  point.readings->resume_cut(point.disk.store.values(edge::Readings::cut_values));
  point.node->start(point.disk.store);
  point.readings->resume(std::move(rows));
  tick_point(point);
}

edge::Readings::World Network::readings_world(SimulatedPoint& point) {
  // The loop of a process ends with it.
  auto later = [this, &point, boot = point.clock.boot](std::uint64_t ms, std::function<void()> work) {
    scheduler.in(ms, [&point, boot, work = std::move(work)] {
      if (point.readings && boot == point.clock.boot) work();
    });
  };
  return {*point.ledger, [later](std::function<void()> work) { later(0, std::move(work)); }, later,
          [this, &point](DeviceId device, const readings::Receipt& receipt) {
            on_receipt(point, device, receipt);
          }};
}

void Network::tick_point(SimulatedPoint& point) {
  if (!point.node) return;
  point.node->tick();
  point.readings->tick();
  if (!point.to_central && point.line_up && central) connect(point);
  scheduler.in(tick_ms() + random.below(50), [this, &point, boot = point.clock.boot] {
    if (point.node && boot == point.clock.boot) tick_point(point);
  });
}

void Network::connect(SimulatedPoint& point) {
  disturb();
  ++point.line;
  point.to_central = std::make_unique<LineEnd>(*this, point, true);
  point.to_point = std::make_unique<LineEnd>(*this, point, false);
  central->connected(point.identity.node, *point.to_point);
  point.node->link().connected(*point.to_central, point.clock.now());
}

void Network::hang_up(SimulatedPoint& point) {
  if (!point.to_central) return;
  disturb();
  ++point.line;
  if (central) central->disconnected(point.identity.node, *point.to_point);
  if (point.node) point.node->link().disconnected();
  // The machines may be inside a call on these wires: they end after it.
  std::shared_ptr<sync::Wire> up = std::move(point.to_central), down = std::move(point.to_point);
  scheduler.in(0, [up, down] {});
}

void Network::kill_point(SimulatedPoint& point) {
  hang_up(point);
  point.readings.reset();
  point.node.reset();
  point.ledger.reset();
}

void Network::cut(SimulatedPoint& point) {
  point.line_up = false;
  hang_up(point);
}

void Network::heal(SimulatedPoint& point) { point.line_up = true; }

SimulatedPoint& Network::clone(SimulatedPoint& original) {
  auto copy = std::make_unique<SimulatedPoint>(scheduler, tenant, random.u64());
  copy->name = original.name + "-copy";
  copy->identity = original.identity;
  copy->signer = std::make_unique<CheapSigner>(original.name);
  copy->seal_after_ms = original.seal_after_ms;
  copy->disk.store = original.disk.store;
  points.push_back(std::move(copy));
  return *points.back();
}

}  // namespace feldsher::simulation
