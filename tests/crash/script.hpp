#pragma once
#include <string>
#include <vector>

#include "protocol/journal/store.hpp"

namespace feldsher::crash {

/// One thing that a process does with its journal.
struct Step {
  enum class Kind {
    commit,      ///< Transactions that become durable together.
    checkpoint,  ///< The idle time in which the log is moved into the file.
    reopen,      ///< The process ends in good order and starts again.
  };
  Kind kind = Kind::commit;
  std::vector<Transaction> group;
};

/// What a node does from its first start on, written down beforehand: the same octets in every run.
struct Script {
  std::string name;
  TenantId tenant;
  std::vector<std::string>
      pragmas;  ///< Run after each opening, so that what is rare happens in a short script.
  std::vector<Step> steps;
  /// Transactions that come after the last step: a store that was recovered must take the next one.
  std::vector<std::vector<Transaction>> sequel;

  std::vector<const std::vector<Transaction>*> groups() const;  ///< All commits in order, the sequel too.
  std::size_t commits() const;                                  ///< Without the sequel.
};

/// The names of the scripts.
const std::vector<std::string>& script_names();
Script make_script(const std::string& name, std::uint64_t seed);

}  // namespace feldsher::crash
