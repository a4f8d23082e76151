#pragma once
#include <functional>
#include <map>
#include <optional>

#include "protocol/journal/store.hpp"
#include "protocol/record/state_hash.hpp"

namespace feldsher {

/// What is kept of the acts that lie before a cut: of each subject the last one, and the `opened` of each
/// life, which names the key of its heads. Of readings nothing is kept.
///
/// It only knows places and hashes. Records may pass in any order, and those that are superseded may be there
/// or be gone already: what is kept is the same.
class KeptSet {
 public:
  /// Whether `a` is a later record than `b` of the same subject: by the order of lives, then by seq.
  using Later = std::function<bool(const RecordKey& a, const RecordKey& b)>;
  explicit KeptSet(Later later) : later_(std::move(later)) {}

  /// `record` lies before the cut. Which record need not be kept because of that: it, one before it, or none.
  std::optional<RecordKey> pass(const Record& record);

  std::size_t size() const { return leaves_.size(); }
  /// Over the subjects of the acts that passed.
  Digest state_hash() const { return subjects_.hash(); }
  /// RFC 9162 root over the leaves of what is kept, ascending by record key. It pins down each octet, which
  /// a sum of hashes would not against somebody who may choose many records.
  Digest root() const;

 private:
  bool opens_a_life(const RecordKey& key) const { return key.seq == 1; }

  Later later_;
  SubjectSet subjects_;
  std::map<RecordKey, Digest> leaves_;
};

}  // namespace feldsher
