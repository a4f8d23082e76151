#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/readings/reading.hpp"

namespace feldsher::readings {

/// One measurement as SenML names it and as we keep it. Values in `senml_unit` × 10^scale are in `ucum`.
struct Measurement {
  std::string_view loinc;       ///< Or our name where LOINC has none.
  std::string_view name;        ///< The SenML name that we write, the first that we understand.
  std::string_view senml_unit;  ///< RFC 8428 §12.1 (or, for blood pressure, UCUM: SenML has only Pa).
  std::string_view ucum;
  std::int32_t scale = 0;  ///< SenML ratios are of 1, ours of 100.
};

/// All that we know, in the order in which a pack lists them.
std::span<const Measurement> measurements();

/// By the last part of a SenML name ("…:heart-rate", also "hr"); null when unknown.
const Measurement* measurement_named(std::string_view name);
/// By code and UCUM unit; null when there is none.
const Measurement* measurement_of(std::string_view code, std::string_view ucum);

/// Names a reading by what a SenML record says: fills code, unit, value and quality of `to`.
///
/// A unit that the measurement cannot have leaves the sender's name as the code and its unit as it came:
/// nothing is guessed, except that "%" of more than 1.5 is per cent (RFC 8428 §12.1 note 2 has it as a
/// ratio; senders get it wrong), which `quality_unit_assumed` says.
void name_reading(std::string_view name, std::string_view senml_unit, const Value& value, Reading& to);

}  // namespace feldsher::readings
