#include "central/feed/feed_deriver.hpp"

namespace feldsher::central {
namespace {

std::optional<PointId> point_in(const std::string& octets) { return PointId::from_octets(octets); }

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
      add(state_.appointments.find(id)->state.point());
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
      add_node(state_.custodies.find(id)->state.home_node());
      add(state_.custodies.find(id)->state.point());
      break;
    case v1::REQUEST:
      add_node(state_.requests.find(id)->state.owner());
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

void FeedDeriver::note_people(const Record& record) {
  auto enter = [&](v1::EntityType type, const std::string& octets, const std::set<PointId>& points) {
    auto id = Uuid::from_octets(octets);
    if (!id) return;
    SubjectKey person{type, *id};
    for (const PointId& point : points) {
      if (!people_[person].insert(point).second) continue;
      auto node = state_.node_of(point);
      auto feed = node ? feeds_.find(*node) : feeds_.end();
      if (feed != feeds_.end() && feed->second.epoch() != 0) bring_into_scope(person, feed->second);
    }
  };
  const Uuid& id = record.subject.id;
  if (record.subject.type == v1::APPOINTMENT) {
    enter(v1::PATIENT, state_.appointments.find(id)->state.patient(), points_of(record.subject));
  } else if (record.subject.type == v1::CUSTODY) {
    const v1::Custody& custody = state_.custodies.find(id)->state;
    enter(v1::DEVICE, custody.device(), points_of(record.subject));
    enter(v1::PATIENT, custody.patient(), points_of(record.subject));
  }
}

void FeedDeriver::bring_into_scope(const SubjectKey& subject, sync::FeedLog& feed) {
  auto latest = latest_.find(subject);
  if (latest != latest_.end() && !feed.in_scope(subject)) feed.state(latest->second);
}

void FeedDeriver::apply(const Record& record) {
  ++applied_;
  // What is quarantined is kept in the journal and told to nobody.
  if (state_.apply(record)) derive(record);
  if (record.header.more() == 0)
    for (auto& [node, feed] : feeds_) feed.end_transaction();
}

void FeedDeriver::derive(const Record& record) {
  switch (record.subject.type) {
    // What no feed ever carries is not kept here.
    case v1::VISIT:
    case v1::TICKET:
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
      return;
    default:
      break;
  }
  if (record.subject.type == v1::ERASURE) return end_feeds(record);
  auto shared = std::make_shared<const Record>(record);
  latest_[record.subject] = shared;
  note_people(record);
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
