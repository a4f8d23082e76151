#include "tests/crash/kills.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <system_error>

#include "protocol/record/result.hpp"
#include "tests/crash/connections.hpp"
#include "tests/crash/play.hpp"
#include "tests/crash/state.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::crash {
namespace {

using testing::SplitMix;
using testing::TemporaryFolder;

/// What one process did.
struct Death {
  std::uint64_t acknowledged = 0;
  bool killed = false;
  long first_us = 0;  ///< How long it took to its first acknowledgement; 0: it came to none.
  std::string said;   ///< Why it could not go on; empty: it could.
};

/// When a process is killed: so long after it has acknowledged so many groups.
struct Moment {
  std::uint64_t groups = 0;
  long microseconds = 0;
};

class Child {
 public:
  Child(const std::filesystem::path& program, const LiveOptions& options) {
    std::vector<std::string> words{program.string(),
                                   "--live",
                                   options.folder.string(),
                                   "--script",
                                   options.script,
                                   "--seed",
                                   std::to_string(options.seed),
                                   "--held",
                                   std::to_string(options.held)};
    if (!options.bug.empty()) words.insert(words.end(), {"--break", options.bug});
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    from_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Death die(const Moment& moment) {
    const auto began = std::chrono::steady_clock::now();
    Death death;
    while (groups() < moment.groups && hear()) {
      const auto took = std::chrono::steady_clock::now() - began;
      if (death.first_us == 0 && groups() > 0)
        death.first_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    }
    // A moment of what it does now: not waited for, only chosen.
    pollfd none{-1, 0, 0};
    const timespec chosen{moment.microseconds / 1'000'000, moment.microseconds % 1'000'000 * 1000};
    ppoll(&none, 0, &chosen, nullptr);
    kill(process_, SIGKILL);
    while (hear()) {
    }
    close(from_);
    int status = 0;
    waitpid(process_, &status, 0);
    death.acknowledged = groups();
    death.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!death.killed && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
      death.said = fmt::format("it ended with status {:#x}: {}", status, said_);
    return death;
  }

 private:
  /// Half a line promises nothing.
  std::uint64_t groups() const {
    return static_cast<std::uint64_t>(std::count(said_.begin(), said_.end(), '\n'));
  }
  bool hear() {
    char buffer[4096];
    const ssize_t count = read(from_, buffer, sizeof buffer);
    if (count > 0) said_.append(buffer, static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
  }

  pid_t process_ = 0;
  int from_ = -1;
  std::string said_;
};

/// A script's lives, one after the other.
class Lives {
 public:
  Lives(const KillOptions& options, KilledScript& count, std::vector<Found>& found)
      : options_(options), count_(count), found_(found), random_(options.seed * 0x9e3779b97f4a7c15) {}

  void run() {
    for (std::uint64_t seed = options_.seed; count_.kills < options_.kills && !done(); ++seed) life(seed);
  }

 private:
  bool done() const { return found_.size() >= options_.failures; }

  void life(std::uint64_t seed) {
    const TemporaryFolder place;
    const Script script = make_script(count_.script, seed);
    auto groups = script.groups();
    groups.resize(script.commits());
    const std::vector<State> states = states_after(script.tenant, groups);
    std::size_t held = 0;
    while (held < groups.size() && count_.kills < options_.kills) {
      const Death death = Child(options_.program, {.folder = place.path() / "node",
                                                   .script = script.name,
                                                   .seed = seed,
                                                   .held = held,
                                                   .bug = options_.bug})
                              .die(moment(groups.size() - held));
      count(death);
      const std::size_t least = held + death.acknowledged;
      std::string wrong = death.said;
      if (wrong.empty() && !death.killed && least < groups.size()) wrong = "it ended before the script did";
      if (wrong.empty()) wrong = look(script, states, place.path(), least, held);
      if (wrong.empty()) continue;
      found_.push_back(
          {fmt::format("{}, seed {}, a process that began after {} groups and acknowledged {}: {}",
                       script.name, seed, held, death.acknowledged, wrong),
           fmt::format("feldsher-crash --kills {} --script {} --seed {}{}", options_.kills, script.name,
                       options_.seed, options_.bug.empty() ? "" : " --break " + options_.bug)});
      return;
    }
  }

  Moment moment(std::size_t left) {
    Moment moment{.groups = random_.below(std::min<std::size_t>(left, 6) + 1), .microseconds = 0};
    // A start takes longer than a group, and on a busy machine longer still.
    const long span = moment.groups == 0 ? 2 * start_us_ : 4'000;
    moment.microseconds = static_cast<long>(random_.below(static_cast<std::uint64_t>(span)));
    return moment;
  }

  void count(const Death& death) {
    count_.acknowledged += death.acknowledged;
    if (death.first_us > 0) start_us_ = std::min(death.first_us, 400'000L);
    if (!death.killed) {
      ++count_.ends;
      return;
    }
    ++count_.kills;
    count_.starting += death.acknowledged == 0;
  }

  /// What is wrong with what is left; empty: nothing, and `held` is what is there now.
  std::string look(const Script& script, const std::vector<State>& states, const std::filesystem::path& place,
                   std::size_t least, std::size_t& held) {
    // A copy: the next process must find what death left, and may die while it mends it.
    const auto copy = place / "looked-at";
    std::filesystem::remove_all(copy);
    std::filesystem::create_directory(copy);
    std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
    if (std::filesystem::exists(place / "node"))
      std::filesystem::copy(place / "node", copy, std::filesystem::copy_options::recursive);
    try {
      const OpenedStore store = open_store(script, {.folder = copy});
      if (const std::string said = integrity(); !said.empty()) return "the database is damaged: " + said;
      const State state = state_of(*store.journal);
      const std::size_t most = std::min(least + 1, states.size() - 1);
      // From the end: what was written does not always change what is held.
      for (std::size_t i = most + 1; i-- > least;) {
        if (states[i] != state) continue;
        held = i;
        count_.ahead += i > least;
        return {};
      }
      return fmt::format("between {} and {} groups must be held; found {}", least, most,
                         describe(state, states));
    } catch (const Fault& fault) {
      return fmt::format("it cannot be opened or read: {}", fault.what());
    }
  }

  const KillOptions& options_;
  KilledScript& count_;
  std::vector<Found>& found_;
  SplitMix random_;
  long start_us_ = 30'000;  ///< What a process took lately to its first acknowledgement.
};

}  // namespace

int live(const LiveOptions& options) {
  Script script = make_script(options.script, options.seed);
  std::size_t done = 0;
  while (done < options.held && !script.steps.empty()) {
    done += script.steps.front().kind == Step::Kind::commit;
    script.steps.erase(script.steps.begin());
  }
  std::size_t told = 0;
  const Played played =
      play(script, {.folder = options.folder, .bug = options.bug}, [&](const Played& so_far) {
        if (so_far.acknowledged == told) return;
        told = so_far.acknowledged;
        std::printf("acknowledged %zu\n", told);
        std::fflush(stdout);
      });
  if (played.fault.empty() && played.broken.empty()) return 0;
  // No line: a line is an acknowledgement.
  std::printf("%s%s", played.fault.c_str(), played.broken.c_str());
  return 1;
}

std::uint64_t KillResult::kills() const {
  std::uint64_t all = 0;
  for (const KilledScript& each : scripts) all += each.kills;
  return all;
}

KillResult kill_for_real(const KillOptions& options) {
  KillResult result;
  for (const std::string& name : script_names()) {
    if (!options.script.empty() && options.script != name) continue;
    KilledScript& count = result.scripts.emplace_back();
    count.script = name;
    Lives(options, count, result.found).run();
    if (result.found.size() >= options.failures) break;
  }
  return result;
}

}  // namespace feldsher::crash
