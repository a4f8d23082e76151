#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "protocol/journal/sqlcipher_store.hpp"
#include "tests/crash/disk_vfs.hpp"
#include "tests/crash/script.hpp"

namespace feldsher::crash {

/// How a store is opened.
struct Opening {
  std::string path = {};              ///< On a mounted disk.
  std::filesystem::path folder = {};  ///< Instead: a program's data folder on the disk of this machine.
  bool encrypted = false;             ///< Pages on a mounted disk; those of a folder always are.
  std::string bug = {};               ///< A planted one, or none.
};
struct OpenedStore {
  std::unique_ptr<JournalStore> journal;
  SqlcipherStore* disk = nullptr;  ///< What is behind `journal`, for checkpoints.
};
/// Throws Fault as SqlcipherStore does. `script` names tenant and pragmas.
OpenedStore open_store(const Script& script, const Opening& opening);

/// What a process did and was told.
struct Played {
  std::size_t submitted = 0;           ///< Groups given to the committer.
  std::size_t acknowledged = 0;        ///< Groups of which each transaction's `on_durable` ran.
  std::string fault;                   ///< What `on_fault`, or the opening, said; empty: nothing.
  std::string broken;                  ///< A promise of the committer that was broken; empty: none.
  std::uint64_t calls_at_closing = 0;  ///< Changes of the disk after the fault.
};

/// Runs `script` through SqlcipherStore and Committer, as a program does; a fault ends
/// it, as it ends a program. `progress` runs when a group has been acknowledged, or is about to be submitted,
/// while nothing is written.
Played play(const Script& script, const Opening& opening, const std::function<void(const Played&)>& progress);

}  // namespace feldsher::crash
