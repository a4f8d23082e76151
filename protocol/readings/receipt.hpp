#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <stdexcept>
#include <vector>

#include "protocol/readings/range_set.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher::readings {

/// What an agent says to a device, on things/<device>/receipt, once it has committed: these are stored.
///
///     {"agent":"<uuid>","epoch":"<16 hex>","stored":[[1,7],[9,9]],"upto":5}
///
/// A device may forget a message when it is in `stored`; a gateway waits for `upto`. Without a
/// standby at central nothing is safe and `upto` does not move: a gateway then keeps what it has for as long
/// as it has room, and lets go of the oldest that is `stored`.
struct Receipt {
  NodeId agent;
  Epoch epoch;                        ///< Of the device's life that the numbers belong to.
  std::vector<Range> stored;          ///< Ascending, disjoint; what this agent holds.
  std::optional<std::uint64_t> upto;  ///< Only from the device's home agent: all up to here are safe,
                                      ///< on the disks of central and its standby, or erased by order.

  bool operator==(const Receipt&) const = default;
};

enum class ReceiptError { too_large = 1, not_json, wrong_shape, wrong_range };
/// `value()` of a refusal is a bug of ours.
[[noreturn]] inline void throw_exception_from_error(ReceiptError, const boost::source_location&) {
  throw std::logic_error("bug: the value of a refused receipt");
}

inline constexpr std::size_t most_receipt_octets = 64 * 1024;
inline constexpr std::size_t most_receipt_ranges = 1024;  ///< More go into the next receipt.

Octets encode_receipt(const Receipt& receipt);
/// Unknown labels are ignored.
boost::system::result<Receipt, ReceiptError> decode_receipt(OctetsView octets);

}  // namespace feldsher::readings
