#pragma once
#include <deque>

#include "protocol/journal/memory_store.hpp"

namespace feldsher::testing {

/// A ledger whose disk works when it is told to. By default each submission is durable at once.
class StepLedger final : public Ledger {
 public:
  explicit StepLedger(JournalStore& store) : store_(store) {}

  void submit(Transaction transaction, std::function<void()> on_durable) override;
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override;
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override;

  /// From now on nothing is durable until `run`.
  void hold() { held_ = true; }
  /// Commits what waits, one after the other, with their continuations; then goes on at once.
  void run();
  /// Does the first thing that waits, and holds what that leads to.
  void step();
  std::size_t waiting() const { return work_.size(); }
  /// The power goes: what waits is lost, and nobody hears of it.
  void lose() { work_.clear(); }
  /// The disk has failed: nothing is told any more.
  bool failed() const { return failed_; }

 private:
  void drain();

  JournalStore& store_;
  std::deque<std::function<void()>> work_;
  bool held_ = false, draining_ = false, failed_ = false;
};

}  // namespace feldsher::testing
