#include "tests/simulation/properties.hpp"

#include <fmt/core.h>

#include "protocol/journal/verify.hpp"

namespace feldsher::simulation {
namespace {

void verify_chains(const std::string& whose, JournalStore& store, TenantId tenant,
                   std::vector<std::string>& broken) {
  Verifier verifier(tenant);
  CheapCheck check;
  const auto heads = store.heads();
  for (const v1::SignedHead& head : heads) verifier.expect_head(head);
  for (const JournalTip& cut : store.cuts()) verifier.cut(cut);
  v1::SignedCheckpoint checkpoint;
  if (const auto octets = store.value(checkpoint_value); octets && checkpoint.ParseFromString(*octets))
    verifier.expect_checkpoint(checkpoint);
  store.replay(0, [&](std::uint64_t, Record&& record) {
    verifier.record(record.journal(), record.key.seq, record.stored.core, record.stored.body, std::nullopt,
                    record.stored.hash, record.stored.prev);
  });
  verifier.kept(check);
  for (const v1::SignedHead& head : heads) verifier.head(head, check);
  for (const JournalTip& tip : store.tips()) verifier.tip(tip.journal, tip.seq, tip.hash);
  for (const auto& finding : verifier.findings())
    broken.push_back(fmt::format("{}: record {} of {}: {}", whose, finding.seq,
                                 finding.journal.origin.to_text(), finding.what));
}

/// The minutes of a shift that both central and its point hold.
MinuteSet held_twice(const Network& network, const SimulatedPoint& point, const Uuid& shift) {
  return network.central->state().book(shift).held().common_with(point.node->state().book(shift).held());
}

MinuteSet broken_in(const Network& network, const Uuid& shift) {
  const auto at = network.broken_minutes.find(shift);
  return at == network.broken_minutes.end() ? MinuteSet{} : at->second;
}

/// What central has given, less what the point has given back, by the records that each has written.
MinuteSet leased_twice(const Tables& there, const Tables& here, const Uuid& shift) {
  const Octets id_of_shift = shift.to_octets();
  ShiftLeases leased;
  for (const auto& [id, row] : there.leases.rows())
    if (row.state.shift() == id_of_shift) leased.leased(id, minute_set_from(row.state.minutes()));
  for (const auto& [id, row] : here.give_backs.rows())
    if (row.state.shift() == id_of_shift)
      leased.returned(named_leases(row.state), minute_set_from(row.state.minutes()));
  return leased.given_twice();
}

/// Minutes that two live bookings of the shift have, by who wrote them, so that none is looked at through the
/// other side's eyes.
MinuteSet booked_twice(const Network& network, const SimulatedPoint& point, const Uuid& shift) {
  MinuteSet taken, twice;
  const Octets id_of_shift = shift.to_octets();
  auto book = [&](const Tables& tables, NodeId writer) {
    for (const auto& [id, row] : tables.appointments.rows()) {
      if (row.record.origin != writer || row.state.shift() != id_of_shift ||
          row.state.status() != v1::APPOINTMENT_BOOKED)
        continue;
      const MinuteSet minutes(minutes_of(row.state));
      twice.add(taken.common_with(minutes));
      taken.add(minutes);
    }
  };
  book(network.central->state(), network.central_id);
  book(point.node->state(), point.identity.node);
  return twice;
}

/// Each booking of a point in minutes that it does not hold is one task, once both sides know.
void check_tasks(const Network& network, std::vector<std::string>& broken) {
  const auto& state = network.central->state();
  std::map<Uuid, MinuteSet> given;
  for (const auto& [id, row] : state.appointments.rows()) {
    if (row.record.origin == network.central_id) continue;
    const std::size_t tasks = tasks_opened_for(state, id);
    if (tasks > 1) broken.push_back(fmt::format("{} tasks for one booking in broken minutes", tasks));
    const Uuid shift = Uuid::from_octets(row.state.shift()).value_or(Uuid{});
    if (!given.contains(shift)) given[shift] = state.leases_of(shift).outstanding();
    const bool found = row.state.status() == v1::APPOINTMENT_BOOKED && !state.visit_of(id) &&
                       !given[shift].contains(minutes_of(row.state));
    if (found && tasks == 0) broken.emplace_back("no task for a booking in minutes that its point has lost");
  }
}

}  // namespace

std::vector<std::string> broken_now(const Network& network, const std::vector<SimulatedClinic>& clinics,
                                    Counts& counts) {
  std::vector<std::string> broken;
  if (!network.central) return broken;
  for (std::size_t i = 0; i < clinics.size(); ++i) {
    const SimulatedPoint& point = *network.points[i];
    if (!point.node) continue;
    for (const Uuid& shift : clinics[i].shifts_today) {
      const MinuteSet excused = broken_in(network, shift);
      if (!leased_twice(network.central->state(), point.node->state(), shift).empty())
        broken.push_back(point.name + ": two leases give the same minute of a shift");
      if (!excused.contains(held_twice(network, point, shift)))
        broken.push_back(point.name + ": central and the point hold the same minute");
      if (!excused.contains(booked_twice(network, point, shift))) {
        ++counts.doubled;
        broken.push_back(point.name + ": two bookings overlap");
      }
    }
  }
  return broken;
}

std::size_t overlaps(const Network& network) {
  const auto& state = network.central->state();
  std::size_t count = 0;
  for (const auto& [id, row] : state.appointments.rows()) {
    if (row.record.origin == network.central_id || row.state.status() != v1::APPOINTMENT_BOOKED) continue;
    const Minutes minutes = minutes_of(row.state);
    for (const auto& [other, theirs] :
         state.bookings_of(Uuid::from_octets(row.state.shift()).value_or(Uuid{})))
      count += other.uuid != id && theirs.first < minutes.end && minutes.first < theirs.end;
  }
  return count;
}

std::size_t tasks_of_broken_leases(const Network& network) {
  std::size_t count = 0;
  for (const auto& [id, row] : network.central->state().tasks.rows())
    count += row.state.kind() == v1::TASK_BROKEN_LEASE;
  return count;
}

std::vector<std::string> broken_between_ends(Network& network, const Workload& workload) {
  std::vector<std::string> broken;
  const auto& state = network.central->state();
  std::size_t lost = 0;
  for (const Told& told : workload.told())
    if (!state.current(told.subject) && ++lost <= 3)
      broken.push_back("lost at central: " + told.by + " " + told.subject.id.to_text());
  for (auto& point : network.points) {
    if (!point->node) continue;
    const auto& link = point->node->link();
    if (link.phase() != sync::PointLink::Phase::live)
      broken.push_back(point->name + ": not connected after healing");
    const SubjectSet& told = network.central->feed_of(point->identity.node).scope();
    if (link.feed().scope().hash() != told.hash()) {
      const auto& heard = link.feed().scope();
      const auto differs = std::find_if(told.all().begin(), told.all().end(), [&](const auto& entry) {
        return heard.current(entry.first) != entry.second;
      });
      broken.push_back(
          fmt::format("{}: the feed's state hashes differ: {} subjects here, {} at central, type {} is the "
                      "first, feed item {} of {}",
                      point->name, heard.all().size(), told.all().size(),
                      differs == told.all().end() ? -1 : static_cast<int>(differs->first.type),
                      link.feed().position(), network.central->feed_of(point->identity.node).last()));
    }
    if (link.own_subjects().hash() != state.state_hash_of_acts(point->identity.node))
      broken.push_back(point->name + ": the state hashes of its acts differ");
    verify_chains(point->name, point->disk.store, network.tenant, broken);
  }
  verify_chains("central", network.central_disk->store, network.tenant, broken);
  for (std::size_t i = 0; i < workload.clinics().size(); ++i)
    for (const Uuid& shift : workload.clinics()[i].shifts_today)
      if (network.points[i]->node && !held_twice(network, *network.points[i], shift).empty())
        broken.push_back(network.points[i]->name + ": after healing both hold a minute");
  check_tasks(network, broken);
  if (incidents(network, v1::INCIDENT_HASH) != 0) broken.push_back("a mark's hashes differed");
  if (incidents(network, v1::INCIDENT_FORK) != 0) broken.push_back("a fork without a clone");
  if (incidents(network, v1::INCIDENT_CLONE) != 0) broken.push_back("a clone was reported that is none");
  if (incidents(network, v1::INCIDENT_QUARANTINE) != 0)
    broken.push_back("a good record was put in quarantine");
  return broken;
}

std::vector<std::string> broken_at_the_end(Network& network, const Workload& workload) {
  std::vector<std::string> broken = broken_between_ends(network, workload);
  const auto& state = network.central->state();
  std::map<std::string, int> visits_by_appointment, answers_by_visit, answers_by_request;
  for (const auto& [id, row] : state.visits.rows())
    if (!row.state.appointment().empty() && row.state.status() != v1::VISIT_UNDONE)
      ++visits_by_appointment[row.state.appointment()];
  for (const auto& [id, row] : state.survey_answers.rows()) ++answers_by_visit[row.state.visit()];
  for (const auto& [id, row] : state.request_answers.rows()) ++answers_by_request[row.state.request()];
  auto once = [&](const auto& counted, const char* what) {
    for (const auto& [id, count] : counted)
      if (count > 1) broken.push_back(fmt::format("{} is there {} times", what, count));
  };
  once(visits_by_appointment, "the visit of an appointment");
  once(answers_by_visit, "the survey of a visit");
  once(answers_by_request, "the answer to a request");
  for (const auto& [id, row] : state.requests.rows())
    if (!answers_by_request.contains(id.to_octets()) && row.state.status() == v1::REQUEST_ASKED)
      broken.push_back(fmt::format("a request was never settled: kind {}, asked by {}, {} ms old",
                                   static_cast<int>(row.state.kind()),
                                   row.record.origin == network.central_id ? "central" : "a point",
                                   network.central_clock->now().wall_ms - row.at_ms));
  network.central_disk->store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.header.verb() == v1::MARKED_ABSENT && record.header.at().trust() == v1::TRUST_UNSET)
      broken.push_back("somebody was marked absent by a clock that nobody had set");
  });
  return broken;
}

std::size_t tasks_opened_for(const central::NetworkState& state, const Uuid& appointment) {
  std::size_t count = 0;
  for (const Uuid& id : state.tasks_about(appointment)) {
    const v1::Task& task = state.tasks.find(id)->state;
    count += task.kind() == v1::TASK_BROKEN_LEASE && task.appointments(0) == appointment.to_octets();
  }
  return count;
}

std::size_t incidents(const Network& network, v1::IncidentKind kind) {
  std::size_t count = 0;
  for (const auto& [id, row] : network.central->state().incidents.rows()) count += row.state.kind() == kind;
  return count;
}

}  // namespace feldsher::simulation
