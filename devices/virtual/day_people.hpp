#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <optional>

#include "devices/virtual/asks.hpp"
#include "devices/virtual/day_plan.hpp"

namespace feldsher::virtual_world {

/// What all people of a day share. Times are monotonic ms.
struct DayWorld {
  Asks& asks;
  Random& random;
  std::int64_t now_ms = 0;
  std::int64_t until_ms = 0;    ///< Nobody begins anything new after that.
  std::int64_t walk_ms = 1000;  ///< From the call to the room.
  std::int64_t serve_ms = 2000;
  std::map<std::string, v1::TicketStatus> board;      ///< By label; what the board shows now.
  std::vector<boost::json::object> lines;             ///< For the ledger.
  std::size_t inside = 0;                             ///< Patients who came and have not gone.
  bool open_end = false;                              ///< Others may come, too: doctors call whoever waits.
  std::map<std::string, std::int64_t> left_until_ms;  ///< Terminals at which somebody else works.

  std::int64_t about(std::int64_t ms);  ///< Half to one and a half of `ms`.
  /// Whether staff of the day keep off that terminal now.
  bool left_to_others(const std::string& terminal) const;
  void tell(const char* who, const Uuid& id, const char* event, boost::json::object more = {});
  void refused(const char* who, const Uuid& id, const char* act, v1::AskRefusal refusal);
};

/// An id as the ledger writes it; empty for what is none.
std::string text_of(OctetsView id);

/// Comes, checks in, waits for the board, is served, answers the survey, goes.
class VirtualPatient {
 public:
  VirtualPatient(DayWorld& world, const DayPlan& plan, const DayPlan::Patient& who, std::int64_t comes_ms);
  void tick();
  bool gone() const { return state_ == State::gone; }
  bool came() const { return state_ != State::planned; }

 private:
  enum class State { planned, checking_in, waiting, called, surveying, gone };
  void check_in();
  void checked_in(const v1::Answer& answer);
  void look_at_board();
  void open_survey();
  void answer_survey(const v1::Survey& survey);

  DayWorld& world_;
  const DayPlan& plan_;
  const DayPlan::Patient& who_;
  State state_ = State::planned;
  bool asking_ = false;
  std::int64_t next_ms_;        // Nothing before that.
  std::int64_t unseen_ms_ = 0;  // Since when the label is not on the board; 0 = it is.
  int tries_ = 0;
  v1::CheckedIn slip_;
};

/// Signs in, calls, serves, finishes, calls.
class VirtualDoctor {
 public:
  VirtualDoctor(DayWorld& world, const DayPlan::Doctor& who) : world_(world), who_(who) {}
  void tick();
  bool busy() const { return asking_ || !ticket_.empty(); }

 private:
  enum class Step { sign_in, call, serve, finish, look };
  void ask(Step step);
  void answered(Step step, const v1::Answer& answer);
  void refused(Step step, v1::AskRefusal refusal);
  void look(const v1::RoomView& view);

  DayWorld& world_;
  const DayPlan::Doctor& who_;
  Step step_ = Step::sign_in;
  bool asking_ = false;
  std::int64_t next_ms_ = 0;
  Octets session_, ticket_;
};

/// Signs in, looks for free minutes, books them for people whom the point knows.
class VirtualRegistrar {
 public:
  VirtualRegistrar(DayWorld& world, const DayPlan& plan, std::int64_t pause_ms)
      : world_(world), plan_(plan), who_(plan.registrars.front()), pause_ms_(pause_ms) {}
  void tick();
  bool busy() const { return asking_; }

 private:
  void put(v1::Ask ask, void (VirtualRegistrar::*then)(const v1::Answer&));
  void signed_in(const v1::Answer& answer);
  void free_minutes(const v1::Answer& answer);
  void booked(const v1::Answer& answer);
  bool refused(const char* act, const v1::Answer& answer);

  DayWorld& world_;
  const DayPlan& plan_;
  const DayPlan::Registrar& who_;
  std::int64_t pause_ms_;
  bool asking_ = false;
  std::int64_t next_ms_ = 0;
  Octets session_;
  std::size_t round_ = 0;
  v1::Book wanted_;
};

}  // namespace feldsher::virtual_world
