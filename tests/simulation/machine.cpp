#include "tests/simulation/machine.hpp"

namespace feldsher::simulation {

Instant MachineClock::now() const {
  Instant now;
  now.boot = boot;
  now.since_boot_ms = scheduler_.now_ms() - booted_at_ms;
  now.trust = trust;
  // A box with a dead battery boots at the beginning of 1970.
  now.wall_ms = trust == v1::TRUST_UNSET
                    ? static_cast<std::int64_t>(now.since_boot_ms)
                    : epoch_ms + static_cast<std::int64_t>(scheduler_.now_ms()) + wall_offset_ms;
  now.uncertainty_ms = trust == v1::SYNCHRONISED ? 50 : 0;
  return now;
}

void ProcessLedger::submit(Transaction transaction, std::function<void()> on_durable) {
  waiting_.push_back({std::move(transaction), std::move(on_durable)});
  if (!flushing_) flush();
}

void ProcessLedger::flush() {
  flushing_ = true;
  // What is submitted while this commit runs goes into the next one.
  const std::size_t group = waiting_.size();
  scheduler_.in(1 + random_.below(20), [this, group, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    std::vector<Transaction> transactions;
    for (std::size_t i = 0; i < group; ++i) transactions.push_back(std::move(waiting_[i].transaction));
    disk_.store.commit(transactions);
    for (std::size_t i = 0; i < group; ++i) {
      auto on_durable = std::move(waiting_.front().on_durable);
      waiting_.pop_front();
      on_durable();
      if (alive.expired()) return;
    }
    flushing_ = false;
    if (!waiting_.empty()) flush();
  });
}

void ProcessLedger::read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
                         std::function<void(std::vector<Record>)> done) {
  scheduler_.in(random_.below(5),
                [this, journal, from, limits, done = std::move(done), alive = std::weak_ptr(alive_)] {
                  if (!alive.expired()) done(disk_.store.read(journal, from, limits));
                });
}

void ProcessLedger::read_intake(std::uint64_t after, const ReadLimits& limits,
                                std::function<void(std::vector<Record>)> done) {
  scheduler_.in(random_.below(5),
                [this, after, limits, done = std::move(done), alive = std::weak_ptr(alive_)] {
                  if (!alive.expired()) done(disk_.store.read_intake(after, limits));
                });
}

}  // namespace feldsher::simulation
