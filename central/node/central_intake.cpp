// How records come to count: what central writes and what nodes send, durable first, then told.
#include "central/node/central_node.hpp"
#include "central/node/quarantine.hpp"
#include "central/registry/archive.hpp"
#include "protocol/clinic/erasing.hpp"

namespace feldsher::central {

void CentralNode::intake_record(const Record& record) {
  feeds_.apply(record);
  on_record(feeds_.applied(), record);
}

void CentralNode::write(const std::vector<Draft>& drafts, std::function<void()> then, const Beside& beside) {
  std::vector<Record> records = writer_.seal(v1::ACTS, drafts, now());
  for (const Record& record : records) state_.apply(record);
  Transaction transaction;
  transaction.records = records;
  if (beside) transaction.values = beside();
  // What orders that bodies be dropped drops them here, in one.
  for (const Record& record : records)
    if (auto erasure = record.header.verb() == v1::ERASED ? record.body<v1::Erasure>() : std::nullopt)
      transaction.erased.push_back(erase_pick(*erasure));
  const std::vector<Draft> overtaken = erasures_.overtaken(records);
  // Feeds grow only from what is durable: a point must never hold what central can forget.
  world_.ledger.submit(std::move(transaction), [this, records = std::move(records), then = std::move(then)] {
    tell(records, [then](const std::vector<Record>&) { then(); });
  });
  for (const Draft& again : overtaken) write({again}, [] {});
}

void CentralNode::tell(const std::vector<Record>& records, const Told& then) {
  if (!world_.safekeeping || world_.safekeeping->tells_at_once()) return take_in(records, then);
  world_.safekeeping->tell([this, records, then] { take_in(records, then); });
}

void CentralNode::take_in(const std::vector<Record>& records, const Told& then) {
  for (const Record& record : records) {
    intake_record(record);
    if (record.header.verb() == v1::DECOMMISSIONED && record.key.origin == node_) cut_ended(record);
  }
  then(records);
  feeds_grew();
}

void CentralNode::received(NodeId, const std::vector<Record>& records) {
  for (const Record& record : records) {
    const bool counts = state_.apply(record);
    if (const std::string what = quarantined(record, node_, counts); !what.empty())
      incident(v1::INCIDENT_QUARANTINE, record.key.origin, what);
  }
  tell(records, [this](const std::vector<Record>& told) { run_rules(told); });
}

void CentralNode::cut_ended(const Record& ordered) {
  if (ordered.subject.type != v1::DECOMMISSION) return;
  const auto decommission = ordered.body<v1::Decommission>();
  const auto node = decommission ? NodeId::from_octets(decommission->node()) : std::nullopt;
  if (node) link(*node).drop("two people have ended its box");
}

void CentralNode::run_rules(const std::vector<Record>& records) {
  for (const Record& record : records) {
    std::vector<Draft> drafts;
    if (record.subject.type == v1::REQUEST)
      drafts = scheduling_.answer_request(record.subject.id, now());
    else if (record.subject.type == v1::APPOINTMENT)
      drafts = tasks_.found_in(record.subject.id, now());
    else if (record.subject.type == v1::GIVE_BACK)
      drafts = tasks_.found_in_given_back(record.subject.id, now());
    if (!drafts.empty()) write(drafts, [] {});
    if (auto back = Archive(state_).needed_again(record, now())) write({*back}, [] {});
    if (auto end = decommissions_.late(record)) write({*end}, [] {});
  }
  for (const Draft& again : erasures_.late(records, now())) write({again}, [] {});
}

void CentralNode::feeds_grew() {
  const Instant at = now();
  for (auto& [node, each] : links_) each->feed_grew(at);
}

void CentralNode::incident(v1::IncidentKind kind, NodeId node, const std::string& detail) {
  v1::Incident incident;
  incident.set_kind(kind);
  incident.set_node(node.to_octets());
  incident.set_detail(detail);
  Draft draft;
  draft.actor = self();
  draft.subject = {v1::INCIDENT, world_.random.uuid_v7(now().wall_ms)};
  draft.verb = v1::RAISED;
  draft.message = incident.SerializeAsString();
  write({draft}, [] {});
}

}  // namespace feldsher::central
