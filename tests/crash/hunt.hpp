#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace feldsher::crash {

struct HuntOptions {
  std::uint64_t points = 20'000;  ///< At least so many; a round that has begun is finished.
  std::uint64_t seed = 1;         ///< Of the first round; each has the next.
  std::string script = {};        ///< Only this one; empty: all.
  std::string bug = {};           ///< A planted one.
  bool encrypted = false;  ///< Only encrypted databases; otherwise one point in sixteen again, encrypted.
  std::optional<std::uint64_t> point = {};  ///< Only this one, of one round: to see a failure again.
  std::size_t failures = 5;                 ///< Ends when so many were found.
};

/// What was done to one script, over all rounds.
struct ScriptCount {
  std::string script;
  std::uint64_t writes = 0, syncs = 0, reads = 0;  ///< Of the undisturbed runs.
  std::uint64_t crashes = 0;                       ///< Points at which the machine or the process died.
  std::uint64_t failing = 0, told = 0;  ///< Runs on a failing disk; those whose fault reached the seam.
  std::uint64_t encrypted = 0;          ///< Of both, with encrypted pages.
};

struct Found {
  std::string what;
  std::string command;  ///< Shows it again.
};

struct HuntResult {
  std::vector<ScriptCount> counts;
  std::vector<Found> found;
  std::uint64_t rounds = 0;
  std::uint64_t points() const;
};

/// Plays the scripts, and kills, cuts and fails them at each of their writes and syncs, and fails each of
/// their reads.
HuntResult hunt(const HuntOptions& options);

}  // namespace feldsher::crash
