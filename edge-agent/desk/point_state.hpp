#pragma once
#include <set>

#include "edge-agent/desk/ended_lives.hpp"
#include "protocol/clinic/schedule_tables.hpp"

namespace feldsher::edge {

/// What a point knows: the projection of its own acts and of central's feed, in memory.
///
/// Rebuilt at each start from the journal and the feed's subjects, so it can always be dropped.
class PointState : public ScheduleTables {
 public:
  PointState(PointId point, NodeId node) : point_(point), node_(node) {}

  /// What an earlier run knew to have ended: before the journal is read.
  void resume(EndedLives ended) { ended_ = std::move(ended); }

  /// A record of our own journal or of the feed. False: its body is not what its type says (quarantine).
  ///
  /// That central ended an act of ours (ticket, visit) is no state of the feed's, which would leave with the
  /// scope: our own act stands there as ended, from then on.
  bool apply(const Record& record);
  /// A subject left the scope.
  void drop(const SubjectKey& subject);
  /// An order to erase, or past and dropped: whoever wrote it, nothing of it stays.
  void erase(const SubjectKey& subject);

  /// What central has ended with a box, to be remembered.
  const EndedLives& ended() const { return ended_; }

  PointId point_id() const { return point_; }
  NodeId node() const { return node_; }
  const v1::Point* point() const;
  const v1::Survey* survey() const;

  /// This point's book of a shift: held minutes, and every booking in the shift that it knows.
  ShiftBook book(const Uuid& shift) const;
  /// Tickets of one local day.
  const std::set<Uuid>& tickets_of(const std::string& day) const;
  /// Those of them that wait, are called or are being served.
  const std::set<Uuid>& open_tickets_of(const std::string& day) const;
  const std::set<Uuid>& visits_of(const std::string& day) const;
  const std::pair<const Uuid, Row<v1::Ticket>>* open_ticket_of(const Uuid& visit) const;
  /// Requests of this point that nobody has answered and that have not lapsed.
  const std::set<Uuid>& open_requests() const { return open_requests_; }
  bool room_ready(const Uuid& room) const;
  bool works_here(const v1::Practitioner& person) const;
  /// Nobody is called or booked in the shift any more.
  bool suspended(const Uuid& shift) const;
  /// Every ticket that the visit ever had.
  const std::set<Uuid>& tickets_of_visit(const Uuid& visit) const;

 private:
  bool project(const Record& record);
  bool is_ours(const SubjectKey& subject) const;
  /// A ticket or visit that goes on.
  bool goes_on(const SubjectKey& subject) const;
  bool has_ended(const SubjectKey& subject) const;
  /// An act of ours. Its last act says whether a subject ended with its life: in a replay more may come.
  bool apply_own(const Record& record);
  /// Our act about the subject stands there as ended.
  void end(const SubjectKey& subject);
  void note_request(const Uuid& request);
  /// The request that the subject is, or answers: its answer may come or go.
  std::optional<Uuid> request_about(const SubjectKey& subject) const;

  PointId point_;
  NodeId node_;
  std::map<std::string, std::set<Uuid>> tickets_by_day_, open_tickets_by_day_, visits_by_day_;
  std::map<Uuid, std::string> ticket_days_, visit_days_;
  std::map<Uuid, std::set<Uuid>> tickets_by_visit_;
  std::set<SubjectKey> from_feed_;
  EndedLives ended_;
  std::set<SubjectKey> ended_for_now_;  // By `ended_`, and not by central's word: a later act of ours stands.
  std::set<Uuid> open_requests_;
};

}  // namespace feldsher::edge
