#include <set>

#include "edge-agent/desk/desk.hpp"

namespace feldsher::edge {
namespace {

constexpr std::size_t max_comment_octets = 4000;  // 1,000 characters of up to four octets.

}  // namespace

Outcome Desk::open_survey(const v1::OpenSurvey& ask, const Asker& asker, const DeskTime& now) {
  const std::string door = "survey " + asker.terminal;
  if (std::uint32_t wait = tries_.closed_for_s(door, now.instant.since_boot_ms))
    return Outcome::refused(v1::ASK_TOO_MANY_TRIES, wait);
  const auto* visit = visit_with_code(ask.code(), now.day);
  if (!visit || !state_.survey()) {
    tries_.failed(door, for_patients, now.instant.since_boot_ms);
    return Outcome::refused(v1::ASK_CODE_UNKNOWN);
  }
  tries_.succeeded(door);
  if (visit->second.state.surveyed()) return Outcome::refused(v1::ASK_ALREADY_ANSWERED);
  const v1::VisitStatus status = visit->second.state.status();
  if (status == v1::VISIT_ARRIVED || status == v1::VISIT_IN_PROGRESS)
    return Outcome::refused(v1::ASK_WRONG_STATE);
  // Whoever was absent, or was taken back, will never be asked: only a person can help.
  if (status != v1::VISIT_FINISHED) return Outcome::refused(v1::ASK_NOT_ALLOWED);
  Outcome outcome;
  *outcome.answer.mutable_survey()->mutable_survey() = *state_.survey();
  if (const auto* service = state_.services.find(visit->second.state.service()))
    *outcome.answer.mutable_survey()->mutable_service() = service->state.name();
  return outcome;
}

Outcome Desk::answer_survey(const v1::AnswerSurvey& ask, const Asker& asker, const DeskTime& now) {
  v1::OpenSurvey open;
  open.set_code(ask.code());
  Outcome opened = open_survey(open, asker, now);
  if (opened.answer.refusal() != v1::ASK_GRANTED) return opened;
  if (ask.comment().size() > max_comment_octets || ask.items().empty())
    return Outcome::refused(v1::ASK_MALFORMED);
  std::set<std::string> answered;
  for (const v1::SurveyItem& item : ask.items()) {
    const v1::SurveyQuestion* question = nullptr;
    for (const v1::SurveyQuestion& asked : state_.survey()->questions())
      if (asked.link_id() == item.link_id()) question = &asked;
    // Eleven steps run 0..10; all other scales begin at 1.
    const bool from_zero = question && question->scale() == 11;
    if (!question || item.scale() != question->scale() ||
        item.value() > (from_zero ? 10 : question->scale()) || (!from_zero && item.value() == 0) ||
        !answered.insert(item.link_id()).second)
      return Outcome::refused(v1::ASK_MALFORMED);
  }
  const auto* entry = visit_with_code(ask.code(), now.day);
  v1::Visit visit = entry->second.state;
  visit.set_surveyed(true);
  v1::SurveyAnswer said;
  said.set_visit(entry->first.to_octets());
  *said.mutable_items() = ask.items();
  said.set_comment(ask.comment());
  said.set_day(visit.day());
  said.set_service(visit.service());
  // The actor is a patient of no name: an answer must not lead back to a person by its header.
  v1::Actor actor;
  actor.set_kind(v1::ACTOR_PATIENT);
  actor.set_id(Uuid{}.to_octets());
  Outcome outcome;
  outcome.drafts.push_back(draft(v1::SURVEY_ANSWER, random_.uuid_v7(now.instant.wall_ms), v1::ANSWERED, said,
                                 actor, v1::PROOF_TOKEN));
  outcome.drafts.push_back(draft(v1::VISIT, entry->first, v1::CHANGED, visit, actor, v1::PROOF_TOKEN));
  outcome.answer.mutable_done();
  return outcome;
}

}  // namespace feldsher::edge
