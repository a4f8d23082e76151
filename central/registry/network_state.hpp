#pragma once
#include <set>

#include "central/registry/wearings.hpp"
#include "protocol/clinic/schedule_tables.hpp"
#include "protocol/journal/life_order.hpp"
#include "protocol/record/state_hash.hpp"

namespace feldsher::central {

/// What central knows: the projection of every journal, in memory, for deciding. History and reports
/// read from `central/history`.
class NetworkState : public ScheduleTables {
 public:
  explicit NetworkState(NodeId central) : central_(central) {}

  /// False, and nothing of it counts: its body is not what its type says, or its kind is not its origin's to
  /// write there (protocol/clinic/authority.hpp). Of readings nothing is kept here.
  bool apply(const Record& record);
  /// A younger life of its writer has moved its subject on: it is kept, and changes nothing (LifeOrder).
  bool is_outdated(const Record& record) const;

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
  /// Orders about patients who wore this device.
  const std::set<Uuid>& erasures_about(const Uuid& device) const;
  /// Who wore which device when, by every custody.
  const Wearings& wearings() const { return wearings_; }
  /// The lives of a node of which acts are here, oldest first.
  const std::vector<Epoch>& lives_of(NodeId node) const;
  /// Two people have ended that life.
  bool has_ended(NodeId node, Epoch life) const;
  /// Two people have ended the lives of the node's box, and no box has enrolled in its place since.
  bool waits_for_box(NodeId node) const { return without_box_.contains(node); }
  /// A box has enrolled for the point since this decommission was proposed: nobody meant that one.
  bool is_overtaken(const Uuid& decommission) const { return overtaken_.contains(decommission); }
  /// The point's enrolment code of which central last said something; nothing when it never had one.
  const Uuid* latest_code(PointId point) const;
  /// Serial of the youngest certificate of the node's line; empty = none is known here.
  const Octets& newest_line(NodeId node) const;
  /// The network's day, as central last said it; nothing when it never has.
  const v1::Day* today() const;
  /// Over the subjects of a node's acts.
  Digest state_hash_of_acts(NodeId node) const;
  /// These subjects; null: none.
  const SubjectSet* subjects_of_acts(NodeId node) const;
  /// The last stamp heard in a node's acts, Unix ms; 0 = none.
  std::int64_t last_act_ms(NodeId node) const;
  std::uint64_t acts_of(NodeId node) const;

  Table<v1::Decommission> decommissions;

 private:
  void take_erasure(const Uuid& id);
  void take_custody(const Uuid& id);
  void take_decommission(const Uuid& id);
  void take_enrolment(const Record& record);
  void take_credential(const Record& record);

  struct Writer {
    SubjectSet subjects;
    std::int64_t last_ms = 0;
    std::uint64_t acts = 0;
    LifeOrder lives;
  };
  NodeId central_;
  Table<v1::Day> days_;
  std::map<NodeId, Writer> writers_;
  std::map<NodeId, PointId> points_by_node_;
  std::map<Uuid, std::set<Uuid>> shifts_by_point_, tasks_by_appointment_;
  std::map<std::string, std::set<Uuid>> appointments_by_day_;
  std::map<Uuid, Uuid> erasure_by_patient_;
  std::map<SubjectKey, Uuid> erasure_by_subject_;
  std::map<Uuid, std::set<Uuid>> erasures_by_device_;
  Wearings wearings_;
  std::map<NodeId, std::set<Epoch>> ended_lives_;
  std::set<NodeId> without_box_;
  std::set<Uuid> overtaken_;
  std::map<NodeId, Octets> newest_lines_;
  std::map<Uuid, Uuid> latest_codes_;  ///< By point.
};

}  // namespace feldsher::central
