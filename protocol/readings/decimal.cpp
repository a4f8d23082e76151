#include "protocol/readings/decimal.hpp"

#include <charconv>
#include <cstdlib>

namespace feldsher::readings {
namespace {

constexpr int most_digits = 18;
constexpr int widest_exponent = 40;
constexpr std::int64_t widest_ms = std::int64_t{1} << 53;

}  // namespace

std::optional<Decimal> Decimal::from_text(std::string_view text) {
  std::size_t at = 0;
  const bool negative = at < text.size() && text[at] == '-';
  if (negative) ++at;
  Decimal made;
  int digits = 0;  // Significant ones: leading zeros do not count.
  bool any = false, after_point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !after_point) {
      after_point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      if (made.mantissa != 0 || c != '0') ++digits;
      if (digits > most_digits) return std::nullopt;
      made.mantissa = made.mantissa * 10 + (c - '0');
      if (after_point) --made.exponent;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    ++at;
    if (at < text.size() && text[at] == '+') ++at;
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (exponent > widest_exponent || exponent < -widest_exponent) return std::nullopt;
    made.exponent += exponent;
  }
  if (made.exponent > widest_exponent || made.exponent < -widest_exponent) return std::nullopt;
  if (negative && made.mantissa == 0) return std::nullopt;
  if (negative) made.mantissa = -made.mantissa;
  return made;
}

std::string Decimal::to_text() const {
  std::string text = std::to_string(mantissa);
  if (exponent >= 0) {
    if (mantissa != 0) text.append(static_cast<std::size_t>(exponent), '0');
    return text;
  }
  const std::size_t sign = mantissa < 0 ? 1 : 0;
  const auto places = static_cast<std::size_t>(-exponent);
  if (text.size() - sign <= places) text.insert(sign, places + 1 - (text.size() - sign), '0');
  text.insert(text.size() - places, 1, '.');
  return text;
}

double Decimal::to_double() const {
  // By text: mantissa × pow(10, exponent) would round twice.
  char text[40];
  auto end = std::to_chars(text, text + 24, mantissa).ptr;
  *end++ = 'e';
  end = std::to_chars(end, text + sizeof text - 1, exponent).ptr;
  double value = 0;
  std::from_chars(text, end, value);
  return value;
}

std::optional<std::int64_t> seconds_to_ms(const Decimal& seconds) {
  std::int64_t ms = seconds.mantissa;
  std::int32_t exponent = seconds.exponent + 3;
  for (; exponent > 0 && ms != 0; --exponent) {
    if (std::abs(ms) > widest_ms) return std::nullopt;
    ms *= 10;
  }
  std::int64_t dropped = 0;  // The last digit cut off decides the rounding.
  for (; exponent < 0 && (ms != 0 || dropped != 0); ++exponent) {
    dropped = ms % 10;
    ms /= 10;
  }
  if (dropped >= 5) ++ms;
  if (dropped <= -5) --ms;
  if (std::abs(ms) > widest_ms) return std::nullopt;
  return ms;
}

std::string ms_to_seconds_text(std::int64_t ms) {
  std::int32_t exponent = -3;
  while (exponent < 0 && ms % 10 == 0) {
    ms /= 10;
    ++exponent;
  }
  return Decimal{ms, exponent}.to_text();
}

}  // namespace feldsher::readings
