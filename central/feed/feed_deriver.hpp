#pragma once
#include <map>
#include <memory>
#include <set>

#include "central/feed/custody_order.hpp"
#include "central/feed/scope_index.hpp"
#include "central/feed/scope_reasons.hpp"
#include "central/registry/network_state.hpp"
#include "protocol/sync/feed_log.hpp"

namespace feldsher::central {

/// Derives each point's feed from the records that are durable here, in intake order: so the same
/// records give the same items with the same numbers, and a restarted central goes on where it was.
///
/// The scope of a point (AUTHORITY.md, "Scope of a point"): its own clinic data, the people with an
/// appointment, a visit or custody there, the requests that concern it, and the certificates of the whole
/// network that were revoked. Never a record that the point wrote.
/// What is in scope by time moves when a DAY passes, and before the first one nothing leaves by time. A day
/// costs what enters and leaves on it; the first one, and the next after a point's own data has changed or
/// after an order to erase, looks at everything.
///
/// Whoever changes which items come, or in which order, counts `feed_derivation` up (derivation.hpp).
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
  /// What is told of a subject: its newest record, and to whom: where it is in scope.
  struct Told {
    std::shared_ptr<const Record> record;
    std::vector<NodeId> nodes;
  };
  using Points = std::set<PointId>;
  using People = std::vector<SubjectKey>;

  // What is whose (feed_scope.cpp).
  Points points_of(const SubjectKey& subject) const;
  /// The people and devices that an appointment, a visit or a custody names.
  People people_of(const SubjectKey& reason) const;
  /// The points that it brings them to.
  Points brings_to(const SubjectKey& reason) const;
  bool is_worn(const Uuid& custody) const;

  // What a record changes.
  void derive(const Record& record, const People& named_before);
  void index(const SubjectKey& subject);
  void end_feeds(const Record& record);
  void note_people(const SubjectKey& reason, const People& named_before);
  void bring(const SubjectKey& person, Told& told, const PointId& point);
  void offer(const SubjectKey& subject, const std::shared_ptr<const Record>& record, NodeId writer);
  void tell(Told& told, NodeId node, bool as_state);
  void leave(const SubjectKey& subject, Told& told, NodeId node);
  void find_feeds();

  // What a day changes (feed_day.cpp).
  void turn_day();
  /// Whether it is still in scope is looked at when the next day begins.
  void doubt(const SubjectKey& subject);
  void doubt_people_of(const SubjectKey& reason);
  void doubt_all();
  void shrink();
  void grow();

  NetworkState state_;
  std::uint64_t applied_ = 0;
  std::map<NodeId, sync::FeedLog> feeds_;
  std::map<PointId, std::vector<NodeId>> begun_;  // The nodes whose feeds were begun, by point.
  std::map<SubjectKey, Told> told_;
  std::optional<ScopeWindow> window_;  // Of the present day; none before the first.
  ScopeIndex by_time_;
  CustodyOrder custody_order_;
  ScopeReasons reasons_;
  std::vector<SubjectKey> doubtful_;
  std::vector<std::pair<SubjectKey, SubjectKey>> doubtful_reasons_;  // A person, and what names them or did.
  bool all_doubtful_ = true;
};

}  // namespace feldsher::central
