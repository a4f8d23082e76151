#pragma once
#include "tests/unit/edge-agent/node/windowed.hpp"

namespace feldsher::testing {

/// A point that has cut its journals, and loses its disk.
struct RebuiltPoint : Windowed {
  /// `before`: what it does on its first day.
  explicit RebuiltPoint(const std::function<void(Windowed&)>& before = [](Windowed&) {}) {
    before(*this);
    five_days();
    trim();
    REQUIRE(acts_cut() > 0);
    REQUIRE(window->status().blocks_cut > 0);
    labels.push_back(ticket());
    reading();
    pass(2);
    first_cuts = in_order(point->store.cuts());
  }
  static std::vector<JournalTip> in_order(std::vector<JournalTip> cuts) {
    std::sort(cuts.begin(), cuts.end(), [](const auto& a, const auto& b) { return a.journal < b.journal; });
    return cuts;
  }
  /// Another box takes its place, with an empty disk; its line is down.
  void lose_disk() {
    acts_written = blocks_written = 0;
    for (const JournalTip& tip : point->disk->tips())
      (tip.journal.stream == v1::ACTS ? acts_written : blocks_written) += tip.seq;
    window.reset();
    cut(*point);
    pass(60);
    point->node.reset();
    point->store = MemoryStore(tenant_of_tests);
    v1::Actor manager;
    manager.set_kind(v1::ACTOR_STAFF);
    central->accept_older_disk(point->identity.node, manager, v1::PROOF_TOKEN, [] {});
    settle_all();
    restart(*point);
    begin_window();
    sent.clear();
  }
  void come_back(int seconds = 5) {
    if (!point->up) connect(*point);
    settle_all();
    pass(seconds);
  }
  /// Records of the point's own that were handed back one by one since `sent` was cleared.
  std::uint64_t restored() const {
    std::uint64_t count = 0;
    for (const v1::Frame& frame : sent) count += static_cast<std::uint64_t>(frame.restore().records_size());
    return count;
  }
  std::uint64_t kept_handed_back() const {
    std::uint64_t count = 0;
    for (const v1::Frame& frame : sent) count += static_cast<std::uint64_t>(frame.rebuild().kept_size());
    return count;
  }
  std::size_t octets_handed_back() const {
    std::size_t count = 0;
    for (const v1::Frame& frame : sent)
      if (frame.has_restore() || frame.has_rebuild()) count += frame.ByteSizeLong();
    return count;
  }
  /// The disk is as if it had been cut here: the same cuts, and all tickets.
  void is_rebuilt() {
    const auto cuts = in_order(point->disk->cuts());
    REQUIRE(cuts.size() == first_cuts.size());
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      CHECK(cuts[i].journal == first_cuts[i].journal);
      CHECK(cuts[i].seq == first_cuts[i].seq);
      CHECK(cuts[i].hash == first_cuts[i].hash);
      CHECK(cuts[i].edge.root() == first_cuts[i].edge.root());
    }
    CHECK(point->node->state().tickets.rows().size() == labels.size());
    all_agree();
  }

  std::uint64_t acts_written = 0, blocks_written = 0;  // By the box that lost them.
  std::vector<JournalTip> first_cuts;
};

}  // namespace feldsher::testing
