#pragma once
#include <functional>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/contracts/readings.pb.h"
#include "protocol/record/record.hpp"

namespace feldsher {

/// What an order to erase looks at in a block of readings.
struct BlockSpan {
  Octets device, patient;  ///< As the block says them; nobody: empty.
  std::int64_t first_ms = 0, last_ms = 0;
};
BlockSpan span_of(const v1::ReadingBlock& block);

/// Whether an order drops such a block: measured while the patient wore the device, by its `readings`. Of a
/// time without an end only what names the patient or nobody: the device may be another's since. Of a time in
/// which nobody wore it (`drawer_time`) only what lies in it whole and names the patient. Never while it is
/// only proposed.
bool erases(const v1::Erasure& erasure, const BlockSpan& block);

/// Picks the records whose bodies an order to erase drops: every version of each of its subjects, and the
/// blocks of its readings. Picks nothing while it is only proposed. Owns all that it looks at.
std::function<bool(const Record&)> erase_pick(const v1::Erasure& erasure);

}  // namespace feldsher
