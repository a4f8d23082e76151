// A journal is looked at while another process writes it.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <sstream>

#include "journals.hpp"
#include "protocol/journal/journal_commands.hpp"

namespace feldsher::testing {

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
