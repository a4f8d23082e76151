#pragma once
#include "protocol/contracts/sync.pb.h"
#include "protocol/record/merkle.hpp"
#include "protocol/record/record.hpp"

namespace feldsher {

/// The end of a journal: its last record, and the edge of the tree over all of them.
struct JournalTip {
  JournalId journal;
  std::uint64_t seq = 0;
  Digest hash = zero_digest;  ///< Header hash of record `seq`; zero when seq = 0.
  MerkleEdge edge;            ///< Over records 1..seq.

  /// Moves over `record`, which must be the next one.
  void advance(const Record& record);
  v1::JournalMark mark() const;
};

}  // namespace feldsher
