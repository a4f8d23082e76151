#include "tests/fuzz/input.hpp"
#include "tests/fuzz/talk.hpp"

using namespace feldsher;

/// What a terminal publishes on its ask topic, at a point with a clinic: answered or let fall, never a crash.
/// The first octet says which terminal, and whether the doctor who is signed in there asks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A new world now and then, or what was granted would fill the memory.
  static std::unique_ptr<fuzz::Talk> talk;
  static int asks = 0;
  if (asks++ % 500 == 0) talk = std::make_unique<fuzz::Talk>();
  fuzz::Input input(data, size);
  const std::uint8_t choices = input.octet();
  static constexpr const char* terminals[]{"checkin-1", "room-1", "reception", "survey-1"};
  Octets octets(input.rest());
  v1::Ask ask;
  if ((choices & 4) != 0 && ask.ParseFromString(octets)) {
    ask.set_session(talk->session);
    octets = ask.SerializeAsString();
  }
  talk->point->node->ask(terminals[choices & 3], octets, [](Octets) {});
  talk->settle();
  return 0;
}
