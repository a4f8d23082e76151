#include "protocol/record/octets.hpp"

#include <array>

namespace feldsher {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(OctetsView octets) {
  std::string text;
  text.reserve(octets.size() * 2);
  for (char c : octets) {
    auto value = static_cast<unsigned char>(c);
    text += hex_digits[value >> 4];
    text += hex_digits[value & 15];
  }
  return text;
}

Octets from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return {};
  Octets octets;
  octets.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return {};
    octets += static_cast<char>(high << 4 | low);
  }
  return octets;
}

std::string to_base64url(OctetsView octets) {
  std::string text;
  text.reserve((octets.size() * 4 + 2) / 3);
  std::uint32_t window = 0;
  int bits = 0;
  for (char c : octets) {
    window = window << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += base64url_digits[window >> (bits - 6) & 63];
  }
  if (bits > 0) text += base64url_digits[window << (6 - bits) & 63];
  return text;
}

bool from_base64url(std::string_view text, Octets& out) {
  out.clear();
  if (text.size() % 4 == 1) return false;
  std::uint32_t window = 0;
  int bits = 0;
  for (char c : text) {
    auto value = base64url_digits.find(c);
    if (value == std::string_view::npos) return false;
    window = window << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(window >> bits & 255);
    }
  }
  // Left-over bits must be zero, or two texts would mean the same octets.
  return (window & ((1u << bits) - 1)) == 0;
}

}  // namespace feldsher
