#pragma once
#include <map>
#include <optional>

#include "protocol/minutes/minute_set.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher {

/// Why minutes cannot be booked, given away or taken.
enum class MinutesRefusal {
  not_held = 1,  ///< Some of them are not this node's: ask their holder.
  taken,         ///< Some of them are booked.
  empty,         ///< No minutes at all, or outside of the shift.
};

/// One side's book of one shift: which minutes it holds, which of them are booked, and by what.
///
/// Central's book begins with every minute of the shift; the point's with none. `give` and `take` move
/// minutes: central's `give` is a lease, the point's a give-back, and the record that does it is the one
/// moment at which the holder changes. A booking needs all of its minutes held and none of them booked,
/// and since every minute has one holder, no two books can book it (AUTHORITY.md, "Minutes").
class ShiftBook {
 public:
  ShiftBook() = default;
  explicit ShiftBook(Minutes shift) : held_(shift) {}

  const MinuteSet& held() const { return held_; }
  MinuteSet free() const;
  const std::map<AppointmentId, Minutes>& bookings() const { return bookings_; }

  /// Whether `wanted` can be booked now; nothing when it can.
  std::optional<MinutesRefusal> refuses(Minutes wanted) const;
  /// Whether all of `minutes` are held and free, so that they can be given away.
  std::optional<MinutesRefusal> refuses_to_give(const MinuteSet& minutes) const;

  /// What records said: applied as they stand, since a record is a fact.
  void booked(AppointmentId appointment, Minutes minutes);
  void cancelled(AppointmentId appointment) { bookings_.erase(appointment); }
  void gave(const MinuteSet& minutes) { held_.remove(minutes); }
  void took(const MinuteSet& minutes) { held_.add(minutes); }

 private:
  MinuteSet held_;
  std::map<AppointmentId, Minutes> bookings_;
};

}  // namespace feldsher
