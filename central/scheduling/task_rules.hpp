#pragma once
#include <vector>

#include "central/registry/network_state.hpp"
#include "central/scheduling/scheduling.hpp"

namespace feldsher::central {

/// What a person must look at, found where the two sides of a cut meet. Pure.
///
/// Each finding becomes one task, whenever and however often it is looked for: the tasks that stand say what
/// was found before. Rules answer to what central takes in, never to a replay.
class TaskRules {
 public:
  TaskRules(const NetworkState& state, Random& random) : state_(state), random_(random) {}

  /// The tasks that an appointment, as it stands now, calls for: its patient is booked elsewhere at the time
  /// (`patient-clash@1`), or a point booked it in minutes that it does not hold (`broken-lease@1`).
  std::vector<Draft> found_in(const Uuid& appointment, const Instant& now) const;

  /// The tasks that a give-back calls for: the bookings of the point that stand in its minutes, which a box
  /// whose disk was restored did not know of when it gave them back.
  std::vector<Draft> found_in_given_back(const Uuid& give_back, const Instant& now) const;

  /// The tasks that breaking leases of `minutes` calls for: every booking of the point found there that
  /// nobody has come for. To be written together with the break.
  std::vector<Draft> found_in_broken(const Uuid& shift, const MinuteSet& minutes, const Instant& now) const;

  /// What was taken in and not answered when the process ended: the tasks of one appointment each.
  std::vector<std::vector<Draft>> left_over(const Instant& now) const;

  /// A person has seen to it. `not_found`; `wrong_state` when somebody had before.
  Scheduled<Draft> complete(const Uuid& task, const v1::Actor& actor, v1::Proof proof) const;

 private:
  bool stands(v1::TaskKind kind, const Uuid& appointment) const;
  bool stands(const Uuid& one, const Uuid& other) const;
  std::optional<Draft> clash(const Uuid& id, const Row<v1::Appointment>& row, const Instant& now) const;
  std::optional<Draft> broken(const Uuid& id, const Row<v1::Appointment>& row, const Instant& now) const;
  Draft task(v1::TaskKind kind, const Row<v1::Appointment>& about, const std::vector<Uuid>& appointments,
             const Instant& now) const;

  const NetworkState& state_;
  Random& random_;
};

}  // namespace feldsher::central
