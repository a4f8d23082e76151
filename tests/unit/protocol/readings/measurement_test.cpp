#include "protocol/readings/measurement.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace feldsher::readings;

namespace {
Reading named(std::string_view name, std::string_view unit, Value value) {
  Reading reading;
  name_reading(name, unit, value, reading);
  return reading;
}
}  // namespace

TEST_CASE("a measurement that is known gets its LOINC code and UCUM unit", "[protocol][readings][W2]") {
  const auto pulse = named("urn:uuid:x:hr", "beat/min", Decimal{72, 0});
  CHECK(pulse.code == "8867-4");
  CHECK(pulse.unit == "/min");
  CHECK(pulse.value == Value(Decimal{72, 0}));
  CHECK(named("body-temperature", "Cel", Decimal{368, -1}).code == "8310-5");
  CHECK(named("a/rr", "1/min", Decimal{14, 0}).code == "9279-1");
  CHECK(named("sys", "mmHg", Decimal{120, 0}).unit == "mm[Hg]");
  CHECK(named("battery", "%EL", Decimal{80, 0}).unit == "%");
}

TEST_CASE("oxygen saturation is a ratio in SenML and per cent with us, to the digit",
          "[protocol][readings]") {
  const auto good = named("spo2", "/", Decimal{975, -3});
  CHECK(good.code == "59408-5");
  CHECK(good.unit == "%");
  CHECK(good.value == Value(Decimal{975, -1}));
  CHECK(good.quality == quality_good);
  const auto meant = named("spo2", "%", Decimal{97, 0});
  CHECK(meant.value == Value(Decimal{97, 0}));
  CHECK(meant.quality == quality_unit_assumed);
}

TEST_CASE("nothing is guessed of a unit that the measurement cannot have", "[protocol][readings]") {
  for (const auto& odd : {named("hr", "Cel", Decimal{72, 0}), named("spo2", "/", Decimal{97, 0}),
                          named("temp", "K", Decimal{310, 0}), named("spo2", "%", Decimal{300, 0})}) {
    INFO(odd.code);
    CHECK(odd.code.find('-') == std::string::npos);
  }
  // Pascal is a right unit of blood pressure: the number stays as it was measured.
  const auto pascal = named("sys", "Pa", Decimal{16000, 0});
  CHECK(pascal.code == "8480-6");
  CHECK(pascal.unit == "Pa");
  CHECK(named("urn:uuid:x:steps", "count", Decimal{9, 0}).code == "urn:uuid:x:steps");
}
