// A process that appends is killed with -9 at any moment; what it said was durable is there.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "journals.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/journal_commands.hpp"

namespace feldsher::testing {
namespace {

struct Durable {
  std::uint64_t acts = 0, readings = 0;
};

/// Runs the child, kills it `microseconds` after it has said `lines` lines; answers the last whole line it
/// said.
Durable run_and_kill(const std::filesystem::path& folder, std::uint64_t seed, int lines, int microseconds) {
  int pipe_ends[2];
  REQUIRE(pipe2(pipe_ends, O_CLOEXEC) == 0);
  const std::string seed_text = std::to_string(seed);
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    execl(FELDSHER_KILL_APPEND, FELDSHER_KILL_APPEND, folder.c_str(), seed_text.c_str(), nullptr);
    _exit(127);
  }
  close(pipe_ends[1]);
  std::string said;
  char buffer[4096];
  auto take = [&] {
    const ssize_t count = read(pipe_ends[0], buffer, sizeof buffer);
    if (count > 0) said.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  };
  while (std::count(said.begin(), said.end(), '\n') < lines && take()) {
  }
  // A moment of the commit that is running now: not waited for, only chosen.
  pollfd none{-1, 0, 0};
  timespec moment{0, microseconds * 1000L};
  ppoll(&none, 0, &moment, nullptr);
  kill(child, SIGKILL);
  while (take()) {
  }
  close(pipe_ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));

  Durable last;
  std::istringstream text(said);
  for (std::string line; std::getline(text, line);) {
    unsigned long long acts = 0, readings = 0;
    if (text.eof() && (said.empty() || said.back() != '\n')) break;  // Half a line promises nothing.
    if (std::sscanf(line.c_str(), "durable %llu %llu", &acts, &readings) == 2) last = {acts, readings};
  }
  return last;
}

}  // namespace

TEST_CASE("a process killed with -9 while it appends loses nothing that it called durable",
          "[protocol][journal][K4][Q5][kill]") {
  TemporaryFolder outer;
  const auto folder = outer.path() / "node";
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  SeededRandom choice(seed);
  WritingNode node(seed);
  std::uint64_t last_acts = 0;
  for (int kill = 0; kill < 20; ++kill) {
    CAPTURE(kill);
    const Durable said = run_and_kill(folder, seed, 1 + static_cast<int>(choice.below(30)),
                                      static_cast<int>(choice.below(3000)));
    REQUIRE(said.acts > last_acts);  // It went on from where it was, and had chances.

    auto store = DataFolder::open(folder).open_store(node.tenant);
    std::uint64_t acts = 0, readings = 0;
    for (const JournalTip& tip : store->tips()) (tip.journal.stream == v1::ACTS ? acts : readings) = tip.seq;
    CHECK(acts >= said.acts);
    CHECK(readings >= said.readings);
    CHECK(acts % 2 == 0);  // Pairs are one transaction: never half of one.
    // Reading checks every hash on the way.
    std::uint64_t held = 0;
    Digest last{};
    store->replay(0, [&](std::uint64_t intake, Record&& record) {
      CHECK(intake == ++held);
      if (record.key.stream == v1::ACTS) last = record.stored.hash;
    });
    CHECK(held == acts + readings);
    CHECK(store->value("first").has_value());
    last_acts = acts;
    store.reset();

    std::ostringstream told;
    CHECK(verify_journals({.folder = folder}, false, told) == Verdict::good);
    CAPTURE(told.str());
    for (const char* name : {"journal.db", "journal.db-wal"}) {
      std::ifstream file(folder / name, std::ios::binary);
      const Octets content{std::istreambuf_iterator<char>(file), {}};
      CHECK(content.find("of the pair") == Octets::npos);
      CHECK(content.find("Наталья") == Octets::npos);
    }
  }
}

TEST_CASE("a private copy of a journal that is being written holds whole commits",
          "[protocol][journal][verify]") {
  TemporaryFolder outer;
  const auto folder = outer.path() / "node";
  int pipe_ends[2];
  REQUIRE(pipe2(pipe_ends, O_CLOEXEC) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    execl(FELDSHER_KILL_APPEND, FELDSHER_KILL_APPEND, folder.c_str(), "11", nullptr);
    _exit(127);
  }
  close(pipe_ends[1]);
  // It writes only while its words are taken: each look begins in the middle of that.
  auto hear = [&, said = std::string()](int lines) mutable {
    char buffer[256];
    for (said.clear(); std::count(said.begin(), said.end(), '\n') < lines;) {
      const ssize_t count = read(pipe_ends[0], buffer, sizeof buffer);
      if (count <= 0) return false;
      said.append(buffer, static_cast<std::size_t>(count));
    }
    return true;
  };
  for (int look = 0; look < 8; ++look) {
    if (!hear(40)) break;
    std::ostringstream told;
    CHECK(verify_journals({.folder = folder, .live = true}, false, told) == Verdict::good);
    CAPTURE(told.str());
  }
  CHECK(hear(1));  // The looking did not disturb it.
  kill(child, SIGKILL);
  close(pipe_ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

}  // namespace feldsher::testing
