#include "central/store/live_rebuild.hpp"

#include <utility>

namespace feldsher::central {

bool LiveRebuild::run(std::function<void(std::uint64_t)> then) {
  if (then_) return false;
  then_ = std::move(then);
  go_on_after(0);
  return true;
}

void LiveRebuild::go_on_after(std::uint64_t position) {
  ledger_.read_intake(position, portion_, [this](std::vector<Record> records) {
    views_.fill_beside(std::move(records), [this](Views::Beside reached) {
      if (!reached.is_in_place) return go_on_after(reached.position);
      std::exchange(then_, nullptr)(reached.position);
    });
  });
}

}  // namespace feldsher::central
