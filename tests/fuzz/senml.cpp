#include <cstddef>
#include <cstdint>

#include "devices/senml/numbered_pack.hpp"
#include "protocol/readings/block.hpp"
#include "protocol/readings/pack_text.hpp"
#include "protocol/record/result.hpp"

using namespace feldsher;

/// Whatever a device sends: it is refused, or it goes into a block and comes out of it to the octet.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetsView octets(reinterpret_cast<const char*>(data), size);
  const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")};
  constexpr std::int64_t now_ms = 1'795'000'000'000;
  const auto pack = senml::read_numbered_pack(device, octets, now_ms);
  if (!pack) return 0;
  const auto written = write_pack(*pack);
  const auto again = senml::read_numbered_pack(device, written, now_ms);
  // What we write ourselves reads as the same, when all of it can be said in our one form.
  if (again && written == octets) ensure(*again == *pack, "a pack in our own form reads as another");
  const readings::BlockMessage message{pack->seq, now_ms, Octets(octets), pack->readings};
  const auto opened =
      readings::read_block(readings::write_block(device, pack->epoch, std::span(&message, 1), std::nullopt));
  ensure(opened.has_value() && opened->messages.size() == 1, "a block that cannot be opened");
  ensure(opened->messages[0].octets == octets, "a message that comes out of its block as another");
  ensure(opened->messages[0].readings.size() == pack->readings.size(), "a block that loses readings");
  return 0;
}
