#include "edge-agent/agent/block_runs.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace feldsher::edge {
namespace {

/// Each time of an order is asked alone: a run goes only when one of them drops every block of it. A time
/// that drops what reaches into it drops all when it drops the intersection, one that drops what lies in it
/// whole when it drops the hull.
bool drops_all(const v1::Erasure& order, const BlockRun& run) {
  v1::Erasure one;
  one.set_status(order.status());
  one.set_patient(order.patient());
  v1::ErasedReadings& time = *one.add_readings();
  return std::any_of(order.readings().begin(), order.readings().end(), [&](const v1::ErasedReadings& each) {
    if (each.device() != run.hull.device) return false;
    time = each;
    return erases(one, run.hull) && erases(one, run.intersection);
  });
}

/// Whether a block of the run may be among what the order drops.
bool touches(const v1::Erasure& order, const BlockSpan& hull) {
  return std::any_of(order.readings().begin(), order.readings().end(), [&](const v1::ErasedReadings& each) {
    return each.device() == hull.device && hull.last_ms >= each.from_ms() &&
           (each.until_ms() == 0 || hull.first_ms < std::abs(each.until_ms()));
  });
}

/// Of one block, or of blocks of one span, an order drops all or nothing.
bool is_whole(const BlockRun& run) {
  return run.hull.first_ms == run.intersection.first_ms && run.hull.last_ms == run.intersection.last_ms;
}

bool is_in_order(const BlockSpan& span) { return span.first_ms <= span.last_ms; }

void take_in(BlockRun& run, const BlockRun& next) {
  run.last_seq = std::max(run.last_seq, next.last_seq);
  for (const readings::Range& range : next.numbers.ranges()) run.numbers.add(range);
  run.hull.first_ms = std::min(run.hull.first_ms, next.hull.first_ms);
  run.hull.last_ms = std::max(run.hull.last_ms, next.hull.last_ms);
  run.intersection.first_ms = std::max(run.intersection.first_ms, next.intersection.first_ms);
  run.intersection.last_ms = std::min(run.intersection.last_ms, next.intersection.last_ms);
}

void put_together_by_twos(std::vector<BlockRun>& runs) {
  std::vector<BlockRun> fewer;
  bool alone = false;  // The last of them has no second yet.
  for (BlockRun& run : runs) {
    const bool joins = alone && fewer.back().hull.device == run.hull.device &&
                       fewer.back().hull.patient == run.hull.patient && is_in_order(fewer.back().hull) &&
                       is_in_order(run.hull);
    if (joins)
      take_in(fewer.back(), run);
    else
      fewer.push_back(std::move(run));
    alone = !joins;
  }
  runs = std::move(fewer);
}

}  // namespace

void BlockRuns::add(const ingest::StreamKey& stream, Epoch life, BlockRun run) {
  std::vector<BlockRun>& runs = runs_[{stream, life}];
  runs.push_back(std::move(run));
  if (runs.size() > most_runs) put_together_by_twos(runs);
}

BlockRuns::Numbers BlockRuns::take(const std::function<bool(const Place&, const BlockRun&)>& wanted) {
  Numbers taken;
  for (auto& [place, runs] : runs_)
    std::erase_if(runs, [&, &place = place](const BlockRun& run) {
      if (!wanted(place, run)) return false;
      for (const readings::Range& range : run.numbers.ranges()) taken[place.stream].add(range);
      return true;
    });
  std::erase_if(runs_, [](const auto& entry) { return entry.second.empty(); });
  return taken;
}

BlockRuns::Numbers BlockRuns::take_safe(const std::function<std::uint64_t(Epoch life)>& safe_to) {
  return take([&](const Place& place, const BlockRun& run) { return run.last_seq <= safe_to(place.life); });
}

BlockRuns::Numbers BlockRuns::take_erased(const v1::Erasure& order) {
  return take([&](const Place&, const BlockRun& run) { return drops_all(order, run); });
}

void BlockRuns::each_touched(
    const v1::Erasure& order,
    const std::function<void(const ingest::StreamKey&, Epoch, const BlockRun&)>& see) const {
  for (const auto& [place, runs] : runs_)
    for (const BlockRun& run : runs)
      if (!is_whole(run) && touches(order, run.hull)) see(place.stream, place.life, run);
}

readings::RangeSet BlockRuns::numbers_of(const ingest::StreamKey& stream) const {
  readings::RangeSet numbers;
  for (const auto& [place, runs] : runs_) {
    if (place.stream != stream) continue;
    for (const BlockRun& run : runs)
      for (const readings::Range& range : run.numbers.ranges()) numbers.add(range);
  }
  return numbers;
}

std::size_t BlockRuns::size() const {
  std::size_t size = 0;
  for (const auto& [place, runs] : runs_) size += runs.size();
  return size;
}

}  // namespace feldsher::edge
