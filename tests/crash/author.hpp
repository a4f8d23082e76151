#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::crash {

/// Makes transactions as the programs do; the same ones for the same seed.
class Author {
 public:
  explicit Author(std::uint64_t seed);

  TenantId tenant() const { return self.tenant; }
  Octets text(std::size_t least, std::size_t most);

  Transaction opened();
  /// What a person did at a terminal: records of one transaction, and the answer.
  Transaction act();
  Transaction chunk();
  /// A sealed block, and the chunks whose readings are all in it.
  Transaction block();
  /// What came from another node: its records, some without a body, and what they change in the scope.
  Transaction received();
  /// A new feed begins: what the old one gave is stale, and stays.
  Transaction new_feed();
  /// The new feed's first mark: what it has not brought again leaves.
  Transaction marked();
  Transaction values();
  Transaction head();
  /// A person is erased: what two people asked for.
  Transaction erasure();
  /// A journal is cut where it stood a while ago, with the checkpoint's octets beside it.
  Transaction cut();
  /// Some of what lies before the cuts goes, once or again.
  Transaction drop();
  Transaction new_life();
  /// This box's disk is new: the journals of the life before begin at their cuts, with what was kept.
  Transaction rebuilt();
  /// What that life wrote after its cuts.
  Transaction handed_back();
  /// Its journals are cut again, where they end now, and some of what lies before goes.
  Transaction former_cut();
  Transaction large(std::size_t records);
  Transaction any();

  testing::SplitMix random;
  testing::WritingNode self;

 private:
  std::deque<testing::WritingNode> peers_;  // Never moved: a writer refers to its node's random numbers.
  std::optional<testing::WritingNode> former_;
  std::uint64_t last_chunk_ = 0, emptied_ = 0;
  std::vector<SubjectKey> subjects_;  // Of the scope, and some that left it.
  std::set<SubjectKey> stale_;
  std::map<v1::Stream, JournalTip> stood_, cuts_;
};

}  // namespace feldsher::crash
