#pragma once
#include "protocol/record/ids.hpp"

namespace feldsher {

/// The id that a message's field holds: 16 octets. Nil where it holds none.
inline Uuid id_of(OctetsView octets) { return Uuid::from_octets(octets).value_or(Uuid{}); }

}  // namespace feldsher
