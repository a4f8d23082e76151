#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "edge-agent/agent/readings.hpp"
#include "protocol/clinic/drawer.hpp"
#include "protocol/readings/block.hpp"
#include "tests/support/world/box_change.hpp"
#include "tests/unit/central/standby/copied_network.hpp"

namespace feldsher::testing {

/// A point with a wearable, a central, and a standby once `follow` was called.
struct WornDevice : CopiedNetwork {
  static constexpr std::uint64_t seal_after_ms = 60'000;

  WornDevice() {
    petr = clinic->patient("Petro", "+380501112233", "1960-01-02");
    begin_readings();
    settle_all();
  }
  ~WornDevice() { readings.reset(); }

  void begin_readings() {
    readings = std::make_unique<edge::Readings>(
        *point->node, point->identity.node,
        edge::Readings::World{
            *point->ledger, [this](std::function<void()> work) { soon.push_back(std::move(work)); },
            [this](std::uint64_t, std::function<void()> work) { soon.push_back(std::move(work)); },
            [this](DeviceId, const feldsher::readings::Receipt& receipt) { receipts.push_back(receipt); }},
        seal_after_ms);
  }
  /// The agent dies without a word and starts from its disk, as the program starts it.
  void die() {
    cut(*point);
    soon.clear();
    readings.reset();
    point->node.reset();
    point->clock.reboot(v1::SYNCHRONISED);
    point->ledger = std::make_unique<StepLedger>(*point->disk);
    point->node = std::make_unique<edge::PointNode>(
        point->identity, edge::PointWorld{.clock = point->clock,
                                          .random = point->random,
                                          .ledger = *point->ledger,
                                          .signer = *point->signer,
                                          .check = check,
                                          .read_pass = [](const std::string&) { return edge::ReadPass{}; },
                                          .check_pin = [](const std::string&, const std::string&,
                                                          const std::function<void(bool)>&) {}});
    begin_readings();
    readings->resume_cut(point->disk->values(edge::Readings::cut_values));
    const auto rows = point->disk->intake();
    point->node->start(*point->disk);
    readings->resume(rows);
    tick();
  }

  /// From now on `patient` wears the device; nil: nobody.
  Uuid give(const Uuid& patient) { return give(clinic->id(), patient); }
  Uuid give(const Uuid& custody, const Uuid& patient) {
    v1::Custody state;
    state.set_device(device.to_octets());
    if (patient != Uuid{}) state.set_patient(patient.to_octets());
    state.set_home_node(point->identity.node.to_octets());
    state.set_point(point->identity.point.to_octets());
    state.set_from_ms(clock.now().wall_ms);
    clinic->publish(v1::CUSTODY, custody, v1::CHANGED, state);
    settle_all();
    tick();
    return custody;
  }
  void tick() {
    readings->tick();
    while (!soon.empty()) {
      auto next = std::move(soon.front());
      soon.pop_front();
      next();
    }
    settle_all();
  }
  void say() { say(++said); }
  void say(std::uint64_t seq) {
    readings->on(device, R"([{"epoch":"00000000000000aa","seq":)" + std::to_string(seq) +
                             R"(,"n":"heart-rate","u":"beat/min","v":71}])");
    tick();
  }
  /// A minute passes, and what was said before it is sealed.
  void seal() {
    point->clock.pass_ms(seal_after_ms);
    clock.pass_ms(seal_after_ms);
    tick();
  }
  void come_back() {
    connect(*point);
    settle_all();
    pass(10);
    // Central ends the line when an order begins a feed anew; the agent comes back by itself.
    connect(*point);
    settle_all();
    pass(10);
    tick();
  }

  central::Erased<Draft> order(const Uuid& id) {
    auto draft = central->erasures().order(id, staff_member(olena, 2), v1::PROOF_TOKEN, central->now());
    if (draft) central->write({*draft}, [] {});
    settle_all();
    return draft;
  }
  Uuid propose() {
    const auto draft = central->erasures().propose(olena, "GDPR 17(1)(b)", staff_member(olena, 1),
                                                   v1::PROOF_TOKEN, central->now());
    central->write({*draft}, [] {});
    return draft->subject.id;
  }
  Uuid erase() {
    const Uuid id = propose();
    REQUIRE(order(id).has_value());
    return id;
  }
  const v1::Erasure& erasure(const Uuid& id) { return central->state().erasures.find(id)->state; }
  /// The times of an order but those in which nobody wore the device.
  std::vector<v1::ErasedReadings> worn_times(const Uuid& id) {
    std::vector<v1::ErasedReadings> times;
    for (const v1::ErasedReadings& each : erasure(id).readings())
      if (!is_drawer(each)) times.push_back(each);
    return times;
  }

  struct Blocks {
    std::size_t all = 0;
    std::vector<Uuid> bodies;  ///< Whose; nil = nobody's.
  };
  static Blocks blocks(MemoryStore& of) {
    Blocks found;
    of.replay(0, [&](std::uint64_t, Record&& record) {
      if (record.key.stream != v1::READINGS) return;
      ++found.all;
      if (!record.stored.body) return;
      const auto patient = feldsher::readings::read_block(*record.body<v1::ReadingBlock>()).value().patient;
      found.bodies.push_back(patient ? patient->uuid : Uuid{});
    });
    return found;
  }

  const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")};
  Uuid petr;
  std::uint64_t said = 0;
  std::deque<std::function<void()>> soon;
  std::vector<feldsher::readings::Receipt> receipts;
  std::unique_ptr<edge::Readings> readings;
};

}  // namespace feldsher::testing
