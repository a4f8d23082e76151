#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "edge-agent/desk/point_state.hpp"
#include "edge-agent/desk/sessions.hpp"
#include "protocol/civil/civil.hpp"
#include "protocol/contracts/bus.pb.h"
#include "protocol/record/world.hpp"

namespace feldsher::edge {

/// Now, as the desk sees it.
struct DeskTime {
  Instant instant;           ///< Wall clock never below the floor (the last record's stamp).
  std::int64_t minute = 0;   ///< Of `instant`.
  std::string day;           ///< Local day of the point.
  bool clock_unset = false;  ///< Nobody has set the clock: the day is a guess.
};

/// Who asks, from where.
struct Asker {
  std::string terminal;                 ///< From the topic, which the broker's ACL proves.
  std::optional<PractitionerId> staff;  ///< Signed in at that terminal.
};

/// What the desk answers to one ask: the answer, and the records of one transaction.
struct Outcome {
  v1::Answer answer;
  std::vector<Draft> drafts;

  static Outcome refused(v1::AskRefusal refusal, std::uint32_t retry_after_s = 0);
};

/// Checks a pass offline: what it says, or why it is not one.
struct ReadPass {
  v1::AskRefusal refusal = v1::ASK_GRANTED;
  AppointmentId appointment;
  PatientId patient;
  PointId point;
  std::string day;
};
using PassReader = std::function<ReadPass(const std::string& text)>;

/// The desk of a point: turns asks into answers and records.
///
/// Pure but for what is said here: it remembers tries, sessions and the last acts for undo in memory,
/// and they are lost with the process, which makes nobody's promise false.
class Desk {
 public:
  Desk(const PointState& state, Zone zone, Random& random, PassReader read_pass);

  DeskTime time(const Instant& now, std::int64_t floor_ms) const;

  /// Why this screen and this person may not ask that (permissions.hpp); nothing when they may. `answer`
  /// looks by itself: this is for what is answered elsewhere.
  std::optional<v1::AskRefusal> refuses(const v1::Ask& ask, const std::string& terminal, const DeskTime& now);
  /// Why a person may not set the clock to that: somebody has set it, or it is before the last record or the
  /// floor.
  std::optional<v1::AskRefusal> refuses_clock(const v1::SetClock& ask, const DeskTime& now) const;

  /// No true time is before this, Unix ms: when the software was made.
  void set_clock_floor(std::int64_t wall_ms) { clock_floor_ms_ = wall_ms; }
  /// How long an owner may take to answer a request, on the monotonic clock.
  void set_request_patience(std::uint64_t ms) { request_patience_ms_ = ms; }
  void set_disk(v1::DiskRoom disk) { disk_ = disk; }

  /// Everything but SignIn, which needs a slow hash: see `pin_verifier` and `signed_in`.
  Outcome answer(const v1::Ask& ask, const std::string& terminal, const DeskTime& now);

  /// The Argon2id verifier to check a PIN against; a refusal when the person may not sign in now.
  std::variant<std::string, Outcome> pin_verifier(const v1::SignIn& ask, const std::string& terminal,
                                                  const DeskTime& now);
  /// The check is done.
  Outcome signed_in(const v1::SignIn& ask, const std::string& terminal, bool pin_right, const DeskTime& now);

  /// What the rules have to say now (absent, lapsed requests): the records of one transaction each.
  std::vector<std::vector<Draft>> due(const DeskTime& now);

  /// The person who is signed in at the terminal and asks; nothing when nobody is.
  std::optional<PractitionerId> person(const v1::Ask& ask, const std::string& terminal, const DeskTime& now);

  /// The day was a guess and is known now: what was queued under the guess since this agent started (as
  /// `ours` tells of a record) goes over to the true day. The records of one transaction; none when there is
  /// nothing to put right.
  std::vector<Draft> day_known(const DeskTime& guess, const DeskTime& now,
                               const std::function<bool(const RecordKey&)>& ours) const;

  /// The records of an act were written: an undo may take them back for a while.
  void wrote(AskId ask, std::vector<std::pair<SubjectKey, RecordKey>> made,
             std::map<SubjectKey, Octets> before, const std::string& terminal, const DeskTime& now);

  v1::BoardSnapshot board(const DeskTime& now) const;
  const Zone& zone() const { return zone_; }

 private:
  // check_in.cpp
  Outcome check_in_by_pass(const v1::CheckInByPass& ask, const Asker& asker, const DeskTime& now);
  Outcome check_in_by_phone(const v1::CheckInByPhone& ask, const Asker& asker, const DeskTime& now);
  Outcome walk_in(const v1::WalkIn& ask, const Asker& asker, const DeskTime& now);
  Outcome mark_present(const v1::MarkPresent& ask, const Asker& asker, const DeskTime& now);
  struct Arrival {
    Uuid patient, appointment, service;
    v1::Actor actor;
    v1::Proof proof = v1::PROOF_NONE;
    v1::Priority priority = v1::PRIORITY_ORDINARY;
    bool not_in_schedule = false;
  };
  Outcome admit(const Arrival& arrival, const DeskTime& now);
  std::uint32_t pin_closed_for_s(const v1::SignIn& ask, const std::string& terminal,
                                 const DeskTime& now) const;
  Outcome already_here(const Uuid& visit_id, const v1::Visit& visit, const DeskTime& now);
  /// A person says that somebody who was marked absent is here after all.
  Outcome reopen(const Uuid& visit_id, const v1::Visit& visit, const Asker& asker, const DeskTime& now);
  void tell(v1::CheckedIn& told, const Uuid& visit_id, const v1::Visit& visit, const DeskTime& now) const;
  std::string next_label(const v1::Service& service, const std::string& day) const;
  std::string new_survey_code(const std::string& day);
  const std::pair<const Uuid, Row<v1::Visit>>* visit_with_code(const std::string& code,
                                                               const std::string& day) const;

  // serving.cpp
  Outcome call_next(const v1::CallNext& ask, const Asker& asker, const DeskTime& now);
  bool waits_for_suspended_shift(const v1::Ticket& ticket) const;
  Outcome call_again(const v1::CallAgain& ask, const Asker& asker, const DeskTime& now);
  Outcome skip(const v1::Skip& ask, const Asker& asker, const DeskTime& now);
  Outcome transfer(const v1::Transfer& ask, const Asker& asker, const DeskTime& now);
  Outcome serve(const v1::Serve& ask, const Asker& asker, const DeskTime& now);
  Outcome finish(const v1::Finish& ask, const Asker& asker, const DeskTime& now);

  // survey.cpp
  Outcome open_survey(const v1::OpenSurvey& ask, const Asker& asker, const DeskTime& now);
  Outcome answer_survey(const v1::AnswerSurvey& ask, const Asker& asker, const DeskTime& now);

  // reception.cpp
  Outcome reception(const Asker& asker, const DeskTime& now);
  Outcome prioritise(const v1::Prioritise& ask, const Asker& asker, const DeskTime& now);
  Outcome undo(const v1::Undo& ask, const Asker& asker, const DeskTime& now);
  Outcome set_room_ready(const v1::SetRoomReady& ask, const Asker& asker, const DeskTime& now);
  Outcome adjust_shift(const v1::AdjustShift& ask, const Asker& asker, const DeskTime& now);

  // booking.cpp
  Outcome free_minutes(const v1::AskFreeMinutes& ask, const DeskTime& now) const;
  Outcome book(const v1::Book& ask, const Asker& asker, const DeskTime& now);
  Outcome cancel(const v1::CancelAppointment& ask, const Asker& asker, const DeskTime& now);
  Outcome return_minutes(const v1::ReturnMinutes& ask, const Asker& asker, const DeskTime& now);

  v1::RequestOutcome grant_booking(const Uuid& request_id, const v1::Request& request, const v1::Actor& rule,
                                   const DeskTime& now, std::vector<Draft>& drafts) const;
  v1::RequestOutcome grant_cancelling(const v1::Request& request, const v1::Actor& rule,
                                      std::vector<Draft>& drafts) const;
  v1::RequestOutcome grant_return(const v1::Request& request, const v1::Actor& rule, const DeskTime& now,
                                  std::vector<Draft>& drafts);

 public:
  /// Central asked for something in our minutes (a Request of the feed): our answer, or nothing when it
  /// is answered already or not ours to answer.
  std::vector<Draft> answer_request(const Uuid& request, const DeskTime& now);
  /// Requests of ours that nobody has answered, and that have not lapsed.
  std::uint32_t open_requests() const;

 private:
  // lapse_rule.cpp
  /// Requests of ours lapse when their slot has begun and the clock can be believed, or when the owner has
  /// taken longer than the patience of this run: what lies between two runs is not measured. A grant that
  /// comes all the same stands, for the owner has booked its own minutes: the appointment is shown, and the
  /// lapsed request is not.
  std::vector<std::vector<Draft>> lapses(const DeskTime& now);
  /// Those that lapsed today and were not answered since.
  std::uint32_t lapsed_requests(const DeskTime& now) const;

  // ended.cpp
  /// Tickets of today that ended with the box that was here before, by their appointments; walk-ins have
  /// none.
  std::multimap<Octets, const v1::Ticket*> ended_tickets(const DeskTime& now) const;
  /// Shows those whose people may still sit here and have not checked in again, in the order of queueing.
  void show_ended(v1::BoardSnapshot& board, const DeskTime& now) const;

  // views.cpp
  v1::Catalogue catalogue() const;
  v1::RoomView room_view(const Uuid& room, const DeskTime& now) const;
  v1::ReceptionView reception_view(const DeskTime& now) const;
  v1::StaffTicket staff_ticket(const Uuid& id, const v1::Ticket& ticket, const DeskTime& now) const;
  /// Of the queue, as far as the clock can be believed: while it is unset, slots say nothing.
  double urgency(const v1::Ticket& ticket, const DeskTime& now) const;
  std::vector<Uuid> waiting(const DeskTime& now, const std::function<bool(const v1::Ticket&)>& wanted) const;
  std::string room_label(OctetsView room) const;

  Draft draft(v1::EntityType type, const Uuid& id, v1::Verb verb, const google::protobuf::MessageLite& state,
              const v1::Actor& actor, v1::Proof proof) const;
  Draft staff_draft(v1::EntityType type, const Uuid& id, v1::Verb verb,
                    const google::protobuf::MessageLite& state, const Asker& asker) const;

  struct LastAct {
    std::string terminal;
    std::uint64_t at_ms = 0;
    std::vector<std::pair<SubjectKey, RecordKey>> made;
    std::map<SubjectKey, Octets> before;
  };

  const PointState& state_;
  Zone zone_;
  Random& random_;
  PassReader read_pass_;
  Sessions sessions_;
  Tries tries_;
  std::set<std::pair<PractitionerId, std::string>> list_read_;  // Who has opened the list of which day.
  std::map<AskId, LastAct> last_acts_;
  std::map<Uuid, std::uint64_t> asked_at_ms_;  // Open requests: since when this run knows of them.
  std::uint64_t request_patience_ms_ = 72 * 3'600'000;
  std::int64_t clock_floor_ms_ = 0;
  v1::DiskRoom disk_ = v1::DISK_AMPLE;
};

}  // namespace feldsher::edge
