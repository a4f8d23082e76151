#pragma once
#include <array>
#include <string>
#include <vector>

#include "protocol/journal/store.hpp"

namespace feldsher::crash {

/// All that a store says that it holds, in octets that two stores with the same content have alike.
struct State {
  static constexpr std::array<const char*, 8> parts{"journals", "cuts",     "records", "scope",
                                                    "intake",   "answered", "values",  "heads"};
  std::array<Octets, parts.size()> octets;
  bool operator==(const State&) const = default;
};

/// Reads everything; each record's hash and place are checked on the way. Throws Fault.
State state_of(JournalStore& store);

/// The states between the commits of `groups`, the empty store first: what a store in memory says.
std::vector<State> states_after(TenantId tenant, const std::vector<const std::vector<Transaction>*>& groups);

/// Which of `states` has a `found`'s part as it is, for each part: what a person needs to see what is
/// missing.
std::string describe(const State& found, const std::vector<State>& states);

}  // namespace feldsher::crash
