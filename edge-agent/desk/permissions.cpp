#include "edge-agent/desk/permissions.hpp"

#include <algorithm>
#include <array>

namespace feldsher::edge {
namespace {

constexpr Leave no = Leave::no, plain = Leave::plain, own = Leave::own, yes = Leave::yes;

/// Whether somebody must be signed in.
enum class Door { open, pin };
constexpr Door open = Door::open, pin = Door::pin;

struct Rule {
  v1::Ask::ActCase act;
  Leave check_in, survey, board, room, reception;
  Door door;
  Leave doctor, registrar, nurse, manager;
};

/// Who may do what, all of it (X2, X5). A person may what any of their roles may.
///
/// A registrar keeps the list and the queue, and calls nobody into a room. A doctor works in a room, and sees
/// neither the day's list nor others' queues. A nurse may do both but makes no bookings. A manager rules
/// over shifts, minutes and rooms, and sees no patient.
constexpr std::array rules{
    //    act                      check-in survey board room reception       doctor registrar nurse manager
    Rule{v1::Ask::kCatalogue, yes, yes, yes, yes, yes, open, yes, yes, yes, yes},
    Rule{v1::Ask::kPoint, yes, yes, yes, yes, yes, open, yes, yes, yes, yes},
    Rule{v1::Ask::kCheckInByPass, yes, no, no, no, yes, open, yes, yes, yes, yes},
    Rule{v1::Ask::kCheckInByPhone, yes, no, no, no, yes, open, yes, yes, yes, yes},
    Rule{v1::Ask::kWalkIn, plain, no, no, no, yes, open, no, yes, yes, no},
    Rule{v1::Ask::kOpenSurvey, no, yes, no, no, no, open, yes, yes, yes, yes},
    Rule{v1::Ask::kAnswerSurvey, no, yes, no, no, no, open, yes, yes, yes, yes},
    Rule{v1::Ask::kSignIn, no, no, no, yes, yes, open, yes, yes, yes, yes},
    Rule{v1::Ask::kSignOut, no, no, no, yes, yes, open, yes, yes, yes, yes},
    Rule{v1::Ask::kRoom, no, no, no, own, no, pin, yes, no, yes, no},
    Rule{v1::Ask::kCallNext, no, no, no, own, no, pin, yes, no, yes, no},
    Rule{v1::Ask::kCallAgain, no, no, no, own, no, pin, yes, no, yes, no},
    Rule{v1::Ask::kSkip, no, no, no, own, yes, pin, yes, yes, yes, no},
    Rule{v1::Ask::kTransfer, no, no, no, own, yes, pin, yes, yes, yes, no},
    Rule{v1::Ask::kServe, no, no, no, own, no, pin, yes, no, yes, no},
    Rule{v1::Ask::kFinish, no, no, no, own, no, pin, yes, no, yes, no},
    Rule{v1::Ask::kReception, no, no, no, no, yes, pin, no, yes, yes, no},
    Rule{v1::Ask::kMarkPresent, no, no, no, no, yes, pin, no, yes, yes, no},
    Rule{v1::Ask::kPrioritise, no, no, no, no, yes, pin, no, yes, yes, no},
    Rule{v1::Ask::kUndo, no, no, no, yes, yes, pin, yes, yes, yes, no},
    Rule{v1::Ask::kFreeMinutes, no, no, no, no, yes, pin, yes, yes, yes, yes},
    Rule{v1::Ask::kBook, no, no, no, no, yes, pin, no, yes, no, no},
    Rule{v1::Ask::kCancel, no, no, no, no, yes, pin, no, yes, no, no},
    Rule{v1::Ask::kReturnMinutes, no, no, no, no, yes, pin, no, yes, no, yes},
    Rule{v1::Ask::kSetClock, no, no, no, no, yes, pin, no, yes, yes, yes},
    Rule{v1::Ask::kSetRoomReady, no, no, no, own, yes, pin, yes, yes, yes, yes},
    Rule{v1::Ask::kAdjustShift, no, no, no, own, yes, pin, own, yes, no, yes},
};

const Rule* rule_for(v1::Ask::ActCase act) {
  const auto at = std::ranges::find(rules, act, &Rule::act);
  return at == rules.end() ? nullptr : &*at;
}

/// The list of this point: its row of that name, and whether there is a list.
struct Listed {
  const v1::Terminal* terminal = nullptr;
  bool any = false;
};

Listed listed(const PointState& state, const std::string& name) {
  const Octets here = state.point_id().to_octets();
  Listed found;
  for (const auto& [id, row] : state.terminals.rows()) {
    if (row.state.point() != here) continue;
    found.any = true;  // Also one that was put away: then the list was there, and is empty now.
    if (row.state.name() == name && row.verb != v1::ARCHIVED) found.terminal = &row.state;
  }
  return found;
}

bool names_somebody(const v1::WalkIn& ask) {
  return !ask.patient().empty() || ask.priority() != v1::PRIORITY_ORDINARY;
}

/// The room that the act is about; empty when it is about none, or about nothing that is known here.
std::string room_of(const PointState& state, const v1::Ask& ask) {
  const auto of_ticket = [&](const std::string& id) {
    const auto* row = state.tickets.find(id);
    return row ? row->state.room() : std::string();
  };
  switch (ask.act_case()) {
    case v1::Ask::kRoom:
      return ask.room().room();
    case v1::Ask::kCallNext:
      return ask.call_next().room();
    case v1::Ask::kSetRoomReady:
      return ask.set_room_ready().room();
    case v1::Ask::kCallAgain:
      return of_ticket(ask.call_again().ticket());
    case v1::Ask::kSkip:
      return of_ticket(ask.skip().ticket());
    case v1::Ask::kTransfer:
      return of_ticket(ask.transfer().ticket());
    case v1::Ask::kServe:
      return of_ticket(ask.serve().ticket());
    case v1::Ask::kFinish:
      return of_ticket(ask.finish().ticket());
    case v1::Ask::kAdjustShift: {
      const auto* row = state.shifts.find(ask.adjust_shift().shift());
      return row ? row->state.room() : std::string();
    }
    default:
      return {};
  }
}

bool in_own_shift(const PointState& state, const v1::Ask& ask, const PractitionerId& person) {
  const auto* row = state.shifts.find(ask.adjust_shift().shift());
  return row && row->state.practitioner() == person.to_octets();
}

bool screen_may(const PointState& state, const v1::Ask& ask, const v1::Terminal& terminal) {
  const auto screen = screen_named(terminal.role());
  if (!screen) return false;
  switch (leave_of(ask.act_case(), *screen)) {
    case Leave::no:
      return false;
    case Leave::plain:
      return !names_somebody(ask.walk_in());
    case Leave::own: {
      const std::string room = room_of(state, ask);
      return terminal.room().empty() || room.empty() || room == terminal.room();
    }
    case Leave::yes:
      return true;
  }
  return false;
}

bool person_may(const PointState& state, const v1::Ask& ask, const PractitionerId& person) {
  const auto* row = state.practitioners.find(person.uuid);
  if (!row) return false;
  return std::ranges::any_of(row->state.roles(), [&](int role) {
    const Leave leave = leave_of(ask.act_case(), static_cast<v1::Role>(role));
    return leave == yes || (leave == own && in_own_shift(state, ask, person));
  });
}

}  // namespace

std::optional<Screen> screen_named(std::string_view role) {
  if (role == "check-in") return Screen::check_in;
  if (role == "survey") return Screen::survey;
  if (role == "board") return Screen::board;
  if (role == "room") return Screen::room;
  if (role == "reception") return Screen::reception;
  return std::nullopt;
}

Leave leave_of(v1::Ask::ActCase act, Screen screen) {
  const Rule* rule = rule_for(act);
  if (!rule) return no;
  switch (screen) {
    case Screen::check_in:
      return rule->check_in;
    case Screen::survey:
      return rule->survey;
    case Screen::board:
      return rule->board;
    case Screen::room:
      return rule->room;
    case Screen::reception:
      return rule->reception;
  }
  return no;
}

Leave leave_of(v1::Ask::ActCase act, v1::Role role) {
  const Rule* rule = rule_for(act);
  if (!rule) return no;
  switch (role) {
    case v1::DOCTOR:
      return rule->doctor;
    case v1::REGISTRAR:
      return rule->registrar;
    case v1::NURSE:
      return rule->nurse;
    case v1::MANAGER:
      return rule->manager;
    default:
      return no;
  }
}

bool open_to_all(v1::Ask::ActCase act) {
  const Rule* rule = rule_for(act);
  return rule && rule->door == open;
}

std::optional<v1::AskRefusal> refusal_of(const PointState& state, const v1::Ask& ask,
                                         const std::string& terminal,
                                         const std::optional<PractitionerId>& staff) {
  const Listed found = listed(state, terminal);
  if (!found.any) {
    const bool looks = ask.act_case() == v1::Ask::kCatalogue || ask.act_case() == v1::Ask::kPoint;
    return looks ? std::nullopt : std::optional(v1::ASK_NOT_ALLOWED);
  }
  if (!found.terminal) return v1::ASK_NOT_ALLOWED;
  if (!rule_for(ask.act_case())) return v1::ASK_MALFORMED;
  if (!screen_may(state, ask, *found.terminal)) return v1::ASK_NOT_ALLOWED;
  if (staff) return person_may(state, ask, *staff) ? std::nullopt : std::optional(v1::ASK_NOT_ALLOWED);
  const bool needs_pin = !open_to_all(ask.act_case()) || (ask.has_walk_in() && names_somebody(ask.walk_in()));
  return needs_pin ? std::optional(v1::ASK_NOT_SIGNED_IN) : std::nullopt;
}

}  // namespace feldsher::edge
