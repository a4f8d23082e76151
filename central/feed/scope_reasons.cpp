#include "central/feed/scope_reasons.hpp"

#include <algorithm>

namespace feldsher::central {

std::set<PointId> ScopeReasons::points_of(const SubjectKey& person) const {
  std::set<PointId> all;
  if (const auto at = all_.find(person); at != all_.end())
    for (const auto& [reason, points] : at->second) all.insert(points.begin(), points.end());
  return all;
}

bool ScopeReasons::add(const SubjectKey& person, const SubjectKey& reason, const PointId& point) {
  auto& reasons = all_[person];
  const bool is_new = std::none_of(reasons.begin(), reasons.end(),
                                   [&](const auto& each) { return each.second.contains(point); });
  reasons[reason].insert(point);
  return is_new;
}

bool ScopeReasons::exceeds(const SubjectKey& person, const SubjectKey& reason,
                           const std::set<PointId>& points) const {
  const auto reasons = all_.find(person);
  if (reasons == all_.end()) return false;
  const auto given = reasons->second.find(reason);
  return given != reasons->second.end() &&
         !std::includes(points.begin(), points.end(), given->second.begin(), given->second.end());
}

void ScopeReasons::put(const SubjectKey& person, const SubjectKey& reason, std::set<PointId> points) {
  if (!points.empty()) {
    all_[person][reason] = std::move(points);
    return;
  }
  const auto reasons = all_.find(person);
  if (reasons == all_.end()) return;
  reasons->second.erase(reason);
  if (reasons->second.empty()) all_.erase(reasons);
}

}  // namespace feldsher::central
