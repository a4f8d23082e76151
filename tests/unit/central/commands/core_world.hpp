#pragma once
#include "central/commands/clinic_load.hpp"
#include "central/node/central_node.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/memory_store.hpp"
#include "tests/unit/central/commands/clinic_text.hpp"

namespace feldsher::test {

inline Uuid uuid(const char* text) { return Uuid::from_text(text).value(); }

/// A clock that stands until it is set.
class StandingClock final : public Clock {
 public:
  Instant now() const override { return at; }
  Instant at{.wall_ms = 1'904'965'200'000,
             .since_boot_ms = 1000,
             .boot = 7,
             .trust = v1::SYNCHRONISED,
             .uncertainty_ms = 5};
  // 2030-05-14 05:00 UTC: 08:00 in Kyiv.
};

/// Commits at once, and tells so at once.
class ImmediateLedger final : public Ledger {
 public:
  explicit ImmediateLedger(JournalStore& store) : store_(store) {}
  void submit(Transaction transaction, std::function<void()> on_durable) override {
    if (!transaction.empty()) store_.commit({&transaction, 1});
    ++submitted;
    if (on_durable) on_durable();
  }
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override {
    done(store_.read(journal, from, limits));
  }
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override {
    done(store_.read_intake(after, limits));
  }
  std::size_t submitted = 0;

 private:
  JournalStore& store_;
};

/// Central's core over a journal in memory.
class CoreWorld {
 public:
  CoreWorld()
      : tenant{random.uuid_v7(1)},
        signer(SigningKey::generate()),
        store(tenant),
        ledger(store),
        node(tenant, NodeId{random.uuid_v7(2)},
             {.clock = clock, .random = random, .ledger = ledger, .signer = signer, .check = check}) {}

  void start() { node.start(store); }
  central::LoadPlan load(const std::string& text) {
    const auto file = central::read_clinic(text);
    const auto verifiers = central::make_verifiers(file, central::present_verifiers(node.state()), random);
    auto plan = central::plan_load(node, {.file = file, .verifiers = verifiers, .pass_key = pass_key},
                                   {.actor = node.self(), .proof = v1::PROOF_NONE, .now = node.now()});
    central::write_load(node, plan, [] {});
    return plan;
  }

  StandingClock clock;
  SystemRandom random;
  TenantId tenant;
  Ed25519Signer signer;
  Ed25519Check check;
  PublicKey pass_key = SigningKey::generate().public_key();
  MemoryStore store;
  ImmediateLedger ledger;
  central::CentralNode node;
};

}  // namespace feldsher::test
