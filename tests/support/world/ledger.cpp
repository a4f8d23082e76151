#include "tests/support/world/ledger.hpp"

#include "protocol/record/result.hpp"

namespace feldsher::testing {

void StepLedger::submit(Transaction transaction, std::function<void()> on_durable) {
  work_.emplace_back([this, transaction = std::move(transaction), on_durable = std::move(on_durable)] {
    try {
      store_.commit(std::span(&transaction, 1));
    } catch (const Fault&) {
      failed_ = true;
      return;
    }
    on_durable();
  });
  if (!held_) drain();
}

void StepLedger::read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
                      std::function<void(std::vector<Record>)> done) {
  work_.emplace_back(
      [this, journal, from, limits, done = std::move(done)] { done(store_.read(journal, from, limits)); });
  if (!held_) drain();
}

void StepLedger::read_intake(std::uint64_t after, const ReadLimits& limits,
                             std::function<void(std::vector<Record>)> done) {
  work_.emplace_back(
      [this, after, limits, done = std::move(done)] { done(store_.read_intake(after, limits)); });
  if (!held_) drain();
}

void StepLedger::run() {
  held_ = false;
  drain();
}

void StepLedger::step() {
  if (work_.empty() || failed_) return;
  auto next = std::move(work_.front());
  work_.pop_front();
  next();
}

void StepLedger::drain() {
  // A continuation that submits does not run the next one inside itself: as with a real disk.
  if (draining_) return;
  draining_ = true;
  while (!work_.empty() && !failed_) {
    auto next = std::move(work_.front());
    work_.pop_front();
    next();
  }
  draining_ = false;
}

}  // namespace feldsher::testing
