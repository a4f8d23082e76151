#include <cstddef>
#include <cstdint>

#include "protocol/readings/receipt.hpp"
#include "protocol/record/result.hpp"

using namespace feldsher;

/// What comes on a device's receipt topic: refused, or it comes back as it was when it is written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto receipt = readings::decode_receipt({reinterpret_cast<const char*>(data), size});
  if (!receipt) return 0;
  readings::RangeSet set;
  for (const auto& range : receipt->stored) set.add(range);
  const auto again = readings::decode_receipt(encode_receipt(*receipt));
  ensure(again.has_value() && *again == *receipt, "a receipt that changes when it is written again");
  return 0;
}
