#pragma once
#include <deque>
#include <memory>

#include "protocol/journal/head.hpp"
#include "protocol/journal/memory_store.hpp"
#include "tests/simulation/scheduler.hpp"
#include "tests/support/world/world.hpp"

namespace feldsher::simulation {

/// A machine's clocks: monotonic since its boot, and a wall clock that may be wrong.
class MachineClock final : public Clock {
 public:
  explicit MachineClock(const Scheduler& scheduler) : scheduler_(scheduler) {}
  Instant now() const override;

  /// 2026-03-02T00:00:00Z, a Monday: virtual time 0.
  static constexpr std::int64_t epoch_ms = 1'772'409'600'000;

  std::uint64_t boot = 1, booted_at_ms = 0;
  std::int64_t wall_offset_ms = 0;
  v1::Trust trust = v1::SYNCHRONISED;

 private:
  const Scheduler& scheduler_;
};

/// A machine's disk: what was committed, and what was submitted and is lost when the power goes.
class Disk {
 public:
  explicit Disk(TenantId tenant) : store(tenant) {}
  MemoryStore store;
};

/// The ledger of one process: commits after a while, in order; dies with the process.
class ProcessLedger final : public Ledger {
 public:
  ProcessLedger(Scheduler& scheduler, Random& random, Disk& disk)
      : scheduler_(scheduler), random_(random), disk_(disk) {}
  void submit(Transaction transaction, std::function<void()> on_durable) override;
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override;
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override;

 private:
  struct Waiting {
    Transaction transaction;
    std::function<void()> on_durable;
  };
  void flush();

  Scheduler& scheduler_;
  Random& random_;
  Disk& disk_;
  std::deque<Waiting> waiting_;
  bool flushing_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

using testing::CheapCheck;
using testing::CheapSigner;

}  // namespace feldsher::simulation
