#include "edge-agent/desk/desk.hpp"

#include <algorithm>

#include "edge-agent/desk/permissions.hpp"
#include "protocol/civil/days.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr std::uint64_t undo_ms = 30'000;
constexpr std::uint64_t undo_known_ms = 10 * undo_ms;  // So long the answer is "too late", not "no such act".

/// A screen asks these again by itself: they keep nobody signed in (X3).
bool only_looks(v1::Ask::ActCase act) { return act == v1::Ask::kRoom || act == v1::Ask::kReception; }

std::string door_of(OctetsView practitioner) { return "pin " + to_hex(practitioner); }
std::string door_at(const std::string& terminal) { return "pin at " + terminal; }

}  // namespace

Outcome Outcome::refused(v1::AskRefusal refusal, std::uint32_t retry_after_s) {
  Outcome outcome;
  outcome.answer.set_refusal(refusal);
  outcome.answer.set_retry_after_s(retry_after_s);
  return outcome;
}

Desk::Desk(const PointState& state, Zone zone, Random& random, PassReader read_pass)
    : state_(state), zone_(std::move(zone)), random_(random), read_pass_(std::move(read_pass)) {}

DeskTime Desk::time(const Instant& now, std::int64_t floor_ms) const {
  DeskTime time{now, 0, {}, now.trust == v1::TRUST_UNSET};
  time.instant.wall_ms = std::max(now.wall_ms, floor_ms);
  time.minute = time.instant.wall_ms / 60'000;
  time.day = zone_.day(time.minute);
  return time;
}

Outcome Desk::answer(const v1::Ask& ask, const std::string& terminal, const DeskTime& now) {
  const Asker asker{terminal, person(ask, terminal, now)};
  if (auto refusal = refusal_of(state_, ask, terminal, asker.staff)) return Outcome::refused(*refusal);
  Outcome outcome;
  switch (ask.act_case()) {
    case v1::Ask::kCheckInByPass:
      return check_in_by_pass(ask.check_in_by_pass(), asker, now);
    case v1::Ask::kCheckInByPhone:
      return check_in_by_phone(ask.check_in_by_phone(), asker, now);
    case v1::Ask::kWalkIn:
      return walk_in(ask.walk_in(), asker, now);
    case v1::Ask::kCatalogue:
      *outcome.answer.mutable_catalogue() = catalogue();
      return outcome;
    case v1::Ask::kOpenSurvey:
      return open_survey(ask.open_survey(), asker, now);
    case v1::Ask::kAnswerSurvey:
      return answer_survey(ask.answer_survey(), asker, now);
    case v1::Ask::kSignOut:
      if (auto session = SessionId::from_octets(ask.session())) sessions_.close(*session);
      outcome.answer.mutable_done();
      return outcome;
    case v1::Ask::kRoom: {
      auto room = Uuid::from_octets(ask.room().room());
      if (!room || !state_.rooms.find(*room)) return Outcome::refused(v1::ASK_NOT_FOUND);
      *outcome.answer.mutable_room() = room_view(*room, now);
      return outcome;
    }
    case v1::Ask::kCallNext:
      return call_next(ask.call_next(), asker, now);
    case v1::Ask::kCallAgain:
      return call_again(ask.call_again(), asker, now);
    case v1::Ask::kSkip:
      return skip(ask.skip(), asker, now);
    case v1::Ask::kTransfer:
      return transfer(ask.transfer(), asker, now);
    case v1::Ask::kServe:
      return serve(ask.serve(), asker, now);
    case v1::Ask::kFinish:
      return finish(ask.finish(), asker, now);
    case v1::Ask::kReception:
      return reception(asker, now);
    case v1::Ask::kMarkPresent:
      return mark_present(ask.mark_present(), asker, now);
    case v1::Ask::kPrioritise:
      return prioritise(ask.prioritise(), asker, now);
    case v1::Ask::kUndo:
      return undo(ask.undo(), asker, now);
    case v1::Ask::kFreeMinutes:
      return free_minutes(ask.free_minutes(), now);
    case v1::Ask::kBook:
      return book(ask.book(), asker, now);
    case v1::Ask::kCancel:
      return cancel(ask.cancel(), asker, now);
    case v1::Ask::kReturnMinutes:
      return return_minutes(ask.return_minutes(), asker, now);
    case v1::Ask::kSetRoomReady:
      return set_room_ready(ask.set_room_ready(), asker, now);
    case v1::Ask::kAdjustShift:
      return adjust_shift(ask.adjust_shift(), asker, now);
    default:
      return Outcome::refused(v1::ASK_MALFORMED);
  }
}

std::optional<PractitionerId> Desk::person(const v1::Ask& ask, const std::string& terminal,
                                           const DeskTime& now) {
  auto session = SessionId::from_octets(ask.session());
  if (!session) return std::nullopt;
  auto person = sessions_.person(*session, terminal, now.instant.since_boot_ms);
  if (person && !only_looks(ask.act_case())) sessions_.acted(*session, now.instant.since_boot_ms);
  return person;
}

std::vector<Draft> Desk::day_known(const DeskTime& guess, const DeskTime& now,
                                   const std::function<bool(const RecordKey&)>& ours) const {
  v1::Actor rule;
  rule.set_kind(v1::ACTOR_RULE);
  rule.set_rule("day-known@1");
  std::vector<Draft> drafts;
  for (const Uuid& id : state_.visits_of(guess.day)) {
    const auto* row = state_.visits.find(id);
    if (!ours(row->record)) continue;
    v1::Visit visit = row->state;
    visit.set_day(now.day);
    drafts.push_back(draft(v1::VISIT, id, v1::CHANGED, visit, rule, v1::PROOF_NONE));
  }
  for (const Uuid& id : state_.tickets_of(guess.day)) {
    const auto* row = state_.tickets.find(id);
    if (!ours(row->record)) continue;
    v1::Ticket ticket = row->state;
    ticket.set_day(now.day);
    ticket.set_queued_ms(ticket.queued_ms() + now.instant.wall_ms - guess.instant.wall_ms);
    drafts.push_back(draft(v1::TICKET, id, v1::CHANGED, ticket, rule, v1::PROOF_NONE));
  }
  return drafts;
}

std::optional<v1::AskRefusal> Desk::refuses(const v1::Ask& ask, const std::string& terminal,
                                            const DeskTime& now) {
  return refusal_of(state_, ask, terminal, person(ask, terminal, now));
}

std::optional<v1::AskRefusal> Desk::refuses_clock(const v1::SetClock& ask, const DeskTime& now) const {
  if (!now.clock_unset) return v1::ASK_NOT_ALLOWED;
  // A person says the time to the minute: the minute that the floor lies in is not before it.
  const std::int64_t floor_ms = std::max(now.instant.wall_ms, clock_floor_ms_);
  if (ask.wall_ms() / ms_a_minute < floor_ms / ms_a_minute) return v1::ASK_BEFORE_FLOOR;
  return std::nullopt;
}

std::variant<std::string, Outcome> Desk::pin_verifier(const v1::SignIn& ask, const std::string& terminal,
                                                      const DeskTime& now) {
  const auto* person = state_.practitioners.find(ask.practitioner());
  if (!person || person->state.pin_verifier().empty()) return Outcome::refused(v1::ASK_NOT_FOUND);
  if (!state_.works_here(person->state)) return Outcome::refused(v1::ASK_NOT_ALLOWED);
  if (std::uint32_t wait = pin_closed_for_s(ask, terminal, now))
    return Outcome::refused(v1::ASK_LOCKED, wait);
  return person->state.pin_verifier();
}

std::uint32_t Desk::pin_closed_for_s(const v1::SignIn& ask, const std::string& terminal,
                                     const DeskTime& now) const {
  return std::max(tries_.closed_for_s(door_of(ask.practitioner()), now.instant.since_boot_ms),
                  tries_.closed_for_s(door_at(terminal), now.instant.since_boot_ms));
}

Outcome Desk::signed_in(const v1::SignIn& ask, const std::string& terminal, bool pin_right,
                        const DeskTime& now) {
  const auto* person = state_.practitioners.find(ask.practitioner());
  if (!person) return Outcome::refused(v1::ASK_NOT_FOUND);
  // PINs are checked slowly and side by side: one that was right comes too late when the door has closed
  // meanwhile.
  if (std::uint32_t wait = pin_closed_for_s(ask, terminal, now))
    return Outcome::refused(v1::ASK_LOCKED, wait);
  if (!pin_right) {
    tries_.failed(door_of(ask.practitioner()), for_a_pin, now.instant.since_boot_ms);
    tries_.failed(door_at(terminal), for_pins_at_a_terminal, now.instant.since_boot_ms);
    if (std::uint32_t wait = pin_closed_for_s(ask, terminal, now))
      return Outcome::refused(v1::ASK_LOCKED, wait);
    return Outcome::refused(v1::ASK_PIN_WRONG);
  }
  tries_.succeeded(door_of(ask.practitioner()));
  tries_.succeeded(door_at(terminal));
  Outcome outcome;
  v1::SignedIn& signed_in = *outcome.answer.mutable_signed_in();
  PractitionerId id{*Uuid::from_octets(ask.practitioner())};
  signed_in.set_session(sessions_.open(id, terminal, now.instant.since_boot_ms, random_).to_octets());
  *signed_in.mutable_name() = person->state.name();
  *signed_in.mutable_roles() = person->state.roles();
  signed_in.set_lock_after_s(Sessions::idle_ms / 1000);
  return outcome;
}

void Desk::wrote(AskId ask, std::vector<std::pair<SubjectKey, RecordKey>> made,
                 std::map<SubjectKey, Octets> before, const std::string& terminal, const DeskTime& now) {
  std::erase_if(last_acts_, [&](const auto& entry) {
    return now.instant.since_boot_ms - entry.second.at_ms > undo_known_ms;
  });
  last_acts_[ask] = {terminal, now.instant.since_boot_ms, std::move(made), std::move(before)};
}

Draft Desk::draft(v1::EntityType type, const Uuid& id, v1::Verb verb,
                  const google::protobuf::MessageLite& state, const v1::Actor& actor, v1::Proof proof) const {
  Draft draft;
  draft.actor = actor;
  draft.proof = proof;
  draft.subject = {type, id};
  draft.verb = verb;
  draft.message = state.SerializeAsString();
  if (auto current = state_.current(draft.subject)) draft.bases.push_back(*current);
  return draft;
}

Draft Desk::staff_draft(v1::EntityType type, const Uuid& id, v1::Verb verb,
                        const google::protobuf::MessageLite& state, const Asker& asker) const {
  ensure(asker.staff.has_value(), "a staff act has a person");
  v1::Actor actor;
  actor.set_kind(v1::ACTOR_STAFF);
  actor.set_id(asker.staff->to_octets());
  return draft(type, id, verb, state, actor, v1::PROOF_PIN);
}

Outcome Desk::undo(const v1::Undo& ask, const Asker& asker, const DeskTime& now) {
  auto id = AskId::from_octets(ask.ask());
  auto act = id ? last_acts_.find(*id) : last_acts_.end();
  if (act == last_acts_.end() || act->second.terminal != asker.terminal)
    return Outcome::refused(v1::ASK_NOT_FOUND);
  if (now.instant.since_boot_ms - act->second.at_ms > undo_ms) return Outcome::refused(v1::ASK_TOO_LATE);
  Outcome outcome;
  for (const auto& [subject, made] : act->second.made) {
    // Somebody has gone on from there: taking it back would take back their act too.
    if (state_.current(subject) != made) return Outcome::refused(v1::ASK_WRONG_STATE);
    auto before = act->second.before.find(subject);
    if (subject.type == v1::TICKET) {
      v1::Ticket ticket = state_.tickets.find(subject.id)->state;
      if (before == act->second.before.end())
        ticket.set_status(v1::TICKET_UNDONE);
      else
        ticket.ParseFromString(before->second);
      outcome.drafts.push_back(staff_draft(subject.type, subject.id, v1::UNDONE, ticket, asker));
      outcome.answer.mutable_done()->set_ticket(subject.id.to_octets());
    } else if (subject.type == v1::VISIT) {
      v1::Visit visit = state_.visits.find(subject.id)->state;
      if (before == act->second.before.end())
        visit.set_status(v1::VISIT_UNDONE);
      else
        visit.ParseFromString(before->second);
      outcome.drafts.push_back(staff_draft(subject.type, subject.id, v1::UNDONE, visit, asker));
    } else {
      return Outcome::refused(v1::ASK_WRONG_STATE);
    }
  }
  outcome.answer.mutable_done();
  return outcome;
}

}  // namespace feldsher::edge
