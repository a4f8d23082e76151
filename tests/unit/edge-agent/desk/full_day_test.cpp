#include <set>

#include "desk_world.hpp"

namespace feldsher::edge {

TEST_CASE("a thousand patients a day each get a ticket of their own and are seen in their turn",
          "[edge][desk][N7][Q2]") {
  ClinicDay day;
  std::vector<std::string> came, seen;
  std::set<std::string> labels;
  // One every 36 s for ten hours; the room is 20 tickets behind all day, and stays until the last is seen.
  for (int n = 0; n < 1'000; ++n) {
    const v1::CheckedIn in = day.walk_in(day.gp).checked_in();
    REQUIRE(labels.insert(in.ticket_label()).second);
    came.push_back(in.ticket());
    day.clock.pass_ms(36'000);
    day.tick();
    const std::size_t behind = n < 999 ? 20 : 0;
    while (came.size() - seen.size() > behind) {
      const std::string called = day.call_next(day.room, "room-1").done().ticket();
      REQUIRE(day.on_ticket("serve", called, "room-1").refusal() == v1::ASK_GRANTED);
      REQUIRE(day.on_ticket("finish", called, "room-1").refusal() == v1::ASK_GRANTED);
      seen.push_back(called);
    }
  }
  CHECK(seen == came);
  for (const std::string& ticket : seen) REQUIRE(day.ticket(ticket).status() == v1::TICKET_FINISHED);
  CHECK(day.call_next(day.room, "room-1").refusal() == v1::ASK_QUEUE_EMPTY);
  const v1::BoardSnapshot board = day.desk.board(day.now());
  CHECK(board.called().size() + board.serving().size() + board.waiting().size() == 0);
}

}  // namespace feldsher::edge
