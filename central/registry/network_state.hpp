#pragma once
#include <set>

#include "protocol/clinic/schedule_tables.hpp"
#include "protocol/record/state_hash.hpp"

namespace feldsher::central {

/// What central knows: the projection of every journal, in memory, for deciding. History and reports
/// read from `central/history`.
class NetworkState : public ScheduleTables {
 public:
  explicit NetworkState(NodeId central) : central_(central) {}

  bool apply(const Record& record);

  NodeId central() const { return central_; }
  /// The point that a node runs; nothing when it runs none.
  std::optional<PointId> point_of(NodeId node) const;
  std::optional<NodeId> node_of(PointId point) const;
  /// Central's book of a shift: the minutes that it holds, and every booking that it knows.
  ShiftBook book(const Uuid& shift) const;
  const std::set<Uuid>& appointments_of_day(const std::string& day) const;
  const std::set<Uuid>& shifts_of_point(const Uuid& point) const;
  const std::set<Uuid>& tasks_about(const Uuid& appointment) const;
  /// The order by which a patient's bodies were dropped; nothing when none was given.
  const Uuid* erasure_of(const Uuid& patient) const;
  const Uuid* erasure_that_names(const SubjectKey& subject) const;
  /// Over the subjects of a node's acts.
  Digest state_hash_of_acts(NodeId node) const;
  /// The last stamp heard in a node's acts, Unix ms; 0 = none.
  std::int64_t last_act_ms(NodeId node) const;
  std::uint64_t acts_of(NodeId node) const;

 private:
  void take_erasure(const Uuid& id);

  struct Writer {
    SubjectSet subjects;
    std::int64_t last_ms = 0;
    std::uint64_t acts = 0;
  };
  NodeId central_;
  std::map<NodeId, Writer> writers_;
  std::map<NodeId, PointId> points_by_node_;
  std::map<Uuid, std::set<Uuid>> shifts_by_point_, tasks_by_appointment_;
  std::map<std::string, std::set<Uuid>> appointments_by_day_;
  std::map<Uuid, Uuid> erasure_by_patient_;
  std::map<SubjectKey, Uuid> erasure_by_subject_;
};

}  // namespace feldsher::central
