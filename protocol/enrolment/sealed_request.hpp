#pragma once
#include <optional>
#include <string_view>

#include "protocol/contracts/enrolment.pb.h"
#include "protocol/enrolment/enrolment_code.hpp"

namespace feldsher::enrolment {

/// The request, authenticated with the code's secret. `request.code` is set here.
v1::SealedEnrolment seal(const EnrolmentCode& code, v1::EnrolmentRequest request);

/// The request inside, not yet authenticated: read it to find the code that it names. Nothing when it is
/// none.
std::optional<v1::EnrolmentRequest> look_inside(const v1::SealedEnrolment& sealed);

/// What central says to a sealed request that names this code, and what becomes of the code.
struct Judgement {
  v1::EnrolmentRefusal verdict = v1::ENROLMENT_GRANTED;
  /// The code from now on; to be made durable before anybody is told the verdict. Unset: as it was.
  std::optional<v1::Enrolment> code;
  std::uint32_t tries_left = 0;  ///< With a wrong secret.
};

/// Judges a sealed request against the code that it names. A code is good once: every later request, be it
/// the same octets again, is a use of a used code.
Judgement judge(const v1::Enrolment& code, const v1::SealedEnrolment& sealed, std::int64_t now_ms);

/// A sentence that says what happened and what to do, for whoever stands before the box.
std::string_view to_text(v1::EnrolmentRefusal refusal);

}  // namespace feldsher::enrolment
