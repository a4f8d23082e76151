#include "central/feed/feed_deriver.hpp"

#include <algorithm>

#include "central/registry/archive.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {

void FeedDeriver::apply(const Record& record) {
  ++applied_;
  // What is quarantined, or was moved on by a younger life already, is kept in the journal and told to
  // nobody. Readings are told to nobody either, whatever they say that they are.
  const bool outdated = record.key.stream == v1::READINGS || state_.is_outdated(record);
  const People named_before = people_of(record.subject);
  if (state_.apply(record) && !outdated) derive(record, named_before);
  if (record.header.more() == 0)
    for (auto& [node, feed] : feeds_) feed.end_transaction();
}

void FeedDeriver::derive(const Record& record, const People& named_before) {
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
    case v1::ERASURE:
      return end_feeds(record);
    case v1::POINT:
      // Which node runs it, and so whose everything is.
      all_doubtful_ = true;
      find_feeds();
      break;
    case v1::VISIT:
      index(record.subject);
      note_people(record.subject, named_before);
      [[fallthrough]];
    case v1::TICKET:
      // Theirs, unless central has ended them with the box: the next box must not call them.
      if (record.key.origin != state_.central()) return;
      break;
    default:
      break;
  }
  index(record.subject);
  auto shared = std::make_shared<const Record>(record);
  told_[record.subject].record = shared;
  if (record.subject.type != v1::VISIT) note_people(record.subject, named_before);
  offer(record.subject, shared, record.key.origin);
}

void FeedDeriver::index(const SubjectKey& subject) {
  const Uuid& id = subject.id;
  if (subject.type == v1::APPOINTMENT) {
    by_time_.put(state_.appointments.find(id)->state.from().minute(), subject);
  } else if (subject.type == v1::REQUEST) {
    by_time_.put(state_.requests.find(id)->state.wanted().from().minute(), subject);
  } else if (subject.type == v1::VISIT) {
    by_time_.put(state_.visits.find(id)->state.day(), subject);
  } else if (subject.type == v1::TICKET) {
    by_time_.put(state_.tickets.find(id)->state.day(), subject);
  } else if (subject.type == v1::CREDENTIAL) {
    if (const auto end = end_minute(state_.credentials.find(id)->state)) by_time_.put(*end, subject);
  } else if (subject.type == v1::CUSTODY) {
    const Uuid device = id_of(state_.custodies.find(id)->state.device());
    for (const Uuid& moved : custody_order_.take(id, device, state_.wearings())) {
      doubt({v1::CUSTODY, moved});
      doubt_people_of({v1::CUSTODY, moved});
    }
  }
}

void FeedDeriver::end_feeds(const Record& record) {
  const v1::Erasure& erasure = state_.erasures.find(record.subject.id)->state;
  if (erasure.status() != v1::ERASURE_ORDERED) return;
  for (const v1::ErasedSubject& each : erasure.subjects()) {
    const SubjectKey subject{each.type(), Uuid::from_octets(each.id()).value_or(Uuid{})};
    told_.erase(subject);
    reasons_.drop(subject);
  }
  told_[record.subject].record = std::make_shared<const Record>(record);
  // Without the bodies the same items could not be derived again: every feed begins anew, from states.
  for (auto& [node, feed] : feeds_) feed = sync::FeedLog();
  for (auto& [subject, told] : told_) told.nodes.clear();
  all_doubtful_ = true;
  find_feeds();
}

// What a reason no longer gives is kept until the next day begins.
void FeedDeriver::note_people(const SubjectKey& reason, const People& named_before) {
  const People people = people_of(reason);
  for (const SubjectKey& person : named_before)
    if (!all_doubtful_ && std::find(people.begin(), people.end(), person) == people.end())
      doubtful_reasons_.emplace_back(person, reason);
  if (people.empty()) return;
  const Points points = brings_to(reason);
  for (const SubjectKey& person : people) {
    if (!all_doubtful_ && reasons_.exceeds(person, reason, points))
      doubtful_reasons_.emplace_back(person, reason);
    const auto told = told_.find(person);
    for (const PointId& point : points)
      if (reasons_.add(person, reason, point) && told != told_.end()) bring(person, told->second, point);
  }
}

// To the node that runs the point; one that ran it before hears of it when the next day begins.
void FeedDeriver::bring(const SubjectKey& person, Told& told, const PointId& point) {
  if (person.type == v1::PATIENT && is_archived(state_, person.id)) return;  // Until they are restored.
  const auto node = state_.node_of(point);
  if (const auto nodes = begun_.find(point);
      nodes == begun_.end() || !node || nodes->second != std::vector{*node})
    doubt(person);
  const auto feed = node ? feeds_.find(*node) : feeds_.end();
  if (feed != feeds_.end() && feed->second.epoch() != 0 && !feed->second.in_scope(person))
    tell(told, *node, true);
}

void FeedDeriver::tell(Told& told, NodeId node, bool as_state) {
  sync::FeedLog& feed = feeds_.at(node);
  if (!feed.in_scope(told.record->subject)) told.nodes.push_back(node);
  if (as_state)
    feed.state(told.record);
  else
    feed.record(told.record);
}

void FeedDeriver::leave(const SubjectKey& subject, Told& told, NodeId node) {
  std::erase(told.nodes, node);
  feeds_.at(node).leave(subject);
}

void FeedDeriver::offer(const SubjectKey& subject, const std::shared_ptr<const Record>& record,
                        NodeId writer) {
  Told& told = told_.at(subject);
  const Points points = points_of(subject);
  for (const NodeId node : std::vector(told.nodes)) {
    const auto point = state_.point_of(node);
    if (node == writer)
      doubt(subject);
    else if (!point || !points.contains(*point))
      leave(subject, told, node);
  }
  for (const PointId& point : points)
    if (const auto nodes = begun_.find(point); nodes != begun_.end())
      for (const NodeId node : nodes->second)
        // A person who has just entered the scope by this very record is there already.
        if (node != writer && feeds_.at(node).scope().current(subject) != record->key)
          tell(told, node, false);
}

void FeedDeriver::find_feeds() {
  begun_.clear();
  for (const auto& [node, feed] : feeds_)
    if (const auto point = state_.point_of(node); point && feed.epoch() != 0) begun_[*point].push_back(node);
}

void FeedDeriver::begin(NodeId node, std::uint64_t epoch) {
  sync::FeedLog feed(epoch);
  const auto point = state_.point_of(node);
  for (auto& [subject, told] : told_) {
    std::erase(told.nodes, node);
    if (!point || told.record->key.origin == node || !points_of(subject).contains(*point)) continue;
    feed.state(told.record);
    told.nodes.push_back(node);
    feed.end_transaction();  // States are of no one transaction: a large scope comes in many batches.
  }
  feeds_[node] = std::move(feed);
  find_feeds();
}

}  // namespace feldsher::central
