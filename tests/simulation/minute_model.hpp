#pragma once
#include <string>
#include <vector>

#include "protocol/minutes/shift_leases.hpp"
#include "protocol/record/record.hpp"

namespace feldsher::simulation {

/// The reference for bookings: who holds each minute of some shifts, and what is booked there, one minute at
/// a time, by the records of both sides in the order in which they were written. Shares nothing with the
/// books of central and point.
class MinuteModel {
 public:
  explicit MinuteModel(NodeId central) : central_(central) {}

  void shift(const Uuid& id, Minutes whole);
  /// One side wrote it: before the other hears of it.
  void wrote(const Record& record);
  /// Both sides know everything: from now on no broken minute excuses anything.
  void met();

  MinuteSet held_by_central(const Uuid& shift) const { return held(shift, true); }
  MinuteSet held_by_point(const Uuid& shift) const { return held(shift, false); }

  struct Booking {
    Uuid shift;
    Minutes minutes;
    bool by_point = false;
  };
  /// The live ones.
  const std::map<Uuid, Booking>& bookings() const { return bookings_; }

  /// What was written that must not be; stays empty.
  const std::vector<std::string>& broken() const { return broken_; }
  std::uint64_t doubled() const { return doubled_; }  ///< Bookings over a minute that had one, unexcused …
  std::uint64_t excused() const { return excused_; }  ///< … and in minutes of a broken lease.

 private:
  struct Minute {
    Uuid lease;  // Nil: central's.
    int bookings = 0;
    bool broken = false;  // Its lease was broken, and not all of both sides' records are known to both.
  };
  struct Shift {
    std::int64_t first = 0;
    std::vector<Minute> minutes;
  };
  template <class Each>
  void each(const Uuid& shift, const MinuteSet& minutes, Each&& visit);
  MinuteSet held(const Uuid& shift, bool central) const;
  void leased(const Uuid& id, const v1::Lease& lease, bool is_break);
  void given_back(const v1::GiveBack& give_back);
  void booked(const Uuid& id, const v1::Appointment& appointment, bool by_point);

  NodeId central_;
  std::map<Uuid, Shift> shifts_;
  std::map<Uuid, Booking> bookings_;
  std::vector<std::string> broken_;
  std::uint64_t doubled_ = 0, excused_ = 0;
};

}  // namespace feldsher::simulation
