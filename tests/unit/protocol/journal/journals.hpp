#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/journal/head.hpp"
#include "protocol/journal/store.hpp"
#include "protocol/journal/writer.hpp"

namespace feldsher::testing {

/// SplitMix64: the same numbers in every run.
class SplitMix final : public Random {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  void fill(void* to, std::size_t octets) override {
    auto* out = static_cast<unsigned char*>(to);
    for (std::size_t i = 0; i < octets; ++i) {
      if (i % 8 == 0) step();
      out[i] = static_cast<unsigned char>(value_ >> (8 * (i % 8)));
    }
  }

 private:
  void step() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    value_ = z ^ (z >> 31);
  }
  std::uint64_t state_, value_ = 0;
};

/// A folder that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "feldsher-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A node that writes: its clock moves 1 ms a transaction.
struct WritingNode {
  explicit WritingNode(std::uint64_t seed = 1,
                       TenantId of = {*Uuid::from_text("0190c0de-0000-7000-8000-000000000001")},
                       std::optional<NodeId> is = std::nullopt)
      : random(seed),
        tenant(of),
        node(is ? *is : NodeId{random.uuid_v7(1'700'000'000'000)}),
        writer(tenant, node, Epoch{random.u64() | 1}, random) {
    now.wall_ms = 1'700'000'000'000;
    now.boot = 42;
    now.trust = v1::SYNCHRONISED;
  }

  Draft draft(const std::string& message) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(node.to_octets());
    draft.subject = {v1::TICKET, random.uuid_v7(now.wall_ms)};
    draft.verb = v1::QUEUED;
    draft.message = message;
    return draft;
  }

  /// One transaction of records, one for each message.
  Transaction write(const std::vector<std::string>& messages, v1::Stream stream = v1::ACTS) {
    std::vector<Draft> drafts;
    for (const std::string& message : messages) drafts.push_back(draft(message));
    return seal(drafts, stream);
  }

  /// The life's first record: it names the key that signs heads.
  Transaction open(OctetsView head_key) {
    v1::NodeLife life;
    life.set_head_key(head_key.data(), head_key.size());
    Draft first = draft(life.SerializeAsString());
    first.subject = {v1::NODE, node.uuid};
    first.verb = v1::OPENED;
    return seal({first}, v1::ACTS);
  }

  Transaction seal(const std::vector<Draft>& drafts, v1::Stream stream) {
    ++now.wall_ms;
    Transaction transaction;
    transaction.records = writer.seal(stream, drafts, now);
    return transaction;
  }

  JournalId journal(v1::Stream stream = v1::ACTS) const { return writer.tip(stream).journal; }

  SplitMix random;
  TenantId tenant;
  NodeId node;
  JournalWriter writer;
  Instant now;
};

inline void commit(JournalStore& store, Transaction transaction) {
  std::vector<Transaction> group;
  group.push_back(std::move(transaction));
  store.commit(group);
}

}  // namespace feldsher::testing
