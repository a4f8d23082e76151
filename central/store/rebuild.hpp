#pragma once
#include "central/store/views.hpp"
#include "protocol/journal/store.hpp"

namespace feldsher::central {

/// Fills a second file beside `place.file` from the journal, then puts it in its place: whoever fails on the
/// way leaves the old one as it was. Returns how many records were projected. Throws Fault.
std::uint64_t rebuild_views(const Views::Place& place, JournalStore& journal);

}  // namespace feldsher::central
