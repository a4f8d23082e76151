#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/contracts/clinic.pb.h"

namespace feldsher {

/// The walls of a place: turns minutes since 1970 UTC into civil time and back (IANA zones).
class Zone {
 public:
  /// Nothing when the system's tables have no zone of this name.
  static std::optional<Zone> named(std::string_view iana_name);

  const std::string& name() const { return name_; }
  /// "2026-11-22T10:43".
  std::string civil(std::int64_t minute) const;
  /// "2026-11-22".
  std::string day(std::int64_t minute) const { return civil(minute).substr(0, 10); }
  /// "10:43".
  std::string clock(std::int64_t minute) const { return civil(minute).substr(11); }
  /// The minute of "2026-11-22T10:43". Nothing for another form, a date that is none, or a time that
  /// the zone skips; of a time that occurs twice, the first.
  std::optional<std::int64_t> minute(std::string_view civil) const;
  v1::PlannedTime planned(std::int64_t minute) const;

 private:
  Zone(std::string name, const void* tables) : name_(std::move(name)), tables_(tables) {}
  std::string name_;
  const void* tables_;  // A date::time_zone, which lives as long as the process.
};

/// Whether `text` is an ISO 8601 calendar date that exists ("2026-02-29" does not).
bool is_date(std::string_view text);

/// Release of the zone tables in use: "2025b".
std::string tzdata_release();

}  // namespace feldsher
