#include "central/api/refusal.hpp"

#include <boost/json/serialize.hpp>

#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

struct Wording {
  Refusal why;
  int status;
  const char* title;
  const char* challenge;  ///< RFC 6750 §3; null where there is none.
};
constexpr Wording wordings[] = {
    {Refusal::no_token, 401, "a bearer token is needed", R"(Bearer realm="feldsher")"},
    {Refusal::unknown_token, 401, "the token is not valid",
     R"(Bearer realm="feldsher", error="invalid_token")"},
    {Refusal::not_allowed, 403, "this token may not do that",
     R"(Bearer realm="feldsher", error="insufficient_scope")"},
    {Refusal::no_such_route, 404, "there is nothing at this address", nullptr},
    {Refusal::wrong_method, 405, "this address does not take that method", nullptr},
    {Refusal::malformed, 400, "the request is malformed", nullptr},
    {Refusal::not_found, 404, "there is no such thing", nullptr},
    {Refusal::taken, 409, "the minutes are taken", nullptr},
    {Refusal::past, 409, "the time is over", nullptr},
    {Refusal::doctor_elsewhere, 409, "the doctor or the room has another shift then", nullptr},
    {Refusal::patient_elsewhere, 409, "the patient has another appointment then", nullptr},
    {Refusal::nothing_leased, 409, "the point holds none of the minutes that are still to come", nullptr},
    {Refusal::wrong_state, 409, "it is cancelled, was kept or is done already", nullptr},
    {Refusal::archived, 409, "the patient is archived", nullptr},
    {Refusal::not_archived, 409, "the patient is not archived", nullptr},
    {Refusal::in_care, 409, "the patient is in care", nullptr},
    {Refusal::erased, 410, "it was erased by order", nullptr},
    {Refusal::no_person, 403, "a person's token is needed", nullptr},
    {Refusal::other_request, 422, "the idempotency key was used for another request", nullptr},
    {Refusal::in_progress, 409, "the request with this idempotency key is still being done", nullptr},
    {Refusal::busy, 503, "too much at once", nullptr},
};

}  // namespace

Refusal refusal_of(ScheduleRefusal refusal) {
  switch (refusal) {
    case ScheduleRefusal::not_found:
      return Refusal::not_found;
    case ScheduleRefusal::malformed:
      return Refusal::malformed;
    case ScheduleRefusal::taken:
      return Refusal::taken;
    case ScheduleRefusal::past:
      return Refusal::past;
    case ScheduleRefusal::doctor_elsewhere:
      return Refusal::doctor_elsewhere;
    case ScheduleRefusal::patient_elsewhere:
      return Refusal::patient_elsewhere;
    case ScheduleRefusal::wrong_state:
      return Refusal::wrong_state;
    case ScheduleRefusal::archived:
      return Refusal::archived;
  }
  return Refusal::malformed;
}

HttpResponse to_response(const Refused& refused) {
  for (const Wording& row : wordings) {
    if (row.why != refused.why) continue;
    HttpResponse response = problem(row.status, row.title, refused.detail);
    if (row.challenge) response.headers["WWW-Authenticate"] = row.challenge;
    if (refused.why == Refusal::wrong_method) response.headers["Allow"] = refused.detail;
    response.headers["Cache-Control"] = "no-store";
    return response;
  }
  ensure(false, "every refusal has a row");
  return {};
}

HttpResponse to_response(const Answer& answer) {
  HttpResponse response{.status = answer.status};
  response.body = boost::json::serialize(answer.body);
  response.headers["Cache-Control"] = "no-store";  // Patients' data stay out of every cache.
  return response;
}

}  // namespace feldsher::central
