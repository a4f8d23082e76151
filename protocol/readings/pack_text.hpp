#pragma once
#include "protocol/readings/reading.hpp"

namespace feldsher::readings {

/// A numbered pack as SenML JSON (RFC 8428), in the one form in which our own devices write it:
///
///     [{"bn":"urn:uuid:<device>:","bt":1795308610.25,"epoch":"<16 hex>","seq":7,
///       "n":"heart-rate","u":"beat/min","v":72},{"n":"spo2","u":"/","v":0.97}]
///
/// without white space; `bt` is the time of the first reading, `t` the difference from it where there is
/// one. "epoch" and "seq" are labels of ours: RFC 8428 §4.1 has receivers ignore labels they do not know.
/// A message that came in this form need not be kept: decoding and writing it gives its octets back.
Octets write_pack(const NumberedPack& pack);

/// Puts readings into the order in which `write_pack` should get them: as `measurements()` lists them,
/// then by code, then by time.
void sort_for_pack(std::vector<Reading>& readings);

}  // namespace feldsher::readings
