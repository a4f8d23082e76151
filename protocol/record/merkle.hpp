#pragma once
#include <cstdint>
#include <vector>

#include "protocol/record/digest.hpp"

namespace feldsher {

/// The right edge of an RFC 9162 Merkle tree: enough to add leaves and to tell the root, in O(log n).
class MerkleEdge {
 public:
  void add(const Digest& leaf);
  std::uint64_t leaves() const { return leaves_; }
  /// RFC 9162 §2.1.1; SHA-256 of nothing for an empty tree.
  Digest root() const;

  /// The perfect subtrees from left to right, to be stored beside the journal's last record.
  Octets to_octets() const;
  /// False unless `octets` are the edge of a tree with `leaves` leaves.
  bool restore(std::uint64_t leaves, OctetsView octets);

 private:
  std::uint64_t leaves_ = 0;
  std::vector<Digest> peaks_;  // One a set bit of leaves_, largest first.
};

/// Node hash: SHA-256(0x01 ‖ left ‖ right).
Digest merkle_node(const Digest& left, const Digest& right);

}  // namespace feldsher
