#pragma once
#include <boost/system/result.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/crypto/signing_key.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher {

/// What a patient shows at a check-in screen: a signed statement that an appointment is theirs. No name,
/// no number; a point verifies it with no line to anybody.
///
/// Text: `FP1:` and base64url without padding of 123 octets:
/// ```
///   0   1  version: 1
///   1  16  appointment id
///  17  16  patient id
///  33  16  point id
///  49   2  local day of the appointment at the point: days since 1970-01-01, big-endian
///  51   8  key id: the first 8 octets of SHA-256(public key)
///  59  64  Ed25519 signature of "feldsher pass 1" ‖ one zero octet ‖ octets 0 to 58
/// ```
/// The words before the payload keep a pass from being taken for anything else the same key signs.
/// Without "FP1:" the text is 164 characters: QR version 8 at error correction M.
struct Pass {
  AppointmentId appointment;
  PatientId patient;
  PointId point;
  std::string day;  ///< "YYYY-MM-DD", 1970-01-01 to 2149-06-06.
  KeyId key{};      ///< Set by read_pass; issue_pass takes the signer's.

  bool operator==(const Pass&) const = default;
};

/// Why a text is not a pass to be believed.
enum class PassError {
  not_a_pass,     ///< Something else was scanned, or it was cut.
  unknown_key,    ///< Well-formed, but by a key that this reader does not have.
  bad_signature,  ///< Changed or forged.
};
std::string_view to_text(PassError error);
/// What `result.value()` does without a look at the refusal first: a bug, so std::logic_error.
[[noreturn]] void throw_exception_from_error(PassError error, const boost::source_location& where);

/// Finds the public key of an id: central's present and next, and the point's own.
using PassKeys = std::function<std::optional<PublicKey>(const KeyId&)>;

/// The text of a pass. `pass.day` must be a day (ensure).
std::string issue_pass(const SigningKey& key, const Pass& pass);

/// Reads what a scanner gave. White space around it and an AIM symbology prefix ("]Q1") are dropped. Says
/// nothing about day or point: that is the desk's to judge. Never throws, whatever the text.
boost::system::result<Pass, PassError> read_pass(std::string_view text, const PassKeys& keys);

}  // namespace feldsher
