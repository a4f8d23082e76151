#include "protocol/enrolment/sealed_request.hpp"

#include "protocol/crypto/hmac.hpp"

namespace feldsher::enrolment {

v1::SealedEnrolment seal(const EnrolmentCode& code, v1::EnrolmentRequest request) {
  request.set_code(code.number);
  v1::SealedEnrolment sealed;
  sealed.set_request(request.SerializeAsString());
  sealed.set_mac(to_octets(hmac_sha256(view_of(code.verifier()), sealed.request())));
  return sealed;
}

std::optional<v1::EnrolmentRequest> look_inside(const v1::SealedEnrolment& sealed) {
  v1::EnrolmentRequest request;
  if (!request.ParseFromString(sealed.request()) || request.code().size() != number_octets)
    return std::nullopt;
  return request;
}

Judgement judge(const v1::Enrolment& code, const v1::SealedEnrolment& sealed, std::int64_t now_ms) {
  if (code.status() == v1::CODE_USED) return {.verdict = v1::ENROLMENT_USED_CODE, .code = {}};
  if (code.status() != v1::CODE_OPEN) return {.verdict = v1::ENROLMENT_DEAD_CODE, .code = {}};
  if (now_ms >= code.expires_ms()) return {.verdict = v1::ENROLMENT_EXPIRED_CODE, .code = {}};
  v1::Enrolment after = code;
  const Digest right = hmac_sha256(code.verifier(), sealed.request());
  if (same_in_constant_time(view_of(right), sealed.mac())) {
    after.set_status(v1::CODE_USED);
    return {.verdict = v1::ENROLMENT_GRANTED, .code = std::move(after)};
  }
  after.set_wrong_tries(code.wrong_tries() + 1);
  if (after.wrong_tries() < most_wrong_tries) {
    const std::uint32_t left = most_wrong_tries - after.wrong_tries();
    return {.verdict = v1::ENROLMENT_WRONG_SECRET, .code = std::move(after), .tries_left = left};
  }
  after.set_status(v1::CODE_DEAD);
  return {.verdict = v1::ENROLMENT_DEAD_CODE, .code = std::move(after)};
}

std::string_view to_text(v1::EnrolmentRefusal refusal) {
  switch (refusal) {
    case v1::ENROLMENT_GRANTED:
      return "granted";
    case v1::ENROLMENT_MALFORMED:
      return "central could not read the request: this program and central's do not fit together";
    case v1::ENROLMENT_UNKNOWN_CODE:
      return "central knows no such code: make a new one there with `feldsher-central enrol`";
    case v1::ENROLMENT_WRONG_SECRET:
      return "the code's secret is not the one that central made, or the request was changed on its way";
    case v1::ENROLMENT_DEAD_CODE:
      return "the code is dead: it was tried wrongly too often, or a newer one took its place. Make a new "
             "one";
    case v1::ENROLMENT_USED_CODE:
      return "the code was used: each lets one box in, once. If that was not this box, tell whoever made it; "
             "then make a new one";
    case v1::ENROLMENT_EXPIRED_CODE:
      return "the code is more than a day old: make a new one";
    case v1::ENROLMENT_BAD_KEY:
      return "central can't certify one of this box's keys";
    case v1::ENROLMENT_REVOKED:
      return "this certificate was revoked: a box comes back only with a new code";
    case v1::ENROLMENT_NO_NODE:
      return "only a point's own certificate can be renewed here";
    default:
      return "central refused for a reason that this version does not know";
  }
}

}  // namespace feldsher::enrolment
