#pragma once
#include <optional>
#include <string>

#include "tests/crash/play.hpp"
#include "tests/crash/state.hpp"

namespace feldsher::crash {

/// One of the ways in which what reads, or what changes the disk, fails.
Failure any_failure(bool reads, bool encrypted, Random& random);

/// A script, what its stores must hold after each commit, and what its undisturbed run did to the disk.
class Trial {
 public:
  struct Call {
    DiskCall call;
    std::size_t submitted = 0, acknowledged = 0;  ///< Groups, when it was made.
  };

  /// Plays the script once on a disk without faults. Throws std::runtime_error when that goes wrong.
  Trial(Script script, const Opening& opening, std::uint64_t seed);

  const Script& script() const { return script_; }
  const std::vector<Call>& calls() const { return calls_; }
  /// Call `at` in words.
  std::string describe_call(std::size_t at) const;
  std::size_t writes() const;
  std::size_t syncs() const;
  /// How often the undisturbed run read.
  std::uint64_t reads() const { return reads_; }

  /// The machine, or only the process, dies before call `at` (calls().size(): after the last); then it is
  /// started again, and looked at. What is wrong, or nothing.
  std::optional<std::string> crash_at(std::size_t at, std::uint64_t seed) const;

  struct FailingRun {
    std::optional<std::string> wrong;
    bool told = false;  ///< The fault reached the seam; otherwise SQLite got over it.
  };
  /// The script runs on a disk that fails as `plan` says; then the process ends, and is started again.
  FailingRun fail_at(const FailurePlan& plan, std::uint64_t seed) const;

 private:
  struct Range {
    std::size_t least = 0, most = 0;  ///< Groups that must be held, and that may be.
  };
  /// Starts on `disk`, looks, goes on, starts again: deaths in between, as `random` has it.
  std::optional<std::string> recover(SectorDisk disk, Range range, Random& random, int deaths) const;
  /// What a start finds, if it can. Throws Fault, and std::logic_error for a state that is none of `range`.
  std::size_t found_in(SectorDisk& disk, Range range, Random& random) const;
  /// A start amid which the disk fails; then the kernel, or the power, does what it likes. What must be found
  /// from then on, if it is known.
  std::optional<std::size_t> fail_to_start(SectorDisk& disk, Range range, Random& random) const;
  /// A start on what recover() was given, without faults.
  std::optional<std::string> start(SectorDisk& disk, Range range, Random& random, int deaths) const;
  std::optional<std::string> go_on(SectorDisk& disk, OpenedStore store, std::size_t at, Random& random) const;
  std::optional<std::size_t> place_of(const State& state, Range range) const;

  Script script_;
  Opening opening_;
  std::vector<State> states_;
  std::vector<const std::vector<Transaction>*> groups_;
  std::vector<Call> calls_;
  std::size_t played_submitted_ = 0, played_acknowledged_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace feldsher::crash
