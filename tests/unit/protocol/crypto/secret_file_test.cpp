#include "protocol/crypto/secret_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;
using test::Folder;

namespace {

bool old_file_system = false;

constexpr uid_t somebody = 12'345;
constexpr gid_t their_group = 23'456;

struct stat about(const std::filesystem::path& path) {
  struct stat found {};
  REQUIRE(stat(path.c_str(), &found) == 0);
  return found;
}
void is_somebodys(const std::filesystem::path& path, mode_t mode) {
  INFO(path);
  const struct stat found = about(path);
  CHECK(found.st_uid == somebody);
  CHECK(found.st_gid == their_group);
  CHECK((found.st_mode & 07777) == mode);
}

}  // namespace

// In the place of the C library's: as NFS and older ZFS answer.
extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned flags) noexcept {
  if (!old_file_system || flags == 0)
    return static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
  errno = EINVAL;
  return -1;
}

TEST_CASE("what root writes anew stays whose it was", "[protocol][crypto][keys][X6]") {
  if (geteuid() != 0) SKIP("only root can give files away");
  Folder folder;
  const auto secret = folder.path() / "key.pem", open = folder.path() / "certificate.pem";
  write_secret_file(secret, "one");
  write_public_file(open, "one");
  CHECK(about(secret).st_uid == 0);
  for (const auto& path : {secret, open}) REQUIRE(chown(path.c_str(), somebody, their_group) == 0);
  replace_secret_file(secret, "two");
  write_public_file(open, "two");
  is_somebodys(secret, 0600);
  is_somebodys(open, 0644);
  CHECK(read_secret_file(secret) == "two");
}

TEST_CASE("a new file that root writes belongs to the owner of its folder", "[protocol][crypto][keys][X6]") {
  if (geteuid() != 0) SKIP("only root can give files away");
  Folder folder;
  REQUIRE(chown(folder.path().c_str(), somebody, their_group) == 0);
  write_secret_file(folder.path() / "a", "one");
  replace_secret_file(folder.path() / "b", "one");
  write_public_file(folder.path() / "c", "one");
  is_somebodys(folder.path() / "a", 0600);
  is_somebodys(folder.path() / "b", 0600);
  is_somebodys(folder.path() / "c", 0644);
}

TEST_CASE(
    "a process that is killed while it writes a secret leaves nothing of it, and the next one writes it",
    "[protocol][crypto][keys][X6]") {
  Folder folder;
  const auto secret = folder.path() / "journal.key";
  const pid_t child = fork();
  if (child == 0) {
    // The kernel kills it in the middle of its first write.
    const rlimit four{4, 4};
    std::signal(SIGXFSZ, SIG_DFL);
    if (setrlimit(RLIMIT_FSIZE, &four) == 0) write_secret_file(secret, "more than four octets");
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ));
  CHECK(!std::filesystem::exists(secret));
  write_secret_file(secret, "whole");
  CHECK(read_secret_file(secret) == "whole");
  CHECK_THROWS_AS(write_secret_file(secret, "another"), Fault);
  CHECK(read_secret_file(secret) == "whole");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a key is written once where the file system cannot rename to what is new only",
          "[protocol][crypto][keys][X6]") {
  Folder folder;
  const auto secret = folder.path() / "journal.key";
  old_file_system = true;
  write_secret_file(secret, "whole");
  CHECK_THROWS_AS(write_secret_file(secret, "another"), Fault);
  old_file_system = false;
  CHECK(read_secret_file(secret) == "whole");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what anybody may read can be read whatever the umask, and a secret is its owner's",
          "[protocol][crypto][keys][X6]") {
  Folder folder;
  const mode_t before = umask(0077);
  write_public_file(folder.path() / "open", "one");
  umask(0);
  write_secret_file(folder.path() / "secret", "one");
  umask(before);
  CHECK((about(folder.path() / "open").st_mode & 07777) == 0644);
  CHECK((about(folder.path() / "secret").st_mode & 07777) == 0600);
}
