#pragma once
#include <cstdint>

namespace feldsher::central {

/// Which derivation numbers the items of feeds: another number for every change after which FeedDeriver gives
/// other items, or the same in another order, for records that are in a journal already. A feed that another
/// derivation began is not gone on with: its point would take item n of one for item n of the other.
///
/// 1 (never written down): told what an origin may not write, and what a younger life had moved on.
/// 2: tells neither. A revoked certificate was told of where it was used, if that was known.
/// 3: every point is told of it, until a week after its end. Of a device whose custody had gone on to another
/// one, whoever wore it before was told to wear it again.
/// 4: nobody wears it.
inline constexpr std::uint64_t feed_derivation = 4;

}  // namespace feldsher::central
