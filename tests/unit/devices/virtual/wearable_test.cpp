#include "devices/virtual/wearable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "devices/senml/numbered_pack.hpp"
#include "devices/virtual/seeded_random.hpp"
#include "protocol/readings/pack_text.hpp"

using namespace feldsher;
using namespace feldsher::virtual_world;

namespace {

const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")};
const Epoch life{0xab};

struct World {
  SeededRandom random{7};
  std::int64_t now_ms = 1000;
  Wearable wearable{{.device = device, .epoch = life, .interval_ms = 100, .window = 4}, random, now_ms};

  std::vector<std::uint64_t> pass(std::int64_t ms) {
    now_ms += ms;
    wearable.measure(now_ms, 1'795'000'000'000 + now_ms);
    std::vector<std::uint64_t> numbers;
    for (const auto& message : wearable.due(now_ms)) numbers.push_back(message.seq);
    return numbers;
  }
  auto receipt(std::vector<readings::Range> stored, Epoch epoch = life) {
    return wearable.receipted({NodeId{}, epoch, std::move(stored), std::nullopt}, now_ms);
  }
};
using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a wearable measures what a body could have, in the one form", "[devices][virtual][O1]") {
  World world;
  for (int i = 0; i < 200; ++i) {
    world.now_ms += 100;
    world.wearable.measure(world.now_ms, 1'795'000'000'000 + world.now_ms);
    for (const auto& message : world.wearable.due(world.now_ms)) {
      const auto pack = senml::read_numbered_pack(device, message.octets, 0);
      REQUIRE(pack.has_value());
      CHECK(pack->epoch == life);
      CHECK(write_pack(*pack) == message.octets);
      REQUIRE(pack->readings.size() == 4);
      const auto heart = to_double(pack->readings[0].value), spo2 = to_double(pack->readings[1].value);
      CHECK((heart >= 40 && heart <= 130));
      CHECK((spo2 > 90 && spo2 <= 100));
      CHECK(pack->readings[1].unit == "%");
      CHECK(pack->readings[3].code == "8310-5");
      world.receipt({{message.seq, message.seq}});
    }
  }
  CHECK(world.wearable.made() > 190);
}

TEST_CASE("what has no receipt is sent again, and only that", "[devices][virtual][X11]") {
  World world;
  Numbers sent;
  while (sent.size() < 3) {
    for (auto n : world.pass(100)) sent.push_back(n);
  }
  CHECK(sent == Numbers{1, 2, 3});
  world.wearable.stop_measuring();
  CHECK(world.receipt({{1, 1}, {3, 3}}) == std::vector<readings::Range>{{1, 1}, {3, 3}});
  CHECK(world.wearable.unreceipted() == 1);
  CHECK(world.pass(1000).empty());
  CHECK(world.pass(1200) == Numbers{2});
  CHECK(world.receipt({{1, 3}}) == std::vector<readings::Range>{{2, 2}});
  CHECK(world.receipt({{1, 3}}).empty());
  CHECK(world.pass(100'000).empty());
}

TEST_CASE("silence makes the pauses longer, a new connection ends them", "[devices][virtual][X11]") {
  World world;
  while (world.pass(100).empty()) {
  }
  world.wearable.stop_measuring();
  std::vector<std::int64_t> moments;
  for (int i = 0; i < 400; ++i) {
    if (!world.pass(100).empty()) moments.push_back(world.now_ms);
  }
  REQUIRE(moments.size() >= 3);
  CHECK(moments.size() <= 8);
  CHECK(moments[2] - moments[1] > moments[1] - moments[0]);
  world.wearable.reconnected();
  CHECK(world.pass(1) == Numbers{1});
}

TEST_CASE("no more than the window is under way", "[devices][virtual]") {
  World world;
  std::set<std::uint64_t> under_way;
  for (int i = 0; i < 15; ++i) {
    for (auto n : world.pass(100)) under_way.insert(n);
  }
  CHECK(under_way == std::set<std::uint64_t>{1, 2, 3, 4});
  CHECK(world.wearable.unreceipted() > 10);
  world.receipt({{1, 2}});
  CHECK(world.pass(1) == Numbers{5, 6});
}

TEST_CASE("a receipt of another life frees nothing", "[devices][virtual]") {
  World world;
  while (world.pass(100).empty()) {
  }
  CHECK(world.receipt({{1, 1}}, Epoch{0xcd}).empty());
  CHECK(world.wearable.unreceipted() == 1);
}

TEST_CASE("what could not be sent is due at once, as something offered before", "[devices][virtual]") {
  World world;
  std::vector<Wearable::Message> messages;
  while (messages.empty()) {
    world.wearable.measure(world.now_ms += 100, 0);
    messages = world.wearable.due(world.now_ms);
  }
  CHECK(messages[0].first);
  world.wearable.stop_measuring();
  world.wearable.not_sent(messages);
  messages = world.wearable.due(world.now_ms + 1);
  REQUIRE(messages.size() == 1);
  CHECK_FALSE(messages[0].first);
}
