#pragma once
#include <array>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/record/digest.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::enrolment {

inline constexpr std::size_t number_octets = 5;
inline constexpr std::size_t secret_octets = 10;
/// A code is good for a day.
inline constexpr std::int64_t code_life_ms = 24 * 3'600'000;
/// So many wrong tries and it is dead.
inline constexpr std::uint32_t most_wrong_tries = 5;

/// Why a text is no code. A person has typed it: each is a sentence.
enum class CodeFault { not_base32, too_short, wrong_check, other_version, bad_host };
std::string_view to_text(CodeFault fault);
/// What `result.value()` does with it: throws Fault with that sentence.
[[noreturn]] void throw_exception_from_error(CodeFault fault, const boost::source_location& where);

/// What a person carries from central to a new box, once.
struct EnrolmentCode {
  Octets number;            ///< number_octets: names the code; not secret.
  Octets secret;            ///< secret_octets: 80 bits.
  Digest authority_key{};   ///< SHA-256 of the public key of the only authority to accept.
  std::int64_t made_s = 0;  ///< When, Unix time, in whole minutes: no true clock is earlier.
  std::string host;         ///< Central's access door …
  std::uint16_t port = 0;   ///< … and its port.

  /// A new one for that door. `host` is a DNS name or an address of at most 200 characters.
  static EnrolmentCode make(Random& random, const Instant& now, const Digest& authority_key, std::string host,
                            std::uint16_t port);

  /// Crockford's base32 in groups of five: "04A7K-…". What a person reads out or types.
  std::string to_text() const;
  /// The same without hyphens, for a QR code's alphanumeric mode (ISO/IEC 18004).
  std::string to_qr_text() const;
  /// Either text; case, spaces and hyphens do not matter, O is 0, I and L are 1.
  static boost::system::result<EnrolmentCode, CodeFault> parse(std::string_view text);

  /// What central keeps instead of the secret, and the key of the request's HMAC:
  /// SHA-256("feldsher enrolment 1" ‖ secret).
  Digest verifier() const;
  bool operator==(const EnrolmentCode&) const = default;
};

}  // namespace feldsher::enrolment
