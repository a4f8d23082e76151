#pragma once
#include <set>

#include "protocol/clinic/tables.hpp"
#include "protocol/minutes/shift_book.hpp"
#include "protocol/record/state_hash.hpp"

namespace feldsher::central {

/// What central knows: the projection of every journal, in memory, for deciding. History and reports
/// read from `central/history`.
class NetworkState : public Tables {
 public:
  explicit NetworkState(NodeId central) : central_(central) {}

  bool apply(const Record& record);

  NodeId central() const { return central_; }
  /// The point that a node runs; nothing when it runs none.
  std::optional<PointId> point_of(NodeId node) const;
  std::optional<NodeId> node_of(PointId point) const;
  /// Central's book of a shift: the minutes that it holds, and every booking that it knows.
  ShiftBook book(const Uuid& shift) const;
  /// The counts behind it: leases less give-backs.
  MinuteCount leased(const Uuid& shift) const;
  const v1::RequestAnswer* answer_to(const Uuid& request) const;
  const std::set<Uuid>& appointments_of_day(const std::string& day) const;
  const std::set<Uuid>& shifts_of_point(const Uuid& point) const;
  /// The visit of an appointment, unless it was undone; nothing when nobody has come for it.
  const Uuid* visit_of(const Uuid& appointment) const;
  /// Over the subjects of a node's acts.
  Digest state_hash_of_acts(NodeId node) const;
  /// The last stamp heard in a node's acts, Unix ms; 0 = none.
  std::int64_t last_act_ms(NodeId node) const;
  std::uint64_t acts_of(NodeId node) const;

 private:
  struct Writer {
    SubjectSet subjects;
    std::int64_t last_ms = 0;
    std::uint64_t acts = 0;
  };
  NodeId central_;
  std::map<NodeId, Writer> writers_;
  std::map<NodeId, PointId> points_by_node_;
  std::map<Uuid, std::set<Uuid>> appointments_by_shift_, leases_by_shift_, give_backs_by_shift_,
      shifts_by_point_;
  std::map<std::string, std::set<Uuid>> appointments_by_day_;
  std::map<Uuid, Uuid> answer_by_request_, visit_by_appointment_;
};

}  // namespace feldsher::central
