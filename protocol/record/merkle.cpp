#include "protocol/record/merkle.hpp"

#include <bit>

namespace feldsher {

Digest merkle_node(const Digest& left, const Digest& right) {
  return sha256({OctetsView("\1", 1), view_of(left), view_of(right)});
}

void MerkleEdge::add(const Digest& leaf) {
  Digest carried = leaf;
  // Each trailing 1 of the count is a perfect subtree of the same size as the one carried.
  for (std::uint64_t n = leaves_; n & 1; n >>= 1) {
    carried = merkle_node(peaks_.back(), carried);
    peaks_.pop_back();
  }
  peaks_.push_back(carried);
  ++leaves_;
}

Digest MerkleEdge::root() const {
  if (peaks_.empty()) return sha256(OctetsView{});
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = merkle_node(peaks_[i], root);
  return root;
}

Octets MerkleEdge::to_octets() const {
  Octets octets;
  for (const Digest& peak : peaks_) octets += view_of(peak);
  return octets;
}

bool MerkleEdge::restore(std::uint64_t leaves, OctetsView octets) {
  if (octets.size() != static_cast<std::size_t>(std::popcount(leaves)) * sizeof(Digest)) return false;
  leaves_ = leaves;
  peaks_.clear();
  for (std::size_t at = 0; at < octets.size(); at += sizeof(Digest)) {
    Digest peak;
    digest_from(octets.substr(at, sizeof(Digest)), peak);
    peaks_.push_back(peak);
  }
  return true;
}

}  // namespace feldsher
