#pragma once
#include <optional>
#include <vector>

#include "protocol/contracts/record.pb.h"

namespace feldsher {

/// The signed heads that a store keeps of one journal: the last that central has countersigned, and a later
/// one that is the node's own word alone.
class KeptHeads {
 public:
  /// Of a head that was checked. It takes the place of the one before of its kind. One that says no more than
  /// what central has countersigned is not kept, nor a countersigned one that another has overtaken.
  void take(const v1::SignedHead& head);
  /// The countersigned one first.
  std::vector<v1::SignedHead> all() const;

 private:
  std::optional<v1::SignedHead> countersigned_, own_;
};

}  // namespace feldsher
