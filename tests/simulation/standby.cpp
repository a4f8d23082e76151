#include "tests/simulation/network.hpp"

namespace feldsher::simulation {

/// One direction of the line between central and its standby.
class Network::StandbyEnd final : public central::StandbyWire {
 public:
  StandbyEnd(Network& network, bool to_central)
      : network_(network), line_(network.standby->line), to_central_(to_central) {}

  void send(const v1::StandbyFrame& frame) override {
    SeededRandom& random = network_.random;
    const Weather& weather = network_.standby_weather;
    if (random.below(100) < weather.loss_percent) return;
    auto carried = std::make_shared<v1::StandbyFrame>(frame);
    std::uint64_t arrives = network_.scheduler.now_ms() + 1 + random.below(weather.longest_delay_ms);
    if (weather.loss_percent == 0) arrives = last_ms_ = std::max(arrives, last_ms_);
    network_.scheduler.at(arrives, [&network = network_, line = line_, to_central = to_central_, carried] {
      if (!network.standby || network.standby->line != line || !network.standby->to_central) return;
      network.scheduler.witness(carried->ByteSizeLong());
      if (to_central)
        network.keeping->receive(*network.standby->to_standby, *carried, network.central_clock->now());
      else
        network.standby->follower->receive(*carried, network.standby->clock.now());
    });
  }
  // Central's machines may be in the midst of their links.
  void close(const std::string&) override {
    network_.scheduler.in(0, [&network = network_, line = line_] {
      if (network.standby && network.standby->line == line) network.hang_up_standby();
    });
  }

 private:
  Network& network_;
  std::uint64_t line_;
  bool to_central_;
  std::uint64_t last_ms_ = 0;
};

void Network::attach_standby() {
  standby = std::make_unique<SimulatedStandby>(scheduler, tenant, random.uuid_v7(MachineClock::epoch_ms));
  start_standby();
}

void Network::start_standby() {
  disturb();
  standby->clock.boot = ++boots_;
  standby->clock.booted_at_ms = scheduler.now_ms();
  standby->ledger = std::make_unique<ProcessLedger>(scheduler, random, *standby->disk);
  standby->follower = std::make_unique<central::Follower>(
      central::FollowerIdentity{
          .tenant = tenant, .central = central_id, .id = standby->id, .software = "simulation"},
      *standby->ledger);
  standby->follower->resume(standby->disk->store);
  tick_standby();
}

void Network::tick_standby() {
  standby->follower->tick(standby->clock.now());
  if (!standby->to_central && standby->line_up && central) connect_standby();
  scheduler.in(tick_ms() + random.below(50), [this, boot = standby->clock.boot] {
    if (standby && standby->follower && boot == standby->clock.boot) tick_standby();
  });
}

void Network::connect_standby() {
  ++standby->line;
  standby->to_central = std::make_unique<StandbyEnd>(*this, true);
  standby->to_standby = std::make_unique<StandbyEnd>(*this, false);
  keeping->connected({tenant, standby->id}, *standby->to_standby, central_clock->now());
  standby->follower->connected(*standby->to_central, standby->clock.now());
}

void Network::hang_up_standby() {
  if (!standby || !standby->to_central) return;
  ++standby->line;
  standby->follower->disconnected();
  keeping->disconnected(*standby->to_standby);
  std::shared_ptr<central::StandbyWire> up = std::move(standby->to_central),
                                        down = std::move(standby->to_standby);
  scheduler.in(0, [up, down] {});
}

void Network::kill_standby() {
  if (!standby) return;
  hang_up_standby();
  standby->follower.reset();
  standby->ledger.reset();
}

void Network::cut_standby() {
  standby->line_up = false;
  hang_up_standby();
}

void Network::promote() {
  kill_standby();
  kill_central();
  central_disk = std::move(standby->disk);
  standby.reset();
  const Transaction transaction = central::CentralNode::take_over(central_disk->store, "promoted");
  central_disk->store.commit(std::span(&transaction, 1));
  start_central();
}

}  // namespace feldsher::simulation
