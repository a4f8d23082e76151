#include "protocol/minutes/shift_leases.hpp"

namespace feldsher {

void ShiftLeases::leased(const Uuid& lease, const MinuteSet& minutes) { leases_[lease].minutes = minutes; }

void ShiftLeases::returned(const std::vector<Uuid>& leases, const MinuteSet& minutes) {
  for (const Uuid& lease : leases) leases_[lease].back.add(minutes);
}

MinuteSet ShiftLeases::given_by(const Uuid& lease) const {
  auto at = leases_.find(lease);
  if (at == leases_.end()) return {};
  MinuteSet given = at->second.minutes;
  given.remove(at->second.back);
  return given;
}

MinuteSet ShiftLeases::outstanding() const {
  MinuteSet all;
  for (const auto& [lease, state] : leases_) all.add(given_by(lease));
  return all;
}

std::vector<Uuid> ShiftLeases::giving(const MinuteSet& minutes) const {
  std::vector<Uuid> found;
  for (const auto& [lease, state] : leases_)
    if (!given_by(lease).common_with(minutes).empty()) found.push_back(lease);
  return found;
}

MinuteSet ShiftLeases::given_twice() const {
  MinuteSet once, twice;
  for (const auto& [lease, state] : leases_) {
    const MinuteSet given = given_by(lease);
    twice.add(once.common_with(given));
    once.add(given);
  }
  return twice;
}

std::vector<Uuid> named_leases(const v1::GiveBack& give_back) {
  std::vector<Uuid> leases;
  for (const std::string& octets : give_back.leases())
    if (auto id = Uuid::from_octets(octets)) leases.push_back(*id);
  return leases;
}

v1::GiveBack give_back_of(const Uuid& shift, const Uuid& point, const MinuteSet& minutes,
                          const ShiftLeases& leases) {
  v1::GiveBack give_back;
  give_back.set_shift(shift.to_octets());
  give_back.set_point(point.to_octets());
  put_minutes(minutes, give_back);
  for (const Uuid& lease : leases.giving(minutes)) give_back.add_leases(lease.to_octets());
  return give_back;
}

}  // namespace feldsher
