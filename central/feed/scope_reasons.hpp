#pragma once
#include <map>
#include <set>

#include "protocol/record/record.hpp"

namespace feldsher::central {

/// Why each person and each device is in scope, and where: the appointments, visits and custodies that name
/// them. Reasons are added as records come; one that holds no more is put right when the next day begins.
class ScopeReasons {
 public:
  /// Where the person is in scope.
  std::set<PointId> points_of(const SubjectKey& person) const;
  /// One more point for that reason. False: the person was in scope there already.
  bool add(const SubjectKey& person, const SubjectKey& reason, const PointId& point);
  /// Whether the reason was given for a point that is not among these.
  bool exceeds(const SubjectKey& person, const SubjectKey& reason, const std::set<PointId>& points) const;
  /// The reason holds for these points and no others.
  void put(const SubjectKey& person, const SubjectKey& reason, std::set<PointId> points);
  void drop(const SubjectKey& person) { all_.erase(person); }
  void clear() { all_.clear(); }

 private:
  std::map<SubjectKey, std::map<SubjectKey, std::set<PointId>>> all_;  // By person, by reason.
};

}  // namespace feldsher::central
