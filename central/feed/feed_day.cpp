// What enters and leaves the scope of the points when a day begins.
#include <algorithm>
#include <tuple>

#include "central/feed/feed_deriver.hpp"

namespace feldsher::central {
namespace {

bool changes_with_the_day(v1::EntityType type) {
  return type == v1::APPOINTMENT || type == v1::PATIENT || type == v1::VISIT || type == v1::TICKET ||
         type == v1::REQUEST || type == v1::DEVICE || type == v1::CUSTODY || type == v1::CREDENTIAL;
}

// Who comes first of what comes in on one day; nothing for what no day brings.
std::optional<int> rank(v1::EntityType type) {
  switch (type) {
    case v1::PATIENT:
    case v1::DEVICE:
      return 0;
    case v1::APPOINTMENT:
      return 1;
    case v1::CUSTODY:
      return 2;
    case v1::REQUEST:
      return 3;
    case v1::CREDENTIAL:
      return 4;
    default:
      return std::nullopt;
  }
}

}  // namespace

void FeedDeriver::doubt(const SubjectKey& subject) {
  if (!all_doubtful_ && changes_with_the_day(subject.type)) doubtful_.push_back(subject);
}

void FeedDeriver::doubt_people_of(const SubjectKey& reason) {
  if (all_doubtful_) return;
  for (const SubjectKey& person : people_of(reason)) doubtful_reasons_.emplace_back(person, reason);
}

void FeedDeriver::doubt_all() {
  all_doubtful_ = false;
  reasons_.clear();
  doubtful_.clear();
  doubtful_reasons_.clear();
  for (const auto& [subject, told] : told_) doubt(subject);
  for (const SubjectKey& subject : by_time_.within(*window_)) doubt_people_of(subject);
  for (const auto& [id, row] : state_.custodies.rows()) doubt_people_of({v1::CUSTODY, id});
}

void FeedDeriver::turn_day() {
  const v1::Day* today = state_.today();
  if (!today) return;  // Of another subject than central.
  const std::optional<ScopeWindow> before = window_;
  window_.emplace(*today);
  if (all_doubtful_) {
    doubt_all();
  } else {
    for (const SubjectKey& subject : by_time_.between(*before, *window_)) {
      doubt(subject);
      doubt_people_of(subject);
    }
  }
  for (const auto& [person, reason] : doubtful_reasons_) {
    const People named = people_of(reason);
    const bool names = std::find(named.begin(), named.end(), person) != named.end();
    reasons_.put(person, reason, names ? brings_to(reason) : Points{});
    doubtful_.push_back(person);
  }
  std::sort(doubtful_.begin(), doubtful_.end());
  doubtful_.erase(std::unique(doubtful_.begin(), doubtful_.end()), doubtful_.end());
  shrink();
  grow();
  doubtful_.clear();
  doubtful_reasons_.clear();
}

void FeedDeriver::shrink() {
  for (const SubjectKey& subject : doubtful_) {
    const auto told = told_.find(subject);
    if (told == told_.end() || told->second.nodes.empty()) continue;
    const Points points = points_of(subject);
    for (const NodeId node : std::vector(told->second.nodes)) {
      const auto point = state_.point_of(node);
      if (!point || points.contains(*point)) continue;
      leave(subject, told->second, node);
      feeds_.at(node).end_transaction();  // Many people may leave on one day: they go in many batches.
    }
  }
}

// People first, then appointments day by day: what names a person comes after them.
void FeedDeriver::grow() {
  std::vector<std::tuple<int, std::string, SubjectKey>> coming;
  for (const SubjectKey& subject : doubtful_)
    if (const auto place = rank(subject.type)) {
      const auto* row = subject.type == v1::APPOINTMENT ? state_.appointments.find(subject.id) : nullptr;
      coming.emplace_back(*place, row ? row->state.from().civil().substr(0, 10) : "", subject);
    }
  std::sort(coming.begin(), coming.end());
  for (const auto& [place, day, subject] : coming) {
    const auto told = told_.find(subject);
    if (told == told_.end()) continue;
    for (const PointId& point : points_of(subject))
      if (const auto nodes = begun_.find(point); nodes != begun_.end())
        for (const NodeId node : nodes->second) {
          sync::FeedLog& feed = feeds_.at(node);
          if (told->second.record->key.origin == node || feed.in_scope(subject)) continue;
          tell(told->second, node, true);
          feed.end_transaction();
        }
  }
}

}  // namespace feldsher::central
