#include "central/feed/scope_index.hpp"

#include <algorithm>

namespace feldsher::central {
namespace {

// Those of [one, other), whichever of the two is first.
template <class Index, class When>
void take(std::vector<SubjectKey>& found, const Index& index, const When& one, const When& other) {
  const auto [first, end] = std::minmax(one, other);
  for (auto at = index.lower_bound({first, SubjectKey{}}); at != index.end() && at->first < end; ++at)
    found.push_back(at->second);
}

}  // namespace

std::vector<SubjectKey> ScopeIndex::between(const ScopeWindow& one, const ScopeWindow& other) const {
  std::vector<SubjectKey> found;
  take(found, by_minute_, one.from(), other.from());
  take(found, by_minute_, one.until(), other.until());
  take(found, by_day_, one.first_visit_day(), other.first_visit_day());
  return found;
}

std::vector<SubjectKey> ScopeIndex::within(const ScopeWindow& window) const {
  std::vector<SubjectKey> found;
  take(found, by_minute_, window.from(), window.until());
  for (auto at = by_day_.lower_bound({window.first_visit_day(), SubjectKey{}}); at != by_day_.end(); ++at)
    found.push_back(at->second);
  return found;
}

}  // namespace feldsher::central
