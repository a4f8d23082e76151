#pragma once
#include <map>
#include <set>
#include <vector>

#include "central/registry/wearings.hpp"

namespace feldsher::central {

/// Which custody is the last of each device, as feeds were told: a device is worn by whom it was given to
/// last. One that was archived, or went on to another device, keeps its place among those that count
/// (`Wearings`), so that nobody before wears the device again.
class CustodyOrder {
 public:
  /// The custody was written, and `wearings` have it. Gives those that may have become the last of a device,
  /// or ceased to be it.
  std::vector<Uuid> take(const Uuid& custody, const Uuid& device, const Wearings& wearings);

 private:
  std::map<Uuid, std::set<Uuid>> devices_;  // All that a custody ever named: what it says now may forget one.
  std::map<Uuid, Uuid> last_;               // By device.
};

}  // namespace feldsher::central
