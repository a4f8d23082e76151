#include "tests/crash/planted.hpp"

#include "protocol/record/result.hpp"

namespace feldsher::crash {
namespace {

/// Says "durable" and writes when the next ones come.
class EarlyAnswer final : public PassingStore {
 public:
  using PassingStore::PassingStore;
  void commit(std::span<const Transaction> group) override {
    if (!waiting_.empty()) inner().commit(waiting_);
    waiting_.assign(group.begin(), group.end());
  }

 private:
  std::vector<Transaction> waiting_;
};

class ForgetsAnswers final : public PassingStore {
 public:
  using PassingStore::PassingStore;
  void commit(std::span<const Transaction> group) override {
    std::vector<Transaction> without(group.begin(), group.end());
    for (Transaction& each : without) each.answered.clear();
    inner().commit(without);
  }
};

/// What belongs together is written in two commits.
class HalfTransactions final : public PassingStore {
 public:
  using PassingStore::PassingStore;
  void commit(std::span<const Transaction> group) override {
    for (const Transaction& whole : group) {
      std::vector<Transaction> first(1), second{whole};
      first[0].records = std::exchange(second[0].records, {});
      inner().commit(first);
      inner().commit(second);
    }
  }
};

/// A resent chunk is a chunk more.
class Doubles final : public PassingStore {
 public:
  using PassingStore::PassingStore;
  void commit(std::span<const Transaction> group) override {
    std::vector<Transaction> twice(group.begin(), group.end());
    for (Transaction& each : twice)
      for (std::size_t i = each.intake.size(); i > 0; --i)
        each.intake.push_back({each.intake[i - 1].id + 1'000'000, each.intake[i - 1].octets});
    inner().commit(twice);
  }
};

/// The disk's word is not passed on.
class SwallowsFaults final : public PassingStore {
 public:
  using PassingStore::PassingStore;
  void commit(std::span<const Transaction> group) override {
    try {
      inner().commit(group);
    } catch (const Fault&) {
      return;
    }
  }
};

/// What cannot be read is not there.
class UnreadIsNone final : public PassingStore {
 public:
  using PassingStore::PassingStore;
  std::map<std::string, Octets> values(const std::string& prefix) override {
    try {
      return inner().values(prefix);
    } catch (const Fault&) {
      return {};
    }
  }
};

template <class Store>
std::unique_ptr<JournalStore> wrap(std::unique_ptr<JournalStore> store) {
  return std::make_unique<Store>(std::move(store));
}

struct Bug {
  const char* name;
  const char* pragma;
  std::unique_ptr<JournalStore> (*plant)(std::unique_ptr<JournalStore>);
};
const Bug bugs[]{
    {"synchronous-off", "PRAGMA synchronous=OFF", nullptr},
    {"synchronous-normal", "PRAGMA synchronous=NORMAL", nullptr},
    {"early-answer", "", wrap<EarlyAnswer>},
    {"forgets-answers", "", wrap<ForgetsAnswers>},
    {"half-transactions", "", wrap<HalfTransactions>},
    {"doubles", "", wrap<Doubles>},
    {"swallows-faults", "", wrap<SwallowsFaults>},
    {"unread-is-none", "", wrap<UnreadIsNone>},
};

const Bug* find(const std::string& name) {
  for (const Bug& bug : bugs)
    if (name == bug.name) return &bug;
  return nullptr;
}

}  // namespace

const std::vector<std::string>& planted_bugs() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Bug& bug : bugs) all.emplace_back(bug.name);
    return all;
  }();
  return names;
}

std::string planted_pragma(const std::string& bug) {
  const Bug* found = find(bug);
  return found ? found->pragma : "";
}

std::unique_ptr<JournalStore> plant(const std::string& bug, std::unique_ptr<JournalStore> store) {
  const Bug* found = find(bug);
  return found && found->plant ? found->plant(std::move(store)) : std::move(store);
}

}  // namespace feldsher::crash
