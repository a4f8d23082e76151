#pragma once
#include <deque>

#include "devices/virtual/day_people.hpp"

namespace feldsher::virtual_world {

/// What a day does for people who look on and take part.
struct Hospitality {
  /// How long after the last sign of somebody else at a terminal the staff of the day keep off it. Signing in
  /// there would throw that person out: a terminal has one session. 0 = they sign in again at once.
  std::int64_t yield_ms = 0;
  /// When the day is over, somebody walks in about so often, and it never ends. 0 = nobody does.
  std::int64_t walk_in_ms = 0;
};

/// The patients and the staff of one point through a day in a hurry. Pure: the owner brings time, answers
/// and the board, and sends what is asked.
class Day {
 public:
  /// People come from `now_ms` on for `seconds`; `plan` and both randoms must outlive the day. `ids` must
  /// never give what it gave in another run: an agent answers an id that it knows as it did before.
  Day(const DayPlan& plan, Random& random, Random& ids, std::int64_t now_ms, std::int64_t seconds,
      const Hospitality& hospitality = {});
  Day(const Day&) = delete;
  Day& operator=(const Day&) = delete;

  /// Everybody looks up. Call it every 50 … 250 ms, and after an answer or a change of the board.
  void tick(std::int64_t now_ms);
  /// What was heard at that terminal, also what others asked there.
  void answered(const std::string& terminal, const v1::Answer& answer);
  void board(const v1::BoardSnapshot& snapshot);

  std::vector<Asks::Outgoing> take_asks() { return asks_.due(world_.now_ms); }
  void not_sent(const Octets& ask) { asks_.not_sent(ask, world_.now_ms); }
  std::vector<boost::json::object> take_lines() { return std::exchange(world_.lines, {}); }

  /// All have gone, all asks are answered, and the day is over. Never when people go on walking in.
  bool over() const;
  std::size_t patients_left() const;
  std::size_t asks_open() const { return asks_.size(); }

 private:
  void walk_in();

  const DayPlan& plan_;
  const Hospitality hospitality_;
  Asks asks_;
  DayWorld world_;
  std::deque<VirtualPatient> patients_;
  std::deque<VirtualDoctor> doctors_;
  std::optional<VirtualRegistrar> registrar_;
  std::int64_t next_walk_in_ms_ = 0;
};

}  // namespace feldsher::virtual_world
