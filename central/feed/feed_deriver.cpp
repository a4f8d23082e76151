#include "central/feed/feed_deriver.hpp"

namespace feldsher::central {
namespace {

std::optional<PointId> point_in(const std::string& octets) { return PointId::from_octets(octets); }

bool changes_with_the_day(v1::EntityType type) {
  return type == v1::APPOINTMENT || type == v1::PATIENT || type == v1::VISIT || type == v1::TICKET ||
         type == v1::REQUEST || type == v1::DEVICE || type == v1::CUSTODY;
}

}  // namespace

std::set<PointId> FeedDeriver::points_of(const SubjectKey& subject) const {
  std::set<PointId> points;
  auto add = [&](const std::string& octets) {
    if (auto point = point_in(octets)) points.insert(*point);
  };
  auto add_node = [&](const std::string& octets) {
    auto node = NodeId::from_octets(octets);
    if (auto point = node ? state_.point_of(*node) : std::nullopt) points.insert(*point);
  };
  auto everywhere = [&] {
    for (const auto& [id, row] : state_.points.rows()) points.insert(PointId{id});
  };
  const Uuid& id = subject.id;
  switch (subject.type) {
    case v1::POINT:
      points.insert(PointId{id});
      break;
    case v1::DEPARTMENT:
      add(state_.departments.find(id)->state.point());
      break;
    case v1::ROOM:
      add(state_.rooms.find(id)->state.point());
      break;
    case v1::SHIFT:
      add(state_.shifts.find(id)->state.point());
      break;
    case v1::LEASE:
      add(state_.leases.find(id)->state.point());
      break;
    case v1::TERMINAL:
      add(state_.terminals.find(id)->state.point());
      break;
    case v1::APPOINTMENT:
      if (const v1::Appointment& state = state_.appointments.find(id)->state;
          !window_ || window_->has_appointment(state.from().minute()))
        add(state.point());
      break;
    case v1::PRACTITIONER:
      for (const std::string& point : state_.practitioners.find(id)->state.points()) add(point);
      break;
    case v1::SERVICE:
      for (const std::string& point : state_.services.find(id)->state.points()) add(point);
      break;
    case v1::SURVEY:
    case v1::ERASURE:
      everywhere();
      break;
    case v1::PASS_KEY:
      if (const std::string& point = state_.pass_keys.find(id)->state.point(); point.empty())
        everywhere();
      else
        add(point);
      break;
    case v1::CREDENTIAL:
      // What is used on a point's own bus: the point must know when it is revoked.
      if (state_.credentials.find(id)->state.kind() != v1::CREDENTIAL_NODE)
        add(state_.credentials.find(id)->state.point());
      break;
    case v1::CUSTODY:
      if (window_ && !is_worn(id)) break;
      add_node(state_.custodies.find(id)->state.home_node());
      add(state_.custodies.find(id)->state.point());
      break;
    case v1::VISIT:
      if (const v1::Visit& state = state_.visits.find(id)->state; !window_ || window_->has_visit(state.day()))
        add(state.point());
      break;
    case v1::TICKET:
      if (const v1::Ticket& state = state_.tickets.find(id)->state;
          !window_ || window_->has_visit(state.day()))
        add(state.point());
      break;
    case v1::REQUEST:
      // What is asked for somebody; the rest names nobody and may be asked of a point that is away for long.
      if (const v1::Request& state = state_.requests.find(id)->state;
          !window_ || state.wanted().patient().empty() || !window_->is_past(state.wanted().from().minute()))
        add_node(state.owner());
      break;
    case v1::REQUEST_ANSWER:
      add_node(state_.request_answers.find(id)->state.asker());
      break;
    case v1::PATIENT:
    case v1::DEVICE:
      if (auto at = people_.find(subject); at != people_.end()) points = at->second;
      break;
    default:
      break;
  }
  return points;
}

// A device is worn by whom it was given to last.
bool FeedDeriver::is_worn(const Uuid& custody) const {
  const auto& row = *state_.custodies.find(custody);
  if (row.verb == v1::ARCHIVED) return false;
  const std::pair mine(row.state.from_ms(), custody);
  for (const Uuid& id : custodies_by_device_.at(row.state.device())) {
    const v1::Custody& other = state_.custodies.find(id)->state;
    if (other.device() == row.state.device() && std::pair(other.from_ms(), id) > mine) return false;
  }
  return true;
}

FeedDeriver::People FeedDeriver::people_of(const SubjectKey& subject) const {
  People people;
  auto add = [&](v1::EntityType type, const std::string& octets, std::set<PointId> points) {
    if (auto id = Uuid::from_octets(octets); id && !points.empty())
      people.emplace_back(SubjectKey{type, *id}, std::move(points));
  };
  if (subject.type == v1::APPOINTMENT) {
    add(v1::PATIENT, state_.appointments.find(subject.id)->state.patient(), points_of(subject));
  } else if (subject.type == v1::CUSTODY) {
    const v1::Custody& custody = state_.custodies.find(subject.id)->state;
    add(v1::DEVICE, custody.device(), points_of(subject));
    add(v1::PATIENT, custody.patient(), points_of(subject));
  } else if (subject.type == v1::VISIT && window_) {
    const v1::Visit& visit = state_.visits.find(subject.id)->state;
    const auto point = point_in(visit.point());
    if (point && window_->has_visit(visit.day()) && visit.status() != v1::VISIT_UNDONE)
      add(v1::PATIENT, visit.patient(), {*point});
  }
  return people;
}

void FeedDeriver::note_people(const SubjectKey& subject) {
  for (const auto& [person, points] : people_of(subject))
    for (const PointId& point : points) {
      if (!people_[person].insert(point).second) continue;
      auto node = state_.node_of(point);
      auto feed = node ? feeds_.find(*node) : feeds_.end();
      if (feed != feeds_.end() && feed->second.epoch() != 0) bring_into_scope(person, feed->second);
    }
}

void FeedDeriver::bring_into_scope(const SubjectKey& subject, sync::FeedLog& feed) {
  auto latest = latest_.find(subject);
  if (latest != latest_.end() && !feed.in_scope(subject)) feed.state(latest->second);
}

void FeedDeriver::apply(const Record& record) {
  ++applied_;
  // What is quarantined, or was moved on by a younger life already, is kept in the journal and told to
  // nobody.
  const bool outdated = state_.is_outdated(record);
  if (state_.apply(record) && !outdated) derive(record);
  if (record.header.more() == 0)
    for (auto& [node, feed] : feeds_) feed.end_transaction();
}

void FeedDeriver::derive(const Record& record) {
  switch (record.subject.type) {
    // What no feed ever carries is not kept here.
    case v1::SURVEY_ANSWER:
    case v1::READING_BLOCK:
    case v1::INCIDENT:
    case v1::DISCLOSURE:
    case v1::NODE:
    case v1::CLOCK:
    case v1::GIVE_BACK:
    case v1::ROOM_STATE:
    case v1::SHIFT_STATE:
    case v1::TASK:
    case v1::ENROLMENT:
    case v1::DECOMMISSION:
      return;
    case v1::DAY:
      return turn_day();
    case v1::VISIT:
      visits_by_day_[state_.visits.find(record.subject.id)->state.day()].insert(record.subject.id);
      note_people(record.subject);
      [[fallthrough]];
    case v1::TICKET:
      // Theirs, unless central has ended them with the box: the next box must not call them.
      if (record.key.origin != state_.central()) return;
      break;
    default:
      break;
  }
  if (record.subject.type == v1::ERASURE) return end_feeds(record);
  if (record.subject.type == v1::CUSTODY)
    custodies_by_device_[state_.custodies.find(record.subject.id)->state.device()].insert(record.subject.id);
  auto shared = std::make_shared<const Record>(record);
  latest_[record.subject] = shared;
  if (record.subject.type != v1::VISIT) note_people(record.subject);
  offer(record.subject, shared, record.key.origin);
}

void FeedDeriver::end_feeds(const Record& record) {
  const v1::Erasure& erasure = state_.erasures.find(record.subject.id)->state;
  if (erasure.status() != v1::ERASURE_ORDERED) return;
  for (const v1::ErasedSubject& each : erasure.subjects()) {
    const SubjectKey subject{each.type(), Uuid::from_octets(each.id()).value_or(Uuid{})};
    latest_.erase(subject);
    people_.erase(subject);
  }
  latest_[record.subject] = std::make_shared<const Record>(record);
  // Without the bodies the same items could not be derived again: every feed begins anew, from states.
  for (auto& [node, feed] : feeds_) feed = sync::FeedLog();
}

void FeedDeriver::turn_day() {
  const v1::Day* today = state_.today();
  if (!today) return;  // Of another subject than central.
  window_.emplace(*today);
  people_.clear();
  auto note = [&](v1::EntityType type, const Uuid& id) {
    for (auto& [person, points] : people_of({type, id})) people_[person].merge(points);
  };
  for (const std::string& day : window_->appointment_days())
    for (const Uuid& id : state_.appointments_of_day(day))
      if (state_.appointments.find(id)) note(v1::APPOINTMENT, id);
  for (auto day = visits_by_day_.lower_bound(window_->first_visit_day()); day != visits_by_day_.end(); ++day)
    for (const Uuid& id : day->second)
      if (state_.visits.find(id)) note(v1::VISIT, id);
  for (const auto& [id, row] : state_.custodies.rows()) note(v1::CUSTODY, id);
  FeedsByPoint begun;
  for (auto& [node, feed] : feeds_)
    if (auto point = state_.point_of(node); point && feed.epoch() != 0) {
      shrink(*point, feed);
      begun[*point].emplace_back(node, &feed);
    }
  grow(begun);
}

void FeedDeriver::shrink(PointId point, sync::FeedLog& feed) {
  std::vector<SubjectKey> leaving;
  for (const auto& [subject, record] : feed.scope().all())
    if (changes_with_the_day(subject.type) && !points_of(subject).contains(point)) leaving.push_back(subject);
  for (const SubjectKey& subject : leaving) {
    feed.leave(subject);
    feed.end_transaction();  // Many people may leave on one day: they go in many batches.
  }
}

// Each subject is looked at once, and not once for each point: a network has many, and a replay many days.
void FeedDeriver::grow(const FeedsByPoint& begun) {
  auto bring = [&](const SubjectKey& subject) {
    const auto latest = latest_.find(subject);
    if (latest == latest_.end()) return;
    for (const PointId& point : points_of(subject)) {
      const auto feeds = begun.find(point);
      if (feeds == begun.end()) continue;
      for (const auto& [node, feed] : feeds->second) {
        if (latest->second->key.origin == node || feed->in_scope(subject)) continue;
        feed->state(latest->second);
        feed->end_transaction();
      }
    }
  };
  for (const auto& [person, points] : people_) bring(person);
  for (const std::string& day : window_->appointment_days())
    for (const Uuid& id : state_.appointments_of_day(day)) bring({v1::APPOINTMENT, id});
  for (const auto& [id, row] : state_.custodies.rows()) bring({v1::CUSTODY, id});
  for (const auto& [id, row] : state_.requests.rows()) bring({v1::REQUEST, id});
}

void FeedDeriver::offer(const SubjectKey& subject, const std::shared_ptr<const Record>& record,
                        NodeId writer) {
  const std::set<PointId> points = points_of(subject);
  for (auto& [node, feed] : feeds_) {
    if (feed.epoch() == 0 || node == writer) continue;
    auto point = state_.point_of(node);
    if (point && points.contains(*point)) {
      // A person who has just entered the scope by this very record is there already.
      if (feed.scope().current(subject) != record->key) feed.record(record);
    } else {
      feed.leave(subject);
    }
  }
}

void FeedDeriver::begin(NodeId node, std::uint64_t epoch) {
  sync::FeedLog feed(epoch);
  if (auto point = state_.point_of(node))
    for (const auto& [subject, record] : latest_)
      if (record->key.origin != node && points_of(subject).contains(*point)) {
        feed.state(record);
        feed.end_transaction();  // States are of no one transaction: a large scope comes in many batches.
      }
  feeds_[node] = std::move(feed);
}

}  // namespace feldsher::central
