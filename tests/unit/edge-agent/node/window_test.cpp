// A point's window: what is cut, and what stays.
#include "tests/unit/edge-agent/node/windowed.hpp"

namespace feldsher::testing {

TEST_CASE("a point cuts what is older than its window, and all goes on as before",
          "[edge-agent][window][X11]") {
  Windowed net;
  net.five_days();
  const std::size_t before = net.held_here();
  const std::size_t tickets = net.point->node->state().tickets.rows().size();
  const Digest own = net.point->node->link().own_subjects().hash();
  net.trim();
  const Window::Status status = net.window->status();
  CHECK(status.phase == std::string("idle"));
  CHECK(status.acts_cut > 0);
  CHECK(status.acts_kept <= status.acts_cut);
  CHECK(status.blocks_cut == 4);
  CHECK(net.held_here() == before - 4 - (status.acts_cut - status.acts_kept));
  CHECK(status.cut_at_ms > monday_8_ms);
  // What is young is there, whole.
  for (const JournalTip& cut : net.point->store.cuts())
    if (cut.journal.stream == v1::ACTS)
      CHECK(net.point->store.read(cut.journal, cut.seq + 1, {}).front().header.at().wall_ms() >=
            net.clock.now().wall_ms - net.rule.acts_ms - 60'000);
  net.all_agree();
  net.die();
  CHECK(net.point->node->state().tickets.rows().size() == tickets);
  CHECK(net.acts_cut() == status.acts_cut);
  CHECK(net.held_here() <= before);
  net.all_agree();
  CHECK(net.ticket() == "A004");
  CHECK(net.central->state().tickets.rows().size() == tickets + 1);
  // And the cut moves on.
  for (int day = 0; day < 3; ++day) net.a_day_passes();
  net.trim();
  CHECK(net.acts_cut() > status.acts_cut);
  CHECK(own != net.point->node->link().own_subjects().hash());
  net.all_agree();
}

TEST_CASE("what is on one disk only is never cut", "[edge-agent][window][X11]") {
  Windowed net(false);
  net.five_days();
  net.trim();
  CHECK(net.acts_cut() == 0);
  CHECK(net.window->status().blocks_cut == 0);
  net.follow();
  net.pass(2);
  net.trim();
  CHECK(net.acts_cut() > 0);
  net.all_agree();
}

TEST_CASE("nothing that is young is cut", "[edge-agent][window]") {
  Windowed net;
  net.ticket();
  net.reading();
  net.pass(2);
  net.trim();
  CHECK(net.acts_cut() + net.window->status().blocks_cut == 0);
  CHECK(net.window->status().phase == std::string("idle"));
  CHECK(net.point->store.value(checkpoint_value) == std::nullopt);
}

TEST_CASE("it happens by itself once a day", "[edge-agent][window]") {
  Windowed net;
  net.work(30);
  CHECK(std::none_of(net.sent.begin(), net.sent.end(),
                     [](const v1::Frame& frame) { return frame.has_checkpoint(); }));
  net.five_days();
  net.work(30);
  CHECK(net.acts_cut() > 0);
}

TEST_CASE("a long history is cut by several checkpoints", "[edge-agent][window]") {
  Windowed net;
  net.rule.step_acts = 10;
  net.begin_window();
  net.five_days();
  net.trim(80);
  std::size_t checkpoints = 0;
  for (const v1::Frame& frame : net.sent) checkpoints += frame.has_checkpoint();
  CHECK(checkpoints >= 4);
  CHECK(net.window->status().phase == std::string("idle"));
  net.all_agree();
}

}  // namespace feldsher::testing
