#pragma once
#include <string>
#include <string_view>

#include "protocol/record/world.hpp"

namespace feldsher::central {

/// What is kept of a PIN: its Argon2id verifier (RFC 9106) as an encoded string, 19 MiB and two passes.
std::string pin_verifier(std::string_view pin, Random& random);
bool pin_fits(std::string_view pin, const std::string& verifier);
/// Whether `pin` is 4 to 8 digits.
bool is_pin(std::string_view pin);

}  // namespace feldsher::central
