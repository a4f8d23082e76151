// PointNode and what screens ask of it: each ask gets one answer, after what is behind it is durable.
#include "edge-agent/agent/point_node.hpp"

namespace feldsher::edge {
namespace {

constexpr std::size_t answers_remembered = 4096;
// People wait this long for a restore; on a slow line it takes longer, and they are served with what is here.
constexpr std::uint64_t restore_patience_ms = 10'000;

}  // namespace

void PointNode::ask(const std::string& terminal, OctetsView octets, std::function<void(Octets)> reply) {
  v1::Ask ask;
  std::optional<AskId> id;
  if (octets.size() <= 64 * 1024 && ask.ParseFromArray(octets.data(), static_cast<int>(octets.size())))
    id = AskId::from_octets(ask.id());
  if (!id) return;  // Without an id there is nobody to answer.
  if (auto known = answers_.find(*id); known != answers_.end()) return reply(known->second);
  if (in_flight_.contains(*id)) return;  // Its answer is on its way.
  if (link_.restoring_for_less_than(restore_patience_ms) && ask.act_case() != v1::Ask::kPoint) {
    // Soon we know more; not remembered, so that asking again is answered.
    v1::Answer busy;
    busy.set_ask(ask.id());
    busy.set_refusal(v1::ASK_BUSY);
    busy.set_retry_after_s(1);
    return reply(busy.SerializeAsString());
  }
  const DeskTime time = turn();
  if (const auto refusal = desk_.refuses(ask, terminal, time))
    return act(ask, terminal, Outcome::refused(*refusal), time, std::move(reply));
  if (ask.act_case() == v1::Ask::kPoint) {
    v1::Answer answer;
    answer.set_ask(ask.id());
    *answer.mutable_point() = view();
    return reply(answer.SerializeAsString());
  }
  if (ask.act_case() == v1::Ask::kSetClock) {
    Outcome outcome;
    if (const auto refusal = desk_.refuses_clock(ask.set_clock(), time)) {
      outcome = Outcome::refused(*refusal);
    } else {
      set_clock(ask.set_clock());
      turn();
      outcome.answer.mutable_done();
    }
    return act(ask, terminal, std::move(outcome), time, std::move(reply));
  }
  if (ask.act_case() == v1::Ask::kSignIn) {
    auto verifier = desk_.pin_verifier(ask.sign_in(), terminal, time);
    if (auto* refused = std::get_if<Outcome>(&verifier))
      return act(ask, terminal, *refused, time, std::move(reply));
    in_flight_.insert(*id);
    return world_.check_pin(std::get<std::string>(verifier), ask.sign_in().pin(),
                            [this, ask, terminal, id = *id, reply = std::move(reply)](bool right) {
                              in_flight_.erase(id);
                              const DeskTime then = turn();
                              act(ask, terminal, desk_.signed_in(ask.sign_in(), terminal, right, then), then,
                                  reply);
                            });
  }
  act(ask, terminal, desk_.answer(ask, terminal, time), time, std::move(reply));
}

void PointNode::act(const v1::Ask& ask, const std::string& terminal, Outcome outcome, const DeskTime& time,
                    std::function<void(Octets)> reply) {
  const AskId id = *AskId::from_octets(ask.id());
  outcome.answer.set_ask(ask.id());
  Octets answer = outcome.answer.SerializeAsString();
  if (outcome.drafts.empty()) {
    auto tell = [this, id, answer = std::move(answer), reply = std::move(reply)] {
      in_flight_.erase(id);
      answers_[id] = answer;
      answers_order_.push_back(id);
      if (answers_order_.size() > answers_remembered) {
        answers_.erase(answers_order_.front());
        answers_order_.pop_front();
      }
      reply(answer);
    };
    if (unsettled_ == 0) return tell();
    // It may tell of acts that are on their way to the disk ("you are checked in already"): after them.
    in_flight_.insert(id);
    return world_.ledger.submit({}, std::move(tell));
  }
  std::map<SubjectKey, Octets> before;
  for (const Draft& draft : outcome.drafts) {
    if (draft.subject.type == v1::TICKET)
      if (const auto* row = state_.tickets.find(draft.subject.id))
        before[draft.subject] = row->state.SerializeAsString();
    if (draft.subject.type == v1::VISIT)
      if (const auto* row = state_.visits.find(draft.subject.id))
        before[draft.subject] = row->state.SerializeAsString();
  }
  in_flight_.insert(id);
  Transaction transaction;
  transaction.answered.push_back({id, answer});
  write(v1::ACTS, outcome.drafts, std::move(transaction), [this, id, answer, reply = std::move(reply)] {
    in_flight_.erase(id);
    answers_[id] = answer;
    reply(answer);
  });
  std::vector<std::pair<SubjectKey, RecordKey>> made;
  for (const Draft& draft : outcome.drafts) made.emplace_back(draft.subject, *state_.current(draft.subject));
  desk_.wrote(id, made, before, terminal, time);
}

}  // namespace feldsher::edge
