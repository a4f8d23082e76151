#pragma once
#include <functional>

#include "central/copies/copy_line.hpp"
#include "protocol/journal/store.hpp"

namespace feldsher::central {

/// Called now and then while something is copied, and at its end.
using CopyProgress = std::function<void(std::uint64_t records, std::uint64_t of)>;

/// Copies into `store` everything that the central at `line.address`, or its standby, has when it answers,
/// and leaves. Blocks. Throws Fault when it cannot be reached for half a minute, or when both hold different
/// records.
void fetch(JournalStore& store, const CopyLine::Options& line, const CopyProgress& progress);

}  // namespace feldsher::central
