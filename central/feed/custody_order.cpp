#include "central/feed/custody_order.hpp"

namespace feldsher::central {

void CustodyOrder::note_last(const std::string& device, std::vector<Uuid>& into) const {
  const auto at = by_device_.find(device);
  if (at != by_device_.end() && !at->second.empty()) into.push_back(at->second.rbegin()->second);
}

std::vector<Uuid> CustodyOrder::take(const Uuid& custody, const v1::Custody& state) {
  std::vector<Uuid> moved{custody};
  note_last(state.device(), moved);
  if (const auto before = places_.find(custody); before != places_.end()) {
    const Place& place = before->second;
    by_device_[place.device].erase({place.from_ms, custody});
    note_last(place.device, moved);
  }
  places_[custody] = {state.device(), state.from_ms()};
  by_device_[state.device()].emplace(state.from_ms(), custody);
  note_last(state.device(), moved);
  return moved;
}

bool CustodyOrder::is_last(const Uuid& custody) const {
  const auto place = places_.find(custody);
  return place != places_.end() && by_device_.at(place->second.device).rbegin()->second == custody;
}

}  // namespace feldsher::central
