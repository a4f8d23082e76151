#include "edge-agent/desk/phone.hpp"

namespace feldsher::edge {
namespace {

constexpr std::size_t significant = 9;  // National numbers of Ukraine have nine digits; of Russia, ten.

std::string digits_of(std::string_view text) {
  std::string digits;
  for (char c : text)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

}  // namespace

bool same_phone(std::string_view one, std::string_view other) {
  std::string a = digits_of(one), b = digits_of(other);
  if (a.size() < significant || b.size() < significant) return false;
  return a.substr(a.size() - significant) == b.substr(b.size() - significant);
}

}  // namespace feldsher::edge
