#include "tests/fuzz/input.hpp"
#include "tests/fuzz/talk.hpp"

using namespace feldsher;

/// A conversation of a node with central, and of central with a node: what the two say themselves, and what
/// is said to them in the input (see talk.hpp). Nothing that is said may end a process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A new world now and then, or what was said would fill the memory.
  static std::unique_ptr<fuzz::Talk> talk;
  static int talks = 0;
  fuzz::Input input(data, size);
  const std::uint8_t choices = input.octet();
  if (talks++ % 100 == 0 || (choices & fuzz::new_world) != 0) talk = std::make_unique<fuzz::Talk>();
  testing::Box& point = *talk->point;
  if ((choices & fuzz::lost_disk) != 0) {
    talk->lose_disk();
    talk->lose = [](const v1::Frame& frame) { return frame.has_restore() || frame.has_rebuild(); };
  }
  talk->connect(point);
  if ((choices & fuzz::greets) != 0) talk->settle();
  while (!input.empty()) {
    const std::uint16_t two = input.two_octets();
    const OctetsView octets = input.part(two & ~fuzz::downwards);
    v1::Frame frame;
    if (!frame.ParseFromArray(octets.data(), static_cast<int>(octets.size()))) continue;
    // Who has hung up hears nothing more.
    if (!point.up) talk->connect(point);
    if ((two & fuzz::downwards) != 0)
      point.node->link().receive(frame, point.node->now());
    else
      talk->central->receive(point.identity.node, frame);
    if ((choices & fuzz::greets) != 0) talk->settle();
  }
  talk->settle();
  if ((choices & fuzz::time_passes) != 0) talk->pass_seconds(10);
  talk->lose = [](const v1::Frame&) { return false; };
  talk->cut(point);
  talk->settle();
  talk->sent.clear();
  return 0;
}
