#pragma once
#include <deque>
#include <functional>
#include <memory>

#include "central/commands/central_folder.hpp"
#include "central/node/central_node.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"

namespace feldsher::central {

/// `serve` has the folder: ask it instead.
class RunningElsewhere : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The journal of a central that does not run. Throws Fault, also for a standby's; RunningElsewhere when
/// `serve` has the folder.
std::unique_ptr<SqlcipherStore> open_stopped(const CentralFolder& folder);

/// A central that does not run, opened by a command: its core over its journal, and no network.
class StoppedCentral {
 public:
  /// Throws Fault; RunningElsewhere when `serve` has the folder.
  explicit StoppedCentral(const CentralFolder& folder);
  /// Over the journal of `folder`, which is open. Throws Fault.
  StoppedCentral(const CentralFolder& folder, std::unique_ptr<SqlcipherStore> store);
  ~StoppedCentral();

  CentralNode& node() { return *node_; }
  /// Puts everything that the core wrote on the disk, all of it or nothing.
  void commit();

 private:
  class DirectLedger;
  SystemClock clock_;
  SystemRandom random_;
  Ed25519Signer signer_;
  Ed25519Check check_;
  std::unique_ptr<SqlcipherStore> store_;
  std::unique_ptr<DirectLedger> ledger_;
  std::unique_ptr<CentralNode> node_;
};

}  // namespace feldsher::central
