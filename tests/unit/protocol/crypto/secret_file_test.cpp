#include "protocol/crypto/secret_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;
using test::Folder;

namespace {

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

TEST_CASE("what root writes anew stays whose it was", "[protocol][crypto][keys][X7]") {
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

TEST_CASE("a new file that root writes belongs to the owner of its folder", "[protocol][crypto][keys][X7]") {
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
