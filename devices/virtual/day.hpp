#pragma once
#include <deque>

#include "devices/virtual/day_people.hpp"

namespace feldsher::virtual_world {

/// The patients and the staff of one point through a day in a hurry. Pure: the owner brings time, answers
/// and the board, and sends what is asked.
class Day {
 public:
  /// People come from `now_ms` on for `seconds`; `plan` and both randoms must outlive the day. `ids` must
  /// never give what it gave in another run: an agent answers an id that it knows as it did before.
  Day(const DayPlan& plan, Random& random, Random& ids, std::int64_t now_ms, std::int64_t seconds);
  Day(const Day&) = delete;
  Day& operator=(const Day&) = delete;

  /// Everybody looks up. Call it every 50 … 250 ms, and after an answer or a change of the board.
  void tick(std::int64_t now_ms);
  void answered(const v1::Answer& answer) { asks_.answered(answer); }
  void board(const v1::BoardSnapshot& snapshot);

  std::vector<Asks::Outgoing> take_asks() { return asks_.due(world_.now_ms); }
  void not_sent(const Octets& ask) { asks_.not_sent(ask, world_.now_ms); }
  std::vector<boost::json::object> take_lines() { return std::exchange(world_.lines, {}); }

  /// All have gone, all asks are answered, and the day is over.
  bool over() const;
  std::size_t patients_left() const;
  std::size_t asks_open() const { return asks_.size(); }

 private:
  Asks asks_;
  DayWorld world_;
  std::deque<VirtualPatient> patients_;
  std::deque<VirtualDoctor> doctors_;
  std::optional<VirtualRegistrar> registrar_;
};

}  // namespace feldsher::virtual_world
