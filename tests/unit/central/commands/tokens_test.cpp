#include "central/commands/tokens.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;
using namespace feldsher::central;

namespace {

struct World {
  test::Folder folder;
  std::filesystem::path file = folder.path() / "tokens.json";
  SystemRandom random;
  Instant now{.wall_ms = 1'904'964'000'000};
  Tokens tokens{file};
};

}  // namespace

TEST_CASE("a token names whom it was made for, and the file does not hold it",
          "[central][commands][tokens][X5]") {
  World world;
  const std::string text =
      world.tokens.make({.name = "crm", .kind = TokenKind::person, .person = {}}, world.random, world.now);
  const auto found = Tokens(world.file).find(text);
  REQUIRE(found);
  CHECK(found->name == "crm");
  CHECK(found->actor().kind() == v1::ACTOR_STAFF);
  CHECK(text.size() == 4 + 43);
  std::ifstream in(world.file);
  const std::string stored((std::istreambuf_iterator<char>(in)), {});
  CHECK(stored.find(text) == std::string::npos);
  CHECK(stored.find(text.substr(4)) == std::string::npos);
  struct stat status {};
  REQUIRE(stat(world.file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("another text names nobody", "[central][commands][tokens]") {
  World world;
  std::string text =
      world.tokens.make({.name = "crm", .kind = TokenKind::system, .person = {}}, world.random, world.now);
  CHECK_FALSE(world.tokens.find(""));
  CHECK_FALSE(world.tokens.find("crm"));
  text.back() = text.back() == 'A' ? 'B' : 'A';
  CHECK_FALSE(world.tokens.find(text));
}

TEST_CASE("a token revoked by another process ends at once", "[central][commands][tokens]") {
  World world;
  const std::string text =
      world.tokens.make({.name = "crm", .kind = TokenKind::system, .person = {}}, world.random, world.now);
  REQUIRE(world.tokens.find(text));
  Tokens elsewhere(world.file);
  CHECK_FALSE(elsewhere.revoke("other"));
  CHECK(elsewhere.revoke("crm"));
  CHECK_FALSE(world.tokens.find(text));
  CHECK_FALSE(elsewhere.revoke("crm"));
}

TEST_CASE("two tokens of one name do not stand side by side", "[central][commands][tokens]") {
  World world;
  world.tokens.make({.name = "crm", .kind = TokenKind::system, .person = {}}, world.random, world.now);
  CHECK_THROWS_AS(
      world.tokens.make({.name = "crm", .kind = TokenKind::system, .person = {}}, world.random, world.now),
      Fault);
  CHECK(world.tokens.revoke("crm"));
  CHECK_NOTHROW(
      world.tokens.make({.name = "crm", .kind = TokenKind::system, .person = {}}, world.random, world.now));
  CHECK(world.tokens.all().size() == 2);
}
