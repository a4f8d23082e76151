#include "protocol/record/ids.hpp"

#include <algorithm>

namespace feldsher {
namespace {

constexpr bool is_dash(std::size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

}  // namespace

std::optional<Uuid> Uuid::from_octets(OctetsView octets) {
  if (octets.size() != 16) return std::nullopt;
  Uuid id;
  std::copy(octets.begin(), octets.end(), reinterpret_cast<char*>(id.octets.data()));
  return id;
}

std::optional<Uuid> Uuid::from_text(std::string_view text) {
  if (text.size() == 32) return from_octets(from_hex(text));
  if (text.size() != 36) return std::nullopt;
  std::array<char, 32> digits;
  std::size_t count = 0;
  for (std::size_t i = 0; i < 36; ++i) {
    if (is_dash(i) != (text[i] == '-')) return std::nullopt;
    if (!is_dash(i)) digits[count++] = text[i];
  }
  return from_octets(from_hex({digits.data(), digits.size()}));
}

Uuid Uuid::v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random) {
  Uuid id;
  auto ms = static_cast<std::uint64_t>(unix_ms);
  for (std::size_t i = 0; i < 6; ++i) id.octets[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), id.octets.begin() + 6);
  id.octets[6] = static_cast<std::uint8_t>((id.octets[6] & 0x0f) | 0x70);
  id.octets[8] = static_cast<std::uint8_t>((id.octets[8] & 0x3f) | 0x80);
  return id;
}

std::string Uuid::to_text() const {
  // Once or more for each message of a device: no text on the way.
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < 36; ++i) {
    if (is_dash(i)) continue;
    text[i] = digits[octets[nibble / 2] >> (nibble % 2 == 0 ? 4 : 0) & 15];
    ++nibble;
  }
  return text;
}

}  // namespace feldsher
