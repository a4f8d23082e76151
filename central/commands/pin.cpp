#include "central/commands/pin.hpp"

#include <argon2.h>

#include <algorithm>
#include <array>

#include "protocol/record/result.hpp"

namespace feldsher::central {

bool is_pin(std::string_view pin) {
  return pin.size() >= 4 && pin.size() <= 8 &&
         std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string pin_verifier(std::string_view pin, Random& random) {
  constexpr std::uint32_t passes = 2, memory_kib = 19 * 1024, lanes = 1;
  const Octets salt = random.octets(16);
  std::array<char, 128> encoded{};
  const int code = argon2id_hash_encoded(passes, memory_kib, lanes, pin.data(), pin.size(), salt.data(),
                                         salt.size(), 32, encoded.data(), encoded.size());
  if (code != ARGON2_OK) throw Fault(std::string("cannot hash a PIN: ") + argon2_error_message(code));
  return encoded.data();
}

bool pin_fits(std::string_view pin, const std::string& verifier) {
  return !verifier.empty() && argon2id_verify(verifier.c_str(), pin.data(), pin.size()) == ARGON2_OK;
}

}  // namespace feldsher::central
