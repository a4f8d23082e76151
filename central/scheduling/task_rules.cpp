#include "central/scheduling/task_rules.hpp"

#include <algorithm>

namespace feldsher::central {
namespace {

bool names(const v1::Task& task, const Uuid& appointment) {
  const auto& all = task.appointments();
  return std::find(all.begin(), all.end(), appointment.to_octets()) != all.end();
}

bool is_booked(const Row<v1::Appointment>& row) { return row.state.status() == v1::APPOINTMENT_BOOKED; }

}  // namespace

bool TaskRules::stands(v1::TaskKind kind, const Uuid& appointment) const {
  const auto& about = state_.tasks_about(appointment);
  return std::any_of(about.begin(), about.end(), [&](const Uuid& id) {
    const v1::Task& task = state_.tasks.find(id)->state;
    // The first one is what the task was opened for; the others stand beside it.
    return task.kind() == kind && task.appointments(0) == appointment.to_octets();
  });
}

bool TaskRules::stands(const Uuid& one, const Uuid& other) const {
  const auto& about = state_.tasks_about(one);
  return std::any_of(about.begin(), about.end(), [&](const Uuid& id) {
    const v1::Task& task = state_.tasks.find(id)->state;
    return task.kind() == v1::TASK_PATIENT_CLASH && names(task, other);
  });
}

Draft TaskRules::task(v1::TaskKind kind, const Row<v1::Appointment>& about,
                      const std::vector<Uuid>& appointments, const Instant& now) const {
  v1::Task task;
  task.set_kind(kind);
  task.set_status(v1::TASK_REQUESTED);
  task.set_point(about.state.point());
  task.set_patient(about.state.patient());
  for (const Uuid& id : appointments) task.add_appointments(id.to_octets());
  task.set_shift(about.state.shift());
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_RULE);
  draft.actor.set_rule(kind == v1::TASK_PATIENT_CLASH ? "patient-clash@1" : "broken-lease@1");
  draft.subject = {v1::TASK, random_.uuid_v7(now.wall_ms)};
  draft.verb = v1::REGISTERED;
  draft.message = task.SerializeAsString();
  *draft.cause.emplace().mutable_record() = about.record.to_wire();
  return draft;
}

std::optional<Draft> TaskRules::clash(const Uuid& id, const Row<v1::Appointment>& row,
                                      const Instant& now) const {
  std::vector<Uuid> appointments{id};
  for (const Uuid& other : state_.clashes(row.state.patient(), minutes_of(row.state)))
    if (other != id && !stands(id, other)) appointments.push_back(other);
  if (appointments.size() == 1) return std::nullopt;
  return task(v1::TASK_PATIENT_CLASH, row, appointments, now);
}

std::optional<Draft> TaskRules::broken(const Uuid& id, const Row<v1::Appointment>& row,
                                       const Instant& now) const {
  if (row.record.origin == state_.central() || state_.visit_of(id)) return std::nullopt;
  const Uuid shift = Uuid::from_octets(row.state.shift()).value_or(Uuid{});
  const Minutes minutes = minutes_of(row.state);
  if (state_.leases_of(shift).outstanding().contains(minutes) || stands(v1::TASK_BROKEN_LEASE, id))
    return std::nullopt;
  std::vector<Uuid> appointments{id};
  for (const auto& [other, theirs] : state_.bookings_of(shift))
    if (other.uuid != id && theirs.first < minutes.end && minutes.first < theirs.end)
      appointments.push_back(other.uuid);
  return task(v1::TASK_BROKEN_LEASE, row, appointments, now);
}

std::vector<Draft> TaskRules::found_in(const Uuid& id, const Instant& now) const {
  const auto* row = state_.appointments.find(id);
  std::vector<Draft> found;
  if (!row || !is_booked(*row)) return found;
  if (auto draft = broken(id, *row, now)) found.push_back(std::move(*draft));
  if (auto draft = clash(id, *row, now)) found.push_back(std::move(*draft));
  return found;
}

std::vector<Draft> TaskRules::found_in_given_back(const Uuid& give_back, const Instant& now) const {
  std::vector<Draft> found;
  const auto* row = state_.give_backs.find(give_back);
  const auto shift = row ? Uuid::from_octets(row->state.shift()) : std::nullopt;
  if (!shift) return found;
  const MinuteSet minutes = minute_set_from(row->state.minutes());
  for (const auto& [id, booked] : state_.bookings_of(*shift))
    if (minutes.touches(booked))
      if (auto draft = broken(id.uuid, *state_.appointments.find(id.uuid), now))
        found.push_back(std::move(*draft));
  return found;
}

std::vector<Draft> TaskRules::found_in_broken(const Uuid& shift, const MinuteSet& minutes,
                                              const Instant& now) const {
  std::vector<Draft> found;
  for (const auto& [id, booked] : state_.bookings_of(shift)) {
    const auto* row = state_.appointments.find(id.uuid);
    if (row->record.origin != state_.central() && minutes.touches(booked) && !state_.visit_of(id.uuid) &&
        !stands(v1::TASK_BROKEN_LEASE, id.uuid))
      found.push_back(task(v1::TASK_BROKEN_LEASE, *row, {id.uuid}, now));
  }
  return found;
}

std::vector<std::vector<Draft>> TaskRules::left_over(const Instant& now) const {
  std::vector<std::vector<Draft>> all;
  std::set<Uuid> seen;  // A clash is found from both of its sides.
  for (const auto& [id, row] : state_.appointments.rows()) {
    if (!is_booked(row)) continue;
    std::vector<Draft> found;
    if (auto draft = broken(id, row, now)) found.push_back(std::move(*draft));
    if (auto draft = seen.contains(id) ? std::nullopt : clash(id, row, now)) {
      v1::Task task;
      task.ParseFromString(draft->message);
      for (const std::string& octets : task.appointments()) seen.insert(*Uuid::from_octets(octets));
      found.push_back(std::move(*draft));
    }
    if (!found.empty()) all.push_back(std::move(found));
  }
  return all;
}

Scheduled<Draft> TaskRules::complete(const Uuid& id, const v1::Actor& actor, v1::Proof proof) const {
  const auto* row = state_.tasks.find(id);
  if (!row) return ScheduleRefusal::not_found;
  if (row->state.status() != v1::TASK_REQUESTED) return ScheduleRefusal::wrong_state;
  v1::Task seen_to = row->state;
  seen_to.set_status(v1::TASK_COMPLETED);
  Draft draft;
  draft.actor = actor;
  draft.proof = proof;
  draft.subject = {v1::TASK, id};
  draft.bases = {row->record};
  draft.verb = v1::CHANGED;
  draft.message = seen_to.SerializeAsString();
  return draft;
}

}  // namespace feldsher::central
