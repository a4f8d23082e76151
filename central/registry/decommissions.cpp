#include "central/registry/decommissions.hpp"

namespace feldsher::central {
namespace {

constexpr std::size_t longest_reason = 200;

bool is_open(const v1::Ticket& ticket) {
  return ticket.status() == v1::TICKET_WAITING || ticket.status() == v1::TICKET_CALLED ||
         ticket.status() == v1::TICKET_SERVING;
}

bool is_open(const v1::Visit& visit) {
  return visit.status() == v1::VISIT_ARRIVED || visit.status() == v1::VISIT_IN_PROGRESS;
}

Draft next_of(const SubjectKey& subject, const RecordKey& before, v1::Verb verb,
              const google::protobuf::MessageLite& state) {
  Draft draft;
  draft.subject = subject;
  draft.bases = {before};
  draft.verb = verb;
  draft.message = state.SerializeAsString();
  return draft;
}

void by_rule(Draft& draft, const RecordKey& cause) {
  draft.actor.set_kind(v1::ACTOR_RULE);
  draft.actor.set_rule("end-late@1");
  *draft.cause.emplace().mutable_record() = cause.to_wire();
}

}  // namespace

const char* to_text(DecommissionRefusal refusal) {
  switch (refusal) {
    case DecommissionRefusal::not_found:
      return "there is no such point with a box, or no such proposal";
    case DecommissionRefusal::malformed:
      return "a reason is expected: 1 to 200 characters";
    case DecommissionRefusal::no_person:
      return "people decommission a box: a person's token is needed";
    case DecommissionRefusal::same_person:
      return "another person than the one who proposed it must confirm it";
    case DecommissionRefusal::wrong_state:
      return "that is done already: the point waits for a new box";
    case DecommissionRefusal::overtaken:
      return "another box has enrolled for the point since this was proposed: if that one is to end, propose "
             "it anew";
  }
  return "unknown refusal";
}

Uuid Decommissions::proposed_for(PointId point) const {
  for (const auto& [id, row] : state_.decommissions.rows())
    if (row.state.status() == v1::DECOMMISSION_PROPOSED && row.state.point() == point.to_octets() &&
        !state_.is_overtaken(id))
      return id;
  return {};
}

Decommissioned<Draft> Decommissions::propose(PointId point, const std::string& reason, const v1::Actor& actor,
                                             v1::Proof proof, const Instant& now) const {
  if (actor.kind() != v1::ACTOR_STAFF) return DecommissionRefusal::no_person;
  if (reason.empty() || reason.size() > longest_reason) return DecommissionRefusal::malformed;
  const auto node = state_.node_of(point);
  if (!node || node->is_nil()) return DecommissionRefusal::not_found;
  if (state_.waits_for_box(*node) || !proposed_for(point).is_nil()) return DecommissionRefusal::wrong_state;
  v1::Decommission proposal;
  proposal.set_point(point.to_octets());
  proposal.set_node(node->to_octets());
  proposal.set_reason(reason);
  proposal.set_status(v1::DECOMMISSION_PROPOSED);
  *proposal.mutable_proposed_by() = actor;
  Draft draft;
  draft.actor = actor;
  draft.proof = proof;
  draft.subject = {v1::DECOMMISSION, random_.uuid_v7(now.wall_ms)};
  draft.verb = v1::REGISTERED;
  draft.message = proposal.SerializeAsString();
  return draft;
}

Decommissioned<std::vector<Draft>> Decommissions::order(const Uuid& id, const v1::Actor& actor,
                                                        v1::Proof proof) const {
  if (actor.kind() != v1::ACTOR_STAFF) return DecommissionRefusal::no_person;
  const auto* row = state_.decommissions.find(id);
  const auto node = row ? NodeId::from_octets(row->state.node()) : std::nullopt;
  if (!node) return DecommissionRefusal::not_found;
  v1::Decommission ordered = row->state;
  if (ordered.status() != v1::DECOMMISSION_PROPOSED || state_.waits_for_box(*node))
    return DecommissionRefusal::wrong_state;
  if (state_.is_overtaken(id)) return DecommissionRefusal::overtaken;
  if (ordered.proposed_by().id() == actor.id()) return DecommissionRefusal::same_person;
  ordered.set_status(v1::DECOMMISSION_ORDERED);
  *ordered.mutable_ordered_by() = actor;
  for (const Epoch& life : state_.lives_of(*node))
    if (!state_.has_ended(*node, life)) ordered.add_epochs(life.value);

  std::vector<Draft> drafts{next_of({v1::DECOMMISSION, id}, row->record, v1::DECOMMISSIONED, ordered)};
  const auto end = [&](const SubjectKey& subject, const RecordKey& present) {
    if (present.origin != *node) return;
    if (auto draft = end_of(subject)) drafts.push_back(std::move(*draft));
  };
  for (const auto& [ticket, each] : state_.tickets.rows()) end({v1::TICKET, ticket}, each.record);
  for (const auto& [visit, each] : state_.visits.rows()) end({v1::VISIT, visit}, each.record);
  for (const auto& [request, each] : state_.requests.rows()) {
    if (each.state.owner() != node->to_octets() || each.state.status() != v1::REQUEST_ASKED ||
        each.record.origin != state_.central() || state_.answer_to(request))
      continue;
    v1::Request lapsed = each.state;
    lapsed.set_status(v1::REQUEST_LAPSED);
    drafts.push_back(next_of({v1::REQUEST, request}, each.record, v1::LAPSED, lapsed));
  }
  for (Draft& draft : drafts) {
    draft.actor = actor;
    draft.proof = proof;
  }
  return drafts;
}

std::optional<Draft> Decommissions::end_of(const SubjectKey& subject) const {
  if (subject.type == v1::TICKET) {
    const auto* row = state_.tickets.find(subject.id);
    if (!row || !is_open(row->state)) return std::nullopt;
    v1::Ticket ended = row->state;
    ended.set_status(v1::TICKET_ENDED);
    return next_of(subject, row->record, v1::DECOMMISSIONED, ended);
  }
  const auto* row = subject.type == v1::VISIT ? state_.visits.find(subject.id) : nullptr;
  if (!row || !is_open(row->state)) return std::nullopt;
  v1::Visit ended = row->state;
  ended.set_status(v1::VISIT_ENDED);
  return next_of(subject, row->record, v1::DECOMMISSIONED, ended);
}

std::optional<Draft> Decommissions::late(const Record& record) const {
  // What stands there may be another's by now: of the box that came in its place, or of another point.
  if (!is_of_ended_life(record.key) || state_.current(record.subject) != record.key) return std::nullopt;
  auto draft = end_of(record.subject);
  if (draft) by_rule(*draft, record.key);
  return draft;
}

std::vector<Draft> Decommissions::left_over() const {
  std::vector<Draft> drafts;
  const auto look = [&](const SubjectKey& subject, const RecordKey& present) {
    if (!is_of_ended_life(present)) return;
    auto draft = end_of(subject);
    if (!draft) return;
    by_rule(*draft, present);
    drafts.push_back(std::move(*draft));
  };
  for (const auto& [id, row] : state_.tickets.rows()) look({v1::TICKET, id}, row.record);
  for (const auto& [id, row] : state_.visits.rows()) look({v1::VISIT, id}, row.record);
  return drafts;
}

}  // namespace feldsher::central
