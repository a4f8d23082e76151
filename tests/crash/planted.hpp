#pragma once
#include <memory>
#include <string>
#include <vector>

#include "protocol/journal/store.hpp"

struct sqlite3;

namespace feldsher::crash {

/// A store that passes everything on: what is planted, or watched, overrides a call.
class PassingStore : public JournalStore {
 public:
  explicit PassingStore(std::unique_ptr<JournalStore> inner) : inner_(std::move(inner)) {}

  void commit(std::span<const Transaction> group) override { inner_->commit(group); }
  std::vector<JournalTip> tips() override { return inner_->tips(); }
  std::vector<JournalTip> cuts() override { return inner_->cuts(); }
  void kept(const std::function<void(Record&&)>& visit) override { inner_->kept(visit); }
  std::vector<Record> read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits) override {
    return inner_->read(journal, from, limits);
  }
  void replay(std::uint64_t after, const std::function<void(std::uint64_t, Record&&)>& visit) override {
    inner_->replay(after, visit);
  }
  std::vector<Record> read_intake(std::uint64_t after, const ReadLimits& limits) override {
    return inner_->read_intake(after, limits);
  }
  void scope(const std::function<void(Record&&)>& visit) override { inner_->scope(visit); }
  std::vector<IntakeChunk> intake() override { return inner_->intake(); }
  std::optional<Octets> answered(AskId ask) override { return inner_->answered(ask); }
  void each_answered(const std::function<void(AskId, Octets)>& visit) override {
    inner_->each_answered(visit);
  }
  std::optional<Octets> value(const std::string& name) override { return inner_->value(name); }
  std::map<std::string, Octets> values(const std::string& prefix) override { return inner_->values(prefix); }
  std::vector<v1::SignedHead> heads() override { return inner_->heads(); }
  void give_to(std::thread::id owner) override { inner_->give_to(owner); }

 protected:
  JournalStore& inner() { return *inner_; }

 private:
  std::unique_ptr<JournalStore> inner_;
};

/// Bugs that can be planted, to show that each is found.
const std::vector<std::string>& planted_bugs();
/// What `bug` must run on the connection of a store that has just been opened; empty: nothing.
std::string planted_pragma(const std::string& bug);
/// The store with `bug` in it; the same store where the bug is not in the store.
std::unique_ptr<JournalStore> plant(const std::string& bug, std::unique_ptr<JournalStore> store);

}  // namespace feldsher::crash
