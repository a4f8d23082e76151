#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/crash/hunt.hpp"

namespace feldsher::crash {

/// What a process that is to be killed is told.
struct LiveOptions {
  std::filesystem::path folder;  ///< Its data folder.
  std::string script;
  std::uint64_t seed = 1;
  std::uint64_t held = 0;  ///< Groups of the script that its journal holds already.
  std::string bug = {};
};
/// Plays the rest of the script on the disk of this machine and prints "acknowledged N" after each group. The
/// process's exit: 0 it came to the end, 1 it could not, and said why.
int live(const LiveOptions& options);

struct KillOptions {
  std::filesystem::path program;  ///< feldsher-crash.
  std::uint64_t kills = 10;       ///< Of each script.
  std::uint64_t seed = 1;
  std::string script = {};  ///< Only this one; empty: all.
  std::string bug = {};
  std::size_t failures = 5;  ///< Ends when so many were found.
};

/// What happened to one script.
struct KilledScript {
  std::string script;
  std::uint64_t kills = 0;         ///< Processes that died of SIGKILL.
  std::uint64_t starting = 0;      ///< Of them: before they acknowledged anything.
  std::uint64_t ahead = 0;         ///< Of them: what was held was more than what had been acknowledged.
  std::uint64_t ends = 0;          ///< Processes that came to the end of the script first.
  std::uint64_t acknowledged = 0;  ///< Groups.
};
struct KillResult {
  std::vector<KilledScript> scripts;
  std::vector<Found> found;
  std::uint64_t kills() const;
};

/// The scripts of the hunt, played by processes on the disk of this machine. Each process is killed with -9
/// at any moment and another goes on in what it left, until the script is done; then a new life begins. After
/// each death a copy of the folder is looked at: it opens and is whole, and holds, in every table, what the
/// store in memory holds after the last acknowledged group or the one that was on its way.
KillResult kill_for_real(const KillOptions& options);

}  // namespace feldsher::crash
