#include "protocol/journal/head_keys.hpp"

#include <algorithm>

namespace feldsher {

bool HeadKeys::holds(OctetsView key) const {
  return std::find(keys_.begin(), keys_.end(), key) != keys_.end();
}

bool HeadKeys::take(OctetsView key, OctetsView handover) {
  if (holds(key)) return true;
  const Octets message = handover_octets(key);
  const bool handed_over =
      !handover.empty() && std::any_of(keys_.begin(), keys_.end(), [&](const Octets& from) {
        return check_.verify(from, message, handover);
      });
  if (handed_over) keys_.emplace_back(key);
  return handed_over;
}

}  // namespace feldsher
