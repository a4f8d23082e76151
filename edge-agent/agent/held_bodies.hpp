#pragma once
#include <map>
#include <set>
#include <vector>

#include "protocol/record/record.hpp"

namespace feldsher::edge {

/// Where the bodies of this point's own acts about people lie in its journals: those that are dropped one
/// day, when they are past. In memory; each start finds them in the journal, which it reads anyway.
class HeldBodies {
 public:
  /// A record of ours that has its body. What is never dropped for its age is let fall.
  void add(const Record& record);
  /// Of these subjects all, whatever their age, in the order of the subjects; they are not held any more.
  std::vector<RecordKey> take(const std::set<SubjectKey>& subjects);

 private:
  std::map<SubjectKey, std::vector<RecordKey>> bodies_;
};

}  // namespace feldsher::edge
