#pragma once
#include <vector>

#include "protocol/record/record.hpp"

namespace feldsher {

/// The order of one node's lives, oldest first, the same at both ends of its line: that in which central took
/// them up. Lives of which central has nothing are younger than those, in the order in which they began.
///
/// It decides which of two records of one subject holds, in whatever order they arrive: after a restore the
/// older life's may come after those of the younger.
class LifeOrder {
 public:
  /// A life begins here: the youngest. One that is known keeps its place.
  void take(Epoch life) {
    if (place(life) == lives_.size()) lives_.push_back(life);
  }
  bool empty() const { return lives_.empty(); }
  bool contains(Epoch life) const { return place(life) != lives_.size(); }
  Epoch youngest() const { return lives_.empty() ? Epoch{} : lives_.back(); }
  const std::vector<Epoch>& all() const { return lives_; }

  /// Whether `a` is a later record of a subject than `b`, both of this node. A life that was not taken up is
  /// younger than all.
  bool later(const RecordKey& a, const RecordKey& b) const {
    if (a.epoch == b.epoch) return a.seq > b.seq;
    return place(a.epoch) > place(b.epoch);
  }

 private:
  std::size_t place(Epoch life) const {
    // The youngest is asked for most.
    for (std::size_t n = lives_.size(); n-- > 0;)
      if (lives_[n] == life) return n;
    return lives_.size();
  }

  std::vector<Epoch> lives_;
};

}  // namespace feldsher
