#include <cstddef>
#include <cstdint>
#include <memory>

#include "tests/support/world/network.hpp"

using namespace feldsher;

/// What a terminal publishes on its ask topic, at a point with a clinic: answered or let fall, never a crash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A new world now and then, or what was granted would fill the memory.
  static std::unique_ptr<testing::Network> network;
  static testing::Box* box = nullptr;
  static int asks = 0;
  if (asks++ % 500 == 0) {
    network = std::make_unique<testing::Network>();
    box = &network->add_point("fuzzed");
  }
  box->node->ask("checkin-1", {reinterpret_cast<const char*>(data), size}, [](Octets) {});
  return 0;
}
