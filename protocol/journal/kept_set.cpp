#include "protocol/journal/kept_set.hpp"

namespace feldsher {

std::optional<RecordKey> KeptSet::pass(const Record& record) {
  if (record.key.stream != v1::ACTS) return record.key;
  const auto current = subjects_.current(record.subject);
  // A life's first act is its `opened`.
  const bool opened = opens_a_life(record.key);
  if (current && !later_(record.key, *current)) {
    if (opened) leaves_[record.key] = leaf_hash(record.stored);
    return opened || *current == record.key ? std::nullopt : std::optional(record.key);
  }
  subjects_.put(record.subject, record.key);
  leaves_[record.key] = leaf_hash(record.stored);
  if (!current || opens_a_life(*current)) return std::nullopt;
  leaves_.erase(*current);
  return current;
}

Digest KeptSet::root() const {
  MerkleEdge edge;
  for (const auto& [key, leaf] : leaves_) edge.add(leaf);
  return edge.root();
}

}  // namespace feldsher
