// Whose readings they are: the wearer of a device as the feed says it.
#include <catch2/catch_test_macros.hpp>

#include "edge-agent/agent/readings.hpp"
#include "protocol/readings/block.hpp"
#include "tests/support/world/network.hpp"

namespace feldsher::testing {
namespace {

constexpr std::uint64_t seal_after_ms = 60'000;

/// A point on the line, with a wearable.
struct Worn : Network {
  Worn() : point(add_point("Embankment")), elsewhere(add_point("Lindens")) {
    olena = clinic->patient("Олена");
    petr = clinic->patient("Петро", "+380501112233", "1960-01-02");
    connect(point);
    settle();
  }
  v1::Custody custody(const Uuid& patient, const Box& at, std::int64_t from_ms = 1) const {
    v1::Custody custody;
    custody.set_device(device.to_octets());
    custody.set_patient(patient.to_octets());
    custody.set_home_node(at.identity.node.to_octets());
    custody.set_point(at.identity.point.to_octets());
    custody.set_from_ms(from_ms);
    return custody;
  }
  void give(const Uuid& id, const v1::Custody& state, v1::Verb verb = v1::CHANGED) {
    clinic->publish(v1::CUSTODY, id, verb, state);
    settle();
    tick();
  }
  void tick() {
    readings.tick();
    while (!soon.empty()) {
      auto next = std::move(soon.front());
      soon.pop_front();
      next();
    }
  }
  void say() {
    readings.on(device, R"([{"epoch":"00000000000000aa","seq":)" + std::to_string(++said) +
                            R"(,"n":"heart-rate","u":"beat/min","v":71}])");
    tick();
  }
  void seal() {
    point.clock.pass_ms(seal_after_ms);
    tick();
  }
  /// Of each block that is sealed, whose it is; nil = nobody's.
  std::vector<Uuid> wearers() {
    std::vector<Uuid> found;
    point.store.replay(0, [&](std::uint64_t, Record&& record) {
      if (record.key.stream != v1::READINGS) return;
      const auto patient = readings::read_block(*record.body<v1::ReadingBlock>()).value().patient;
      found.push_back(patient ? patient->uuid : Uuid{});
    });
    return found;
  }

  Box &point, &elsewhere;
  const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")};
  Uuid olena, petr;
  std::uint64_t said = 0;
  std::deque<std::function<void()>> soon;
  edge::Readings readings{
      *point.node,
      point.identity.node,
      {*point.ledger, [this](std::function<void()> work) { soon.push_back(std::move(work)); },
       [this](std::uint64_t, std::function<void()> work) { soon.push_back(std::move(work)); },
       [](DeviceId, const feldsher::readings::Receipt&) {}},
      seal_after_ms};
};

}  // namespace

TEST_CASE("readings are of who wears the device, and another wearer begins another block",
          "[edge-agent][readings][W2]") {
  Worn net;
  net.say();
  const Uuid custody = net.clinic->id();
  net.give(custody, net.custody(net.olena, net.point));
  CHECK(net.wearers() == std::vector{Uuid{}});
  net.say();
  net.say();
  net.give(custody, net.custody(net.petr, net.point));
  CHECK(net.wearers() == std::vector{Uuid{}, net.olena});
  net.say();
  net.give(custody, net.custody(net.petr, net.point), v1::ARCHIVED);
  net.say();
  net.seal();
  CHECK(net.wearers() == std::vector{Uuid{}, net.olena, net.petr, Uuid{}});
}

TEST_CASE("of two custodies of a device the one that began later holds, in whatever order they came",
          "[edge-agent][readings][W2]") {
  Worn net;
  net.give(net.clinic->id(), net.custody(net.petr, net.point, 2000));
  net.give(net.clinic->id(), net.custody(net.olena, net.point, 1000));
  net.say();
  net.seal();
  CHECK(net.wearers() == std::vector{net.petr});
}

TEST_CASE("a new feed without a custody leaves the wearer until it is whole, and then nobody",
          "[edge-agent][readings][W2]") {
  Worn net;
  const Uuid custody = net.clinic->id();
  net.give(custody, net.custody(net.olena, net.point));
  net.pass_seconds(12);
  net.cut(net.point);
  net.give(custody, net.custody(net.olena, net.elsewhere));
  v1::Erasure order;  // It ends every feed.
  order.set_status(v1::ERASURE_ORDERED);
  net.clinic->publish(v1::ERASURE, net.clinic->id(), v1::ERASED, order);
  net.lose = [](v1::Frame& frame) {
    return frame.has_feed() && frame.feed().items(0).kind() == v1::FEED_MARK;
  };
  net.connect(net.point);
  net.settle();
  REQUIRE(net.point.live());
  REQUIRE_FALSE(net.point.node->link().feed().stale().empty());
  net.tick();
  net.say();
  net.seal();
  CHECK(net.wearers() == std::vector{net.olena});
  const std::uint64_t position = net.point.node->link().feed().position();

  net.lose = [](v1::Frame&) { return false; };
  net.connect(net.point);
  net.settle();
  net.pass_seconds(12);
  REQUIRE(net.point.node->link().feed().stale().empty());
  REQUIRE(net.point.node->link().feed().position() == position);  // No item says that it is over.
  net.tick();
  net.say();
  net.seal();
  CHECK(net.wearers() == std::vector{net.olena, Uuid{}});
}

}  // namespace feldsher::testing
