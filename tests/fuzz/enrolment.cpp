#include <cstddef>
#include <cstdint>

#include "protocol/enrolment/sealed_request.hpp"

using namespace feldsher;

/// What a person types as a code, and what a box without a certificate sends to the access door.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto code = enrolment::EnrolmentCode::parse(text))
    if (enrolment::EnrolmentCode::parse(code->to_text()).value() != *code) __builtin_trap();
  v1::SealedEnrolment sealed;
  if (!sealed.ParseFromArray(data, static_cast<int>(size))) return 0;
  (void)enrolment::look_inside(sealed);
  v1::Enrolment kept;
  kept.set_verifier(Octets(32, 'v'));
  kept.set_expires_ms(1'000);
  // Nobody guesses an HMAC.
  if (enrolment::judge(kept, sealed, 1).verdict == v1::ENROLMENT_GRANTED) __builtin_trap();
  return 0;
}
