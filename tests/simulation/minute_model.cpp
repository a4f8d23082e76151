#include "tests/simulation/minute_model.hpp"

#include <algorithm>

namespace feldsher::simulation {

void MinuteModel::shift(const Uuid& id, Minutes whole) {
  shifts_[id] = {whole.first, std::vector<Minute>(static_cast<std::size_t>(whole.count()))};
}

template <class Each>
void MinuteModel::each(const Uuid& shift, const MinuteSet& minutes, Each&& visit) {
  Shift& of = shifts_.at(shift);
  for (const Minutes& stretch : minutes.stretches())
    for (std::int64_t minute = stretch.first; minute < stretch.end; ++minute)
      visit(of.minutes.at(static_cast<std::size_t>(minute - of.first)));
}

void MinuteModel::wrote(const Record& record) {
  const bool by_point = record.key.origin != central_;
  if (record.subject.type == v1::LEASE)
    leased(record.subject.id, *record.body<v1::Lease>(), record.header.verb() == v1::BROKEN);
  if (record.subject.type == v1::GIVE_BACK) given_back(*record.body<v1::GiveBack>());
  if (record.subject.type == v1::APPOINTMENT)
    booked(record.subject.id, *record.body<v1::Appointment>(), by_point);
}

void MinuteModel::leased(const Uuid& id, const v1::Lease& lease, bool is_break) {
  const Uuid shift = *Uuid::from_octets(lease.shift());
  const MinuteSet minutes = minute_set_from(lease.minutes());
  if (!is_break) {
    bool good = true;
    each(shift, minutes, [&](Minute& minute) {
      // A booking of the point in a broken minute central does not know of.
      good = good && minute.lease.is_nil() && (minute.bookings == 0 || minute.broken);
      minute.lease = id;
    });
    if (!good) broken_.emplace_back("central leased a minute that it did not hold, or had booked");
    return;
  }
  MinuteSet gone = held(shift, false);
  gone.remove(minutes);
  each(shift, gone, [&](Minute& minute) {
    if (minute.lease != id) return;
    minute.lease = {};
    minute.broken = true;
  });
}

void MinuteModel::given_back(const v1::GiveBack& give_back) {
  const std::vector<Uuid> leases = named_leases(give_back);
  bool good = true;
  each(*Uuid::from_octets(give_back.shift()), minute_set_from(give_back.minutes()), [&](Minute& minute) {
    if (std::find(leases.begin(), leases.end(), minute.lease) == leases.end()) {
      good = good && minute.broken;
      return;
    }
    good = good && (minute.bookings == 0 || minute.broken);
    minute.lease = {};
  });
  if (!good) broken_.emplace_back("a point gave back a minute that it did not hold, or had booked");
}

void MinuteModel::booked(const Uuid& id, const v1::Appointment& appointment, bool by_point) {
  const Uuid shift = *Uuid::from_octets(appointment.shift());
  const Minutes minutes{appointment.from().minute(), appointment.from().minute() + appointment.minutes()};
  if (appointment.status() != v1::APPOINTMENT_BOOKED) {
    if (bookings_.erase(id) != 0) each(shift, MinuteSet(minutes), [](Minute& minute) { --minute.bookings; });
    return;
  }
  if (!bookings_.try_emplace(id, Booking{shift, minutes, by_point}).second) return;
  bool held = true, doubled = false, excused = false;
  each(shift, MinuteSet(minutes), [&](Minute& minute) {
    held = held && (by_point ? !minute.lease.is_nil() || minute.broken : minute.lease.is_nil());
    doubled = doubled || (minute.bookings > 0 && !minute.broken);
    excused = excused || (minute.bookings > 0 && minute.broken);
    ++minute.bookings;
  });
  doubled_ += doubled;
  excused_ += excused;
  if (!held)
    broken_.push_back(std::string(by_point ? "a point" : "central") +
                      " booked a minute that it did not hold");
  if (doubled)
    broken_.push_back(std::string(by_point ? "a point" : "central") + " booked over a minute that was taken");
}

void MinuteModel::met() {
  for (auto& [id, shift] : shifts_)
    for (Minute& minute : shift.minutes) minute.broken = false;
}

MinuteSet MinuteModel::held(const Uuid& shift, bool central) const {
  const Shift& of = shifts_.at(shift);
  MinuteSet found;
  for (std::size_t i = 0; i < of.minutes.size(); ++i) {
    const std::int64_t minute = of.first + static_cast<std::int64_t>(i);
    if (of.minutes[i].lease.is_nil() == central) found.add({minute, minute + 1});
  }
  return found;
}

}  // namespace feldsher::simulation
