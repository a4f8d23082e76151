#include "central/feed/scope_window.hpp"

#include "protocol/civil/days.hpp"

namespace feldsher::central {
namespace {

constexpr int days_back = 7, days_ahead = 30, visit_days_back = 30;

}  // namespace

ScopeWindow::ScopeWindow(const v1::Day& today)
    : from_(today.minute() - days_back * minutes_a_day),
      until_(today.minute() + (days_ahead + 1) * minutes_a_day),
      first_visit_day_(days_after(today.day(), -visit_days_back)) {}

std::optional<std::int64_t> end_minute(const v1::Credential& credential) {
  if (credential.not_after_s() <= 0) return std::nullopt;
  return credential.not_after_s() / 60;
}

}  // namespace feldsher::central
