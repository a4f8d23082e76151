#include "protocol/civil/days.hpp"

#include <fmt/core.h>

#include <charconv>
#include <chrono>

#include "protocol/civil/civil.hpp"

namespace feldsher {

std::string days_after(std::string_view day, int days) {
  if (!is_date(day)) return "";
  const auto number = [day](std::size_t at, std::size_t length) {
    int value = 0;
    std::from_chars(day.data() + at, day.data() + at + length, value);
    return value;
  };
  const std::chrono::year_month_day from{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const std::chrono::year_month_day to{std::chrono::sys_days(from) + std::chrono::days(days)};
  return fmt::format("{:04}-{:02}-{:02}", int(to.year()), unsigned(to.month()), unsigned(to.day()));
}

}  // namespace feldsher
