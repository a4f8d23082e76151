#pragma once
#include <functional>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/record/record.hpp"

namespace feldsher {

/// Picks the records whose bodies an order to erase drops: every version of each of its subjects, and the
/// blocks of its readings. Picks nothing while it is only proposed. Owns all that it looks at.
std::function<bool(const Record&)> erase_pick(const v1::Erasure& erasure);

}  // namespace feldsher
