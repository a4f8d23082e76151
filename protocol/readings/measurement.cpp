#include "protocol/readings/measurement.hpp"

#include <array>

namespace feldsher::readings {
namespace {

constexpr std::array<Measurement, 8> table{{
    {"8867-4", "heart-rate", "beat/min", "/min", 0},
    {"59408-5", "spo2", "/", "%", 2},
    {"9279-1", "respiratory-rate", "1/min", "/min", 0},
    {"8310-5", "body-temperature", "Cel", "Cel", 0},
    {"8480-6", "bp-systolic", "mm[Hg]", "mm[Hg]", 0},
    {"8462-4", "bp-diastolic", "mm[Hg]", "mm[Hg]", 0},
    {"29463-7", "body-weight", "kg", "kg", 0},
    {"battery", "battery", "%EL", "%", 0},
}};

struct Alias {
  std::string_view name, means;
};
constexpr std::array<Alias, 12> aliases{{{"hr", "heart-rate"},
                                         {"heartrate", "heart-rate"},
                                         {"pulse", "heart-rate"},
                                         {"SpO2", "spo2"},
                                         {"oxygen-saturation", "spo2"},
                                         {"rr", "respiratory-rate"},
                                         {"resp", "respiratory-rate"},
                                         {"temp", "body-temperature"},
                                         {"temperature", "body-temperature"},
                                         {"sys", "bp-systolic"},
                                         {"dia", "bp-diastolic"},
                                         {"weight", "body-weight"}}};

/// Units that mean the measurement's own: "1/min" and "beat/min" are one, as "mmHg" and "mm[Hg]".
bool same_unit(std::string_view a, std::string_view b) {
  const auto plain = [](std::string_view unit) -> std::string_view {
    if (unit == "beat/min" || unit == "/min") return "1/min";
    if (unit == "mmHg") return "mm[Hg]";
    return unit;
  };
  return plain(a) == plain(b);
}

}  // namespace

double to_double(const Value& value) {
  if (const auto* decimal = std::get_if<Decimal>(&value)) return decimal->to_double();
  return std::get<double>(value);
}

std::span<const Measurement> measurements() { return table; }

const Measurement* measurement_named(std::string_view name) {
  const auto leaf = name.substr(name.find_last_of(":/") + 1);  // npos + 1 = 0: the whole name.
  for (const auto& one : table) {
    if (one.name == leaf) return &one;
  }
  for (const auto& alias : aliases) {
    if (alias.name == leaf) return measurement_named(alias.means);
  }
  return nullptr;
}

const Measurement* measurement_of(std::string_view code, std::string_view ucum) {
  for (const auto& one : table) {
    if (one.loinc == code && one.ucum == ucum) return &one;
  }
  return nullptr;
}

void name_reading(std::string_view name, std::string_view senml_unit, const Value& value, Reading& to) {
  const auto* measurement = measurement_named(name);
  const auto keep = [&](std::string_view code, std::string_view unit) {
    to.code = code;
    to.unit = unit;
    to.value = value;
  };
  if (!measurement) return keep(name, senml_unit);
  if (measurement->scale == 0) {
    if (same_unit(senml_unit, measurement->senml_unit)) return keep(measurement->loinc, measurement->ucum);
    // A pressure in pascal is the same measurement in another unit: UCUM has both, and no digit is lost.
    if (measurement->ucum == "mm[Hg]" && senml_unit == "Pa") return keep(measurement->loinc, "Pa");
    return keep(name, senml_unit);
  }
  const double number = to_double(value);
  const bool ratio = number >= 0 && number <= 1.5;
  if (senml_unit == "%" && number > 1.5 && number <= 100) {
    to.quality |= quality_unit_assumed;
    return keep(measurement->loinc, measurement->ucum);
  }
  if ((senml_unit != "/" && senml_unit != "%") || !ratio || !std::holds_alternative<Decimal>(value)) {
    return keep(name, senml_unit);
  }
  keep(measurement->loinc, measurement->ucum);
  to.value = std::get<Decimal>(value).scaled(measurement->scale);
}

}  // namespace feldsher::readings
