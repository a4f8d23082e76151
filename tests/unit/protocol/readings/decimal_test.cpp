#include "protocol/readings/decimal.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace feldsher::readings;

TEST_CASE("a decimal keeps the digits that the device wrote", "[protocol][readings][W2]") {
  CHECK(Decimal::from_text("36.80") == Decimal{3680, -2});
  CHECK(Decimal::from_text("-0.05") == Decimal{-5, -2});
  CHECK(Decimal::from_text("0.14e1") == Decimal{14, -1});
  CHECK(Decimal::from_text("1.320078429e+09") == Decimal{1320078429, 0});
  CHECK(Decimal::from_text("0") == Decimal{0, 0});
  for (const auto* text : {"36.80", "-0.05", "0.00", "72", "-5", "0.001", "123456789012345678"}) {
    CHECK(Decimal::from_text(text)->to_text() == text);
  }
  CHECK(Decimal{12, 2}.to_text() == "1200");
  CHECK(Decimal{0, 2}.to_text() == "0");
}

TEST_CASE("what is no decimal of 18 digits is not taken for one", "[protocol][readings]") {
  for (const auto* text :
       {"", "-", ".", "-0", "-0.0", "1e", "1e41", "0.1e-40", "1234567890123456789", "12a", "1.2.3"}) {
    INFO(text);
    CHECK_FALSE(Decimal::from_text(text).has_value());
  }
}

TEST_CASE("a decimal's double is the one nearest to its digits", "[protocol][readings]") {
  CHECK(Decimal{368, -1}.to_double() == 36.8);
  CHECK(Decimal{-1, -3}.to_double() == -0.001);
  CHECK(Decimal{97, -2}.scaled(2).to_double() == 97.0);
  CHECK(Decimal{123456789012345678, -17}.to_double() == 1.23456789012345678);
}

TEST_CASE("seconds become milliseconds, rounded half away from zero", "[protocol][readings]") {
  CHECK(seconds_to_ms({1276020076001, -3}) == 1276020076001);
  CHECK(seconds_to_ms({15, 0}) == 15000);
  CHECK(seconds_to_ms({15, 1}) == 150000);
  CHECK(seconds_to_ms({12345, -4}) == 1235);
  CHECK(seconds_to_ms({-12345, -4}) == -1235);
  CHECK(seconds_to_ms({12344, -4}) == 1234);
  CHECK(seconds_to_ms({1, -40}) == 0);
  CHECK(seconds_to_ms({0, 40}) == 0);
  CHECK_FALSE(seconds_to_ms({1, 20}).has_value());
  CHECK(ms_to_seconds_text(1500) == "1.5");
  CHECK(ms_to_seconds_text(-1) == "-0.001");
  CHECK(ms_to_seconds_text(60000) == "60");
  CHECK(ms_to_seconds_text(0) == "0");
}
