#include "kiosk/locale/wall_clock.hpp"

#include <date/tz.h>

#include <array>
#include <cstdio>
#include <sstream>

namespace feldsher::kiosk {
namespace {

using std::chrono::milliseconds;

std::optional<date::local_time<milliseconds>> local(std::int64_t wall_ms, const std::string& zone) {
  try {
    return date::locate_zone(zone)->to_local(date::sys_time<milliseconds>(milliseconds(wall_ms)));
  } catch (const std::runtime_error&) {
    return std::nullopt;  // A zone that this machine's tables do not know.
  }
}

}  // namespace

std::string wall_time(std::int64_t wall_ms, const std::string& zone) {
  const auto at = local(wall_ms, zone);
  if (!at) return {};
  const date::hh_mm_ss time(std::chrono::floor<std::chrono::minutes>(*at - date::floor<date::days>(*at)));
  return fmt::format("{:02}:{:02}", time.hours().count(), time.minutes().count());
}

std::string wall_date(std::int64_t wall_ms, const std::string& zone, const Words& words) {
  const auto at = local(wall_ms, zone);
  if (!at) return {};
  const auto day = date::floor<date::days>(*at);
  const date::year_month_day ymd(day);
  const std::array weekdays{words.tr("Sunday"),    words.tr("Monday"),   words.tr("Tuesday"),
                            words.tr("Wednesday"), words.tr("Thursday"), words.tr("Friday"),
                            words.tr("Saturday")};
  const std::array months{words.tr("January"), words.tr("February"), words.tr("March"),
                          words.tr("April"),   words.tr("May"),      words.tr("June"),
                          words.tr("July"),    words.tr("August"),   words.tr("September"),
                          words.tr("October"), words.tr("November"), words.tr("December")};
  return fmt::format("{}, {} {}", weekdays[date::weekday(day).c_encoding()], static_cast<unsigned>(ymd.day()),
                     months[static_cast<unsigned>(ymd.month()) - 1]);
}

std::optional<std::int64_t> instant_of(const std::string& civil, const std::string& zone) {
  int y = 0;
  unsigned mo = 0, d = 0, h = 0, mi = 0;
  if (civil.size() != 16 || std::sscanf(civil.c_str(), "%4d-%2u-%2uT%2u:%2u", &y, &mo, &d, &h, &mi) != 5)
    return std::nullopt;
  const date::year_month_day day{date::year(y), date::month(mo), date::day(d)};
  if (!day.ok() || h > 23 || mi > 59) return std::nullopt;
  try {
    const auto at = date::local_days(day) + std::chrono::hours(h) + std::chrono::minutes(mi);
    const auto info = date::locate_zone(zone)->get_info(at);
    if (info.result == date::local_info::nonexistent) return std::nullopt;
    const auto instant = at.time_since_epoch() - info.first.offset;
    return std::chrono::duration_cast<milliseconds>(instant).count();
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string age_words(std::int64_t age_ms, const Words& words) {
  const std::int64_t minutes = std::max<std::int64_t>(0, age_ms / 60'000);
  if (minutes < 1) return words.tr("just now");
  if (minutes < 60) return words.trn("{n} minute", "{n} minutes", minutes);
  if (minutes < 48 * 60) return words.trn("{n} hour", "{n} hours", minutes / 60);
  return words.trn("{n} day", "{n} days", minutes / (24 * 60));
}

}  // namespace feldsher::kiosk
