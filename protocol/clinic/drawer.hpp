#pragma once
#include "protocol/contracts/clinic.pb.h"
#include "protocol/record/ids.hpp"

namespace feldsher {

/// A time of an order to erase in which nobody wore the device, by custody: of it only the blocks go that lie
/// in it whole and name the patient (the point had not heard that the device was taken back). Its `until_ms`
/// is written with a minus; versions that do not know this find no block in it.
inline v1::ErasedReadings drawer_time(const Uuid& device, std::int64_t from_ms, std::int64_t until_ms) {
  v1::ErasedReadings time;
  time.set_device(device.to_octets());
  time.set_from_ms(from_ms);
  time.set_until_ms(-until_ms);
  return time;
}
inline bool is_drawer(const v1::ErasedReadings& time) { return time.until_ms() < 0; }
/// Its last millisecond.
inline std::int64_t drawer_last_ms(const v1::ErasedReadings& drawer) { return -(drawer.until_ms() + 1); }

}  // namespace feldsher
