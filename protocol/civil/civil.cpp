#include "protocol/civil/civil.hpp"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <stdexcept>

namespace feldsher {
namespace {

using std::chrono::minutes;
using MinuteTime = date::sys_time<minutes>;

const date::time_zone& tables_of(const void* tables) { return *static_cast<const date::time_zone*>(tables); }

std::optional<int> number(std::string_view digits) {
  int value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.front() == '-')
    return std::nullopt;
  return value;
}

std::optional<date::year_month_day> read_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  auto y = number(text.substr(0, 4)), m = number(text.substr(5, 2)), d = number(text.substr(8, 2));
  if (!y || !m || !d) return std::nullopt;
  date::year_month_day ymd = date::year(*y) / *m / *d;
  return ymd.ok() ? std::optional(ymd) : std::nullopt;
}

}  // namespace

std::optional<Zone> Zone::named(std::string_view iana_name) {
  try {
    return Zone(std::string(iana_name), date::locate_zone(std::string(iana_name)));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string Zone::civil(std::int64_t minute) const {
  const auto local = tables_of(tables_).to_local(MinuteTime(minutes(minute)));
  const auto midnight = date::floor<date::days>(local);
  const date::year_month_day day(midnight);
  const auto of_day = static_cast<unsigned>(date::floor<minutes>(local - midnight).count());
  const int year = int(day.year());
  if (year < 0 || year > 9999)
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}", year, unsigned(day.month()), unsigned(day.day()),
                       of_day / 60, of_day % 60);
  // Asked for at every turn of an agent: digit by digit.
  std::string text = "0000-00-00T00:00";
  const auto put = [&text](std::size_t at, unsigned number) {
    text[at] = static_cast<char>('0' + number / 10);
    text[at + 1] = static_cast<char>('0' + number % 10);
  };
  put(0, static_cast<unsigned>(year) / 100);
  put(2, static_cast<unsigned>(year) % 100);
  put(5, unsigned(day.month()));
  put(8, unsigned(day.day()));
  put(11, of_day / 60);
  put(14, of_day % 60);
  return text;
}

std::optional<std::int64_t> Zone::minute(std::string_view civil) const {
  if (civil.size() != 16 || civil[10] != 'T' || civil[13] != ':') return std::nullopt;
  auto ymd = read_date(civil.substr(0, 10));
  auto hour = number(civil.substr(11, 2)), minute = number(civil.substr(14, 2));
  if (!ymd || !hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  date::local_time<minutes> local = date::local_days(*ymd) + std::chrono::hours(*hour) + minutes(*minute);
  if (tables_of(tables_).get_info(local).result == date::local_info::nonexistent) return std::nullopt;
  auto instant = tables_of(tables_).to_sys(local, date::choose::earliest);
  return date::floor<minutes>(instant.time_since_epoch()).count();
}

v1::PlannedTime Zone::planned(std::int64_t minute) const {
  v1::PlannedTime time;
  time.set_civil(civil(minute));
  time.set_zone(name_);
  time.set_minute(minute);
  time.set_tzdata(tzdata_release());
  return time;
}

bool is_date(std::string_view text) { return read_date(text).has_value(); }

std::string tzdata_release() {
  static const std::string release = date::get_tzdb().version;
  return release;
}

}  // namespace feldsher
