#pragma once
#include <functional>

#include "central/store/views.hpp"
#include "protocol/journal/store.hpp"

namespace feldsher::central {

/// Makes views.db anew while it answers: reads the journal from its beginning, fills a second file with it
/// beside the present one, and when that is as far as the present one it takes its place. Loop thread.
class LiveRebuild {
 public:
  /// `portion`: how much is read at once, and projected between two questions.
  LiveRebuild(Views& views, Ledger& ledger, ReadLimits portion = {.records = 1024, .octets = 1U << 20})
      : views_(views), ledger_(ledger), portion_(portion) {}
  LiveRebuild(const LiveRebuild&) = delete;
  LiveRebuild& operator=(const LiveRebuild&) = delete;

  /// `then` gets how many records were projected. False, and nothing begins, while one is under way.
  bool run(std::function<void(std::uint64_t)> then);

 private:
  void go_on_after(std::uint64_t position);

  Views& views_;
  Ledger& ledger_;
  ReadLimits portion_;
  std::function<void(std::uint64_t)> then_;  // While one is under way.
};

}  // namespace feldsher::central
