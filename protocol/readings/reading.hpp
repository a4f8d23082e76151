#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocol/readings/decimal.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher::readings {

/// A measured number: the digits that the device wrote, or a double where they are no decimal.
using Value = std::variant<Decimal, double>;
double to_double(const Value& value);

/// What is doubtful about a reading; a set of bits, 0 = nothing.
enum Quality : std::uint32_t {
  quality_good = 0,
  quality_time_of_receipt = 1,  ///< The device gave no time: it is when we got the message.
  quality_time_relative = 2,    ///< The device gave an offset from now, not a time.
  quality_unit_assumed = 4,     ///< The unit was wrong by its standard and was read as what was meant.
};

/// One measurement.
struct Reading {
  std::string code;           ///< LOINC, "8867-4"; or the sender's name where no code is known.
  std::string unit;           ///< UCUM, "/min"; empty when unknown.
  std::int64_t time_ms = 0;   ///< When it was measured, Unix ms.
  Value value;                ///< In `unit`.
  std::uint32_t quality = 0;  ///< Of `Quality`.

  bool operator==(const Reading&) const = default;
};

/// A message of a device: its number in one life of the device, and what it says.
///
/// (device, epoch, seq) is its key: numbers start at 1 and have no gap, and the same key never means two
/// different contents.
struct NumberedPack {
  DeviceId device;
  Epoch epoch;
  std::uint64_t seq = 0;
  std::vector<Reading> readings;

  bool operator==(const NumberedPack&) const = default;
};

/// What one message may be at most; beyond it, it is refused.
inline constexpr std::size_t most_pack_octets = 64 * 1024;
inline constexpr std::size_t most_pack_records = 1024;
inline constexpr std::size_t most_name_octets = 256;  ///< Of a code and of a unit.
inline constexpr std::uint64_t last_seq =
    (std::uint64_t{1} << 53) - 1;  ///< JSON numbers are exact up to here.

}  // namespace feldsher::readings
