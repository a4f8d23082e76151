#pragma once
#include <map>
#include <memory>
#include <set>

#include "central/feed/scope_window.hpp"
#include "central/registry/network_state.hpp"
#include "protocol/sync/feed_log.hpp"

namespace feldsher::central {

/// Derives each point's feed from the records that are durable here, in intake order: so the same
/// records give the same items with the same numbers, and a restarted central goes on where it was.
///
/// The scope of a point (AUTHORITY.md, "Scope of a point"): its own clinic data, the people with an
/// appointment, a visit or custody there, the requests that concern it. Never a record that the point wrote.
/// What is in scope by time moves when a DAY passes, and before the first one nothing leaves by time.
class FeedDeriver {
 public:
  explicit FeedDeriver(NodeId central) : state_(central) {}

  /// The next record in intake order.
  void apply(const Record& record);
  std::uint64_t applied() const { return applied_; }

  /// The feed of the point that `node` runs. Epoch 0 until it was begun.
  sync::FeedLog& feed(NodeId node) { return feeds_[node]; }

  /// Begins the feed of `node` anew: states of all that is in its scope.
  void begin(NodeId node, std::uint64_t epoch);

 private:
  void derive(const Record& record);
  /// An order to erase.
  void end_feeds(const Record& record);
  /// A day has begun: who has no reason any more leaves every feed, who has one comes.
  void turn_day();
  void shrink(PointId point, sync::FeedLog& feed);
  using FeedsByPoint = std::map<PointId, std::vector<std::pair<NodeId, sync::FeedLog*>>>;
  void grow(const FeedsByPoint& begun);
  std::set<PointId> points_of(const SubjectKey& subject) const;
  void offer(const SubjectKey& subject, const std::shared_ptr<const Record>& record, NodeId writer);
  void bring_into_scope(const SubjectKey& subject, sync::FeedLog& feed);
  /// The people and devices that are in scope for the sake of this subject, and where.
  using People = std::vector<std::pair<SubjectKey, std::set<PointId>>>;
  People people_of(const SubjectKey& subject) const;
  void note_people(const SubjectKey& subject);
  bool is_worn(const Uuid& custody) const;

  NetworkState state_;
  std::uint64_t applied_ = 0;
  std::map<NodeId, sync::FeedLog> feeds_;
  std::map<SubjectKey, std::shared_ptr<const Record>> latest_;
  std::map<SubjectKey, std::set<PointId>> people_;  // Patients and devices: where they are in scope.
  std::optional<ScopeWindow> window_;               // Of the present day; none before the first.
  std::map<std::string, std::set<Uuid>> visits_by_day_;
  std::map<std::string, std::set<Uuid>> custodies_by_device_;
};

}  // namespace feldsher::central
