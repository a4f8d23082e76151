#include "tests/fuzz/input.hpp"
#include "tests/fuzz/talk.hpp"
#include "tests/unit/central/standby/copied_network.hpp"

using namespace feldsher;

/// A conversation of central with a copy of it: what the two say themselves, and what is said to them in the
/// input, which is made as that of `sync_frame`. Nothing that is said may end a process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<testing::CopiedNetwork> network;
  static int talks = 0;
  fuzz::Input input(data, size);
  const std::uint8_t choices = input.octet();
  if (talks++ % 100 == 0 || (choices & fuzz::new_world) != 0) {
    network = std::make_unique<testing::CopiedNetwork>();
    network->copy = std::make_unique<testing::Copy>();
    for (int i = 0; i < 3; ++i) network->ticket();
  }
  if ((choices & fuzz::lost_disk) != 0) network->copy = std::make_unique<testing::Copy>();
  network->connect_copy();
  if ((choices & fuzz::greets) != 0) network->settle_all();
  while (!input.empty()) {
    const std::uint16_t two = input.two_octets();
    const OctetsView octets = input.part(two & ~fuzz::downwards);
    v1::StandbyFrame frame;
    if (!frame.ParseFromArray(octets.data(), static_cast<int>(octets.size()))) continue;
    if (!network->copy->up) network->connect_copy();
    if ((two & fuzz::downwards) != 0)
      network->copy->follower->receive(frame, network->copy->clock.now());
    else
      network->keeping->receive(*network->copy->down, frame, network->clock.now());
    if ((choices & fuzz::greets) != 0) network->settle_all();
  }
  network->settle_all();
  if ((choices & fuzz::time_passes) != 0) network->pass(10);
  network->cut_copy();
  network->settle_all();
  network->sent.clear();
  return 0;
}
