#include "protocol/minutes/shift_book.hpp"

namespace feldsher {

MinuteSet ShiftBook::free() const {
  MinuteSet free = held_;
  for (const auto& [appointment, minutes] : bookings_) free.remove(minutes);
  return free;
}

std::optional<MinutesRefusal> ShiftBook::refuses(Minutes wanted) const {
  if (wanted.empty()) return MinutesRefusal::empty;
  if (!held_.contains(wanted)) return MinutesRefusal::not_held;
  for (const auto& [appointment, minutes] : bookings_)
    if (minutes.first < wanted.end && wanted.first < minutes.end) return MinutesRefusal::taken;
  return std::nullopt;
}

std::optional<MinutesRefusal> ShiftBook::refuses_to_give(const MinuteSet& minutes) const {
  if (minutes.empty()) return MinutesRefusal::empty;
  if (!held_.contains(minutes)) return MinutesRefusal::not_held;
  if (!free().contains(minutes)) return MinutesRefusal::taken;
  return std::nullopt;
}

void ShiftBook::booked(AppointmentId appointment, Minutes minutes) { bookings_[appointment] = minutes; }

}  // namespace feldsher
