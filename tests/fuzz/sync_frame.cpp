#include <cstddef>
#include <cstdint>
#include <memory>

#include "tests/support/world/network.hpp"

using namespace feldsher;

namespace {

class NoWire final : public sync::Wire {
 public:
  void send(const v1::Frame&) override {}
  void close(const std::string&) override {}
};

}  // namespace

/// A conversation of a node with central, and of central with a node: each frame preceded by its length (one
/// octet, times eight). Nothing that is said may end a process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A new world now and then, or what was said would fill the memory.
  static std::unique_ptr<testing::Network> network;
  static testing::Box* box = nullptr;
  static int talks = 0;
  if (talks++ % 500 == 0) {
    network = std::make_unique<testing::Network>();
    box = &network->add_point("fuzzed");
  }
  NoWire at_central, at_point;
  network->central->connected(box->identity.node, at_central);
  box->node->link().connected(at_point, box->clock.now());
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = std::min<std::size_t>(data[at] * 8U, size - at - 1);
    v1::Frame frame;
    if (frame.ParseFromArray(data + at + 1, static_cast<int>(length))) {
      network->central->receive(box->identity.node, frame);
      box->node->link().receive(frame, box->clock.now());
    }
    at += 1 + length;
  }
  network->central->disconnected(box->identity.node, at_central);
  box->node->link().disconnected();
  return 0;
}
