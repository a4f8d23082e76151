#pragma once
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <functional>
#include <string>

#include "central/scheduling/scheduling.hpp"
#include "protocol/transport/http_message.hpp"

namespace feldsher::central {

/// Why a request is refused. One table gives each its status (refusal.cpp).
enum class Refusal {
  no_token,
  unknown_token,
  not_allowed,
  no_such_route,
  wrong_method,
  malformed,
  not_found,
  taken,
  past,
  doctor_elsewhere,
  patient_elsewhere,
  nothing_leased,
  other_request,
  erased,
  archived,
  not_archived,
  in_care,
  no_person,
  in_progress,
  wrong_state,
  busy,
};
Refusal refusal_of(ScheduleRefusal refusal);

/// A refusal, and what more may be said: places in the input, never what stood there.
struct Refused {
  Refusal why;
  std::string detail = {};
};
struct Answer {
  int status = 200;
  boost::json::value body;
};
using Outcome = boost::system::result<Answer, Refused>;
/// Told once. Loop thread.
using Reply = std::function<void(Outcome)>;

HttpResponse to_response(const Refused& refused);
HttpResponse to_response(const Answer& answer);

}  // namespace feldsher::central
