#pragma once
#include <deque>

#include "protocol/journal/store.hpp"

namespace feldsher::bench {

/// A ledger on the real disk without a thread of its own: what was submitted is committed, many transactions
/// at a time, when it is told to.
class DiskLedger final : public Ledger {
 public:
  explicit DiskLedger(JournalStore& store) : store_(store) {}

  void submit(Transaction transaction, std::function<void()> on_durable) override;
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override;
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override;

  /// Makes all that waits durable, also what its continuations submit. Throws Fault as the store does.
  void commit();

 private:
  struct Waiting {
    Transaction transaction;
    std::function<void()> on_durable;
  };
  JournalStore& store_;
  std::deque<Waiting> waiting_;
};

}  // namespace feldsher::bench
