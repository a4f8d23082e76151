#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace feldsher::readings {

/// A number as a device wrote it: mantissa × 10^exponent, with its trailing zeros ("36.80" is 3680e-2).
struct Decimal {
  std::int64_t mantissa = 0;
  std::int32_t exponent = 0;

  /// From a JSON number (RFC 8259 §6); nothing when it has more than 18 significant digits, an exponent
  /// beyond ±40, or is -0, which only a double can say.
  static std::optional<Decimal> from_text(std::string_view text);

  /// Without an exponent: "36.80", "-5", "1200". `from_text` of it gives an equal number, and the same
  /// digits unless the exponent was positive.
  std::string to_text() const;
  double to_double() const;
  /// The same number with 10^places taken out: `scaled(2)` of 0.97 is 97.
  Decimal scaled(std::int32_t places) const { return {mantissa, exponent + places}; }

  bool operator==(const Decimal&) const = default;  ///< Of the digits, not of the number.
};

/// Seconds as a decimal → ms, rounded half away from zero; nothing when that leaves ±2^53.
std::optional<std::int64_t> seconds_to_ms(const Decimal& seconds);
/// ms → seconds without trailing zeros: 1500 is "1.5".
std::string ms_to_seconds_text(std::int64_t ms);

}  // namespace feldsher::readings
