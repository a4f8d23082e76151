#pragma once
#include <map>
#include <memory>
#include <set>

#include "central/registry/network_state.hpp"
#include "protocol/sync/feed_log.hpp"

namespace feldsher::central {

/// Derives each point's feed from the records that are durable here, in intake order: so the same
/// records give the same items with the same numbers, and a restarted central goes on where it was.
///
/// The scope of a point (AUTHORITY.md, "Scope of a point"): its own clinic data, the people with an
/// appointment or custody there, the requests that concern it. Never a record that the point wrote.
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
  std::set<PointId> points_of(const SubjectKey& subject) const;
  void offer(const SubjectKey& subject, const std::shared_ptr<const Record>& record, NodeId writer);
  void bring_into_scope(const SubjectKey& subject, sync::FeedLog& feed);
  void note_people(const Record& record);

  NetworkState state_;
  std::uint64_t applied_ = 0;
  std::map<NodeId, sync::FeedLog> feeds_;
  std::map<SubjectKey, std::shared_ptr<const Record>> latest_;
  std::map<SubjectKey, std::set<PointId>> people_;  // Patients and devices: where they are in scope.
};

}  // namespace feldsher::central
