#include "central/node/quarantine.hpp"

#include "protocol/clinic/authority.hpp"

namespace feldsher::central {

std::string quarantined(const Record& record, NodeId central, bool counts) {
  if (!may_write(record, central)) return misplaced(record);
  if (counts || !record.stored.body) return "";  // A body that was erased on the way is no fault.
  return "the body of " + to_hex(record.key.to_octets());
}

void Unreported::take(const Record& record, bool counts) {
  if (record.key.origin == central_) return;
  if (std::string what = quarantined(record, central_, counts); !what.empty())
    all_.emplace(std::move(what), record.key.origin);
}

std::map<std::string, NodeId> Unreported::left(const NetworkState& state) const {
  std::map<std::string, NodeId> left = all_;
  for (const auto& [id, row] : state.incidents.rows())
    if (row.state.kind() == v1::INCIDENT_QUARANTINE) left.erase(row.state.detail());
  return left;
}

}  // namespace feldsher::central
