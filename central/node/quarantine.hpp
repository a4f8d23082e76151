#pragma once
#include <map>
#include <string>

#include "central/registry/network_state.hpp"

namespace feldsher::central {

/// What the incident says of a node's record that is kept here and has no effect. Empty: nothing is wrong
/// with it. `counts`: what NetworkState said when it took the record.
std::string quarantined(const Record& record, NodeId central, bool counts);

/// Records that the journal holds, each with its node, of which no incident tells: a central that died
/// between the two commits has the records only.
class Unreported {
 public:
  explicit Unreported(NodeId central) : central_(central) {}
  /// The next record of the journal.
  void take(const Record& record, bool counts);
  /// When all were taken: what the incidents have to say, and of which node.
  std::map<std::string, NodeId> left(const NetworkState& state) const;

 private:
  NodeId central_;
  std::map<std::string, NodeId> all_;
};

}  // namespace feldsher::central
