#include "central/feed/custody_order.hpp"

namespace feldsher::central {

std::vector<Uuid> CustodyOrder::take(const Uuid& custody, const Uuid& device, const Wearings& wearings) {
  std::vector<Uuid> moved{custody};
  std::set<Uuid>& devices = devices_[custody];
  devices.insert(device);
  for (const Uuid& each : devices) {
    if (const auto before = last_.find(each); before != last_.end()) moved.push_back(before->second);
    if (const auto now = wearings.last_of(each)) {
      last_[each] = *now;
      moved.push_back(*now);
    } else {
      last_.erase(each);
    }
  }
  return moved;
}

}  // namespace feldsher::central
