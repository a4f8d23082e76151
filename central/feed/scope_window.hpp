#pragma once
#include <optional>
#include <string>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/contracts/enrolment.pb.h"

namespace feldsher::central {

/// What is in a point's scope by time on one day of the network (AUTHORITY.md, "Scope of a point"): a day has
/// 24 hours here, since nothing hangs on the hour at which a window of weeks ends.
class ScopeWindow {
 public:
  explicit ScopeWindow(const v1::Day& today);

  /// An appointment that begins in that minute: from 7 days ago to 30 days ahead.
  bool has_appointment(std::int64_t minute) const { return minute >= from_ && minute < until_; }
  /// Minutes before the window: what is asked for then cannot be any more, and a certificate that ended then
  /// opens no door, also where the clock is some days behind.
  bool is_past(std::int64_t minute) const { return minute < from_; }
  /// A visit on that local day: in the last 30 days.
  bool has_visit(const std::string& day) const { return day >= first_visit_day_; }

  /// The minutes [from, until) of appointments that are in it.
  std::int64_t from() const { return from_; }
  std::int64_t until() const { return until_; }
  const std::string& first_visit_day() const { return first_visit_day_; }

 private:
  std::int64_t from_, until_;
  std::string first_visit_day_;
};

/// The minute in which a certificate ends; nothing when that is not known.
std::optional<std::int64_t> end_minute(const v1::Credential& credential);

}  // namespace feldsher::central
