#pragma once
#include <map>
#include <string>
#include <vector>

#include "protocol/journal/store.hpp"

namespace feldsher::central {

/// A ledger whose disk has copies elsewhere: it passes everything on, and knows what a copy needs besides the
/// records: up to which intake number they are durable, the newest heads, and the values that a copy must
/// have.
///
/// Every record that is written must come by here. One loop thread owns it.
class CopiedLedger final : public Ledger {
 public:
  /// `prefixes`: values whose names begin so are copied; tickets and feeds are this disk's own.
  CopiedLedger(Ledger& disk, std::vector<std::string> prefixes)
      : disk_(disk), prefixes_(std::move(prefixes)) {}

  /// Takes up what the store held when the process started.
  void resume(JournalStore& store);

  void submit(Transaction transaction, std::function<void()> on_durable) override;
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override {
    disk_.read(journal, from, limits, std::move(done));
  }
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override {
    disk_.read_intake(after, limits, std::move(done));
  }

  /// The intake number of the last record that is durable here.
  std::uint64_t durable() const { return durable_; }

  /// What became durable beside the records: the newest of each name only.
  struct Beside {
    std::uint64_t intake = 0;  ///< A copy may have it when it has the records up to there.
    std::string name;          ///< Of a value; empty: `octets` are a serialised v1::SignedHead.
    Octets octets;
  };
  /// In the order in which they became durable.
  const std::map<std::uint64_t, Beside>& beside() const { return beside_; }

  /// Something became durable that a copy needs; after what was to happen then.
  std::function<void()> on_grown = [] {};

 private:
  void put(const std::string& key, Beside beside);
  void put_head(const v1::SignedHead& head);
  bool is_copied(const std::string& name) const;

  Ledger& disk_;
  std::vector<std::string> prefixes_;
  std::uint64_t durable_ = 0, places_ = 0;
  std::map<std::uint64_t, Beside> beside_;         // By place.
  std::map<std::string, std::uint64_t> place_of_;  // By what it is the newest of.
};

}  // namespace feldsher::central
