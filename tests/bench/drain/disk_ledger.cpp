#include "tests/bench/drain/disk_ledger.hpp"

#include <utility>

namespace feldsher::bench {

void DiskLedger::submit(Transaction transaction, std::function<void()> on_durable) {
  waiting_.push_back({std::move(transaction), std::move(on_durable)});
}

void DiskLedger::read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
                      std::function<void(std::vector<Record>)> done) {
  commit();
  done(store_.read(journal, from, limits));
}

void DiskLedger::read_intake(std::uint64_t after, const ReadLimits& limits,
                             std::function<void(std::vector<Record>)> done) {
  commit();
  done(store_.read_intake(after, limits));
}

void DiskLedger::commit() {
  while (!waiting_.empty()) {
    std::deque<Waiting> now = std::exchange(waiting_, {});
    std::vector<Transaction> group;
    for (Waiting& each : now) group.push_back(std::move(each.transaction));
    store_.commit(group);
    for (Waiting& each : now) each.on_durable();
  }
}

}  // namespace feldsher::bench
