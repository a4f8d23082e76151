// A promotion that is killed, wherever: run again it ends as one that was not.
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cerrno>
#include <cstdio>

#include "backed_up.hpp"
#include "central/commands/tokens.hpp"
#include "central/copies/standby_folder.hpp"
#include "protocol/record/result.hpp"

namespace {

constexpr int killed = 77;
int calls_left = -1;  // Negative: the process is not killed.

/// Ends the process at the call that was chosen, before it does anything.
void perhaps_die() {
  if (calls_left >= 0 && calls_left-- == 0) _exit(killed);
}

int answer(long result) { return static_cast<int>(result); }

}  // namespace

// In the place of the C library's: what changes a folder, or makes a file durable.
extern "C" int rename(const char* from, const char* to) noexcept {
  perhaps_die();
  return answer(syscall(SYS_rename, from, to));
}
extern "C" int unlink(const char* path) noexcept {
  perhaps_die();
  return answer(syscall(SYS_unlink, path));
}
extern "C" int unlinkat(int folder, const char* path, int flags) noexcept {
  perhaps_die();
  return answer(syscall(SYS_unlinkat, folder, path, flags));
}
extern "C" int remove(const char* path) noexcept {
  perhaps_die();
  const int done = answer(syscall(SYS_unlink, path));
  return done != 0 && errno == EISDIR ? answer(syscall(SYS_rmdir, path)) : done;
}
extern "C" int fsync(int file) {
  perhaps_die();
  return answer(syscall(SYS_fsync, file));
}
extern "C" int fdatasync(int file) {
  perhaps_die();
  return answer(syscall(SYS_fdatasync, file));
}

namespace feldsher::central {
namespace {

using Catch::Matchers::ContainsSubstring;

/// What a folder has become, as far as two runs of the same promotion are the same.
struct Outcome {
  bool follows = false;       ///< It still is a standby's.
  std::uint64_t records = 0;  ///< In its journal, when central has begun in it.
  std::size_t lives = 0;      ///< Of central.
  std::string why;            ///< What the incident of its new life says.
  std::vector<bool> retired;  ///< Its pass keys, in order.
  bool signs = false;         ///< Points believe its pass key, …
  bool signs_next = false;    ///< … and its next, which is another.
  std::vector<std::string> tokens;
  bool commands_come_in = false;
  bool operator==(const Outcome&) const = default;

  static Outcome of(const fs::path& day) {
    const CentralFolder folder = CentralFolder::open(day);
    Outcome found;
    found.follows = fs::exists(folder.standby_file()) || fs::exists(folder.standby());
    if (fs::exists(folder.standby_file())) return found;
    StoppedCentral(folder).commit();  // Where nobody had to be told anything its new life begins now.
    found.signs = BackedUp::counts(folder.pass_key());
    found.signs_next = fs::exists(folder.next_pass_key()) && BackedUp::counts(folder.next_pass_key()) &&
                       SigningKey::load(folder.pass_key()).public_key() !=
                           SigningKey::load(folder.next_pass_key()).public_key();
    found.lives = BackedUp::lives(day).size();
    {
      StoppedCentral central(folder);
      found.records = central.node().intake();
      for (const auto& [id, row] : central.node().state().pass_keys.rows())
        found.retired.push_back(row.state.retired());
      for (const auto& [id, row] : central.node().state().incidents.rows())
        if (row.state.kind() == v1::INCIDENT_BRANCH) found.why += row.state.detail() + "\n";
    }
    Tokens tokens(folder.tokens());
    for (const Token& each : tokens.all())
      if (!each.revoked) found.tokens.push_back(each.name);
    std::string text;
    std::ifstream(folder.operator_token()) >> text;
    found.commands_come_in = tokens.find(text).has_value();
    std::sort(found.retired.begin(), found.retired.end());
    return found;
  }
};

/// Promotes in a process of its own that dies at the call of that number. True: it came to its end before.
bool promote_and_die(const fs::path& day, bool revoke_tokens, int at) {
  const pid_t child = fork();
  if (child == 0) {
    calls_left = at;
    try {
      std::ostringstream said;
      promote(CentralFolder::open(day), revoke_tokens, said);
    } catch (const std::exception& error) {
      std::fputs(error.what(), stderr);
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  const int code = WEXITSTATUS(status);
  REQUIRE((code == 0 || code == killed));
  return code == 0;
}

}  // namespace

TEST_CASE("a promotion that is killed anywhere is run again, and ends as one that was not",
          "[central][copies][X11]") {
  BackedUp made;
  made.know_a_pass_key();
  made.make_standby();
  const int retired_since = GENERATE(0, 1, 2);
  const bool revoke_tokens = retired_since == 1;
  for (int i = 0; i < retired_since; ++i) made.rotate_pass();
  if (retired_since > 0) made.follow_until_now();
  const fs::path whole = made.place.path() / "whole", cut = made.place.path() / "cut";
  fs::copy(made.day, whole, fs::copy_options::recursive);
  promote(CentralFolder::open(whole), revoke_tokens, made.said);
  const Outcome expected = Outcome::of(whole);
  REQUIRE_FALSE(expected.follows);
  REQUIRE((expected.signs && expected.signs_next && expected.lives == 2 && expected.commands_come_in));

  int calls = 0;
  for (bool ended = false; !ended; ++calls) {
    INFO("killed at call " << calls);
    fs::remove_all(cut);
    fs::copy(made.day, cut, fs::copy_options::recursive);
    ended = promote_and_die(cut, revoke_tokens, calls);
    std::ostringstream said;
    if (fs::exists(cut / "standby.json")) promote(CentralFolder::open(cut), false, said);
    REQUIRE(Outcome::of(cut) == expected);
  }
  CHECK(calls > 10);
}

TEST_CASE("a standby of which a promotion was cut off neither follows nor serves before it is run again",
          "[central][copies][X11]") {
  BackedUp made;
  made.know_a_pass_key();
  made.make_standby();
  const CentralFolder folder = CentralFolder::open(made.day);
  int calls = 0;
  while (StandbyFile::read(folder), !promote_and_die(made.day, false, calls)) {
    ++calls;
    try {
      StandbyFile::read(folder);
    } catch (const Fault& fault) {
      CHECK_THAT(fault.what(), ContainsSubstring("feldsher-central promote --dir " + made.day.string()));
      CHECK_THROWS_AS(StoppedCentral(folder), Fault);
      promote(folder, false, made.said);
      StoppedCentral central(folder);
      return;
    }
  }
  FAIL("it never left a standby that refuses to follow");
}

}  // namespace feldsher::central
