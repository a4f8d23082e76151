#pragma once
#include <sys/resource.h>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <memory>

#include "journals.hpp"
#include "protocol/journal/memory_store.hpp"
#include "protocol/journal/sqlcipher_journal.hpp"
#include "protocol/journal/sqlcipher_store.hpp"
#include "protocol/record/result.hpp"

/// What every store promises is asked of each of them in the same words.
#define STORE_TEST(name, tags) TEMPLATE_TEST_CASE(name, "[protocol][journal]" tags, InMemory, OnDisk)

namespace feldsher::testing {

struct InMemory {
  explicit InMemory(TenantId tenant) : store(tenant) {}
  JournalStore& operator*() { return store; }
  void reopen() {}
  void commit_on_a_full_disk(std::span<const Transaction> group) {
    store.fail_next_commit();
    store.commit(group);
  }
  MemoryStore store;
};

struct OnDisk {
  explicit OnDisk(TenantId of) : tenant(of) { reopen(); }
  JournalStore& operator*() { return *store; }
  void reopen() {
    store.reset();
    store = std::make_unique<SqlcipherStore>(folder.path() / "journal.db", tenant, key);
  }
  /// The kernel refuses writes beyond 4 KB, as a full disk does.
  void commit_on_a_full_disk(std::span<const Transaction> group) {
    struct Restore {
      rlimit before{};
      Restore() { getrlimit(RLIMIT_FSIZE, &before); }
      ~Restore() { setrlimit(RLIMIT_FSIZE, &before); }
    } restore;
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, restore.before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    store->commit(group);
  }
  TenantId tenant;
  TemporaryFolder folder;
  DatabaseKey key{{1, 2, 3}};
  std::unique_ptr<SqlcipherStore> store;
};

inline std::vector<std::string> messages(const std::vector<Record>& records) {
  std::vector<std::string> texts;
  for (const Record& record : records) texts.emplace_back(record.stored.message());
  return texts;
}

using Texts = std::vector<std::string>;

/// What is held up to the cuts; each must have its place in the chain.
inline Texts kept(JournalStore& store) {
  Texts seen;
  store.kept([&](Record&& record) {
    CHECK(record.stored.hash ==
          header_hash(record.stored.core, record.stored.body_digest, record.stored.prev));
    seen.emplace_back(record.stored.message());
  });
  return seen;
}

}  // namespace feldsher::testing
