#pragma once
#include <set>

#include "protocol/clinic/tables.hpp"
#include "protocol/minutes/shift_book.hpp"
#include "protocol/minutes/shift_leases.hpp"

namespace feldsher {

/// The minutes [first, end) of an appointment.
Minutes minutes_of(const v1::Appointment& appointment);
/// Whether `length` minutes from `minute` on are in the shift, whatever the numbers: they came from outside.
bool lies_in(const v1::Shift& shift, std::int64_t minute, std::uint32_t length);
/// Whether the shift gives the service (16 octets).
bool gives(const v1::Shift& shift, const std::string& service);
/// The longest booking that anybody may make.
inline constexpr std::uint32_t longest_booking_minutes = 8 * 60;

/// Tables, and what belongs together in a schedule: what a point and central ask of it alike.
class ScheduleTables : public Tables {
 public:
  bool apply(const Record& record);

  /// What was leased of a shift and not given back, as far as is known here.
  ShiftLeases leases_of(const Uuid& shift) const;
  /// The live bookings of a shift, whoever made them.
  std::map<AppointmentId, Minutes> bookings_of(const Uuid& shift) const;
  /// The live appointments of a patient, anywhere, that have a minute of `minutes`.
  std::set<Uuid> clashes(OctetsView patient, Minutes minutes) const;
  /// The visit of an appointment, unless it was undone or ended with its box; nothing when nobody has come
  /// for it, or they have to come again.
  const std::pair<const Uuid, Row<v1::Visit>>* visit_of(const Uuid& appointment) const;
  const v1::RequestAnswer* answer_to(const Uuid& request) const;

 private:
  bool is_over(const SubjectKey& subject) const;

  std::map<Uuid, std::set<Uuid>> appointments_by_shift_, appointments_by_patient_, leases_by_shift_,
      give_backs_by_shift_;
  std::map<Uuid, Uuid> answer_by_request_, visit_by_appointment_;
};

}  // namespace feldsher
