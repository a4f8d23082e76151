#include "central/commands/tokens.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
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

  /// Adds as many tokens as the file has room for, by hand: "t0", "t1" … How many it has then.
  std::size_t fill(bool revoked) const {
    std::ifstream in(file);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    text.resize(text.rfind(']'));
    std::size_t count = 1;
    for (std::string next;; text += next, ++count) {
      next = R"(,{"id":"0190c0de-0000-7000-8000-0000000000aa","name":"t)" + std::to_string(count - 1) +
             R"(","kind":"system","sha256":")" + std::string(64, 'a') +
             R"(","made":"2026-11-22T10:00Z","revoked":)" + (revoked ? "true}" : "false}");
      if (text.size() + next.size() + 3 > Tokens::largest_file) break;
    }
    std::ofstream(file, std::ios::trunc) << text << "]}\n";
    return count;
  }
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

TEST_CASE("a token whose name is not UTF-8 is refused, and the others work on",
          "[central][commands][tokens][X5]") {
  World world;
  const std::string first =
      world.tokens.make({.name = "first", .kind = TokenKind::system, .person = {}}, world.random, world.now);
  // "Касса" as a terminal of code page 1251 sends it.
  const Tokens::Wish wish{.name = "\xca\xe0\xf1\xf1\xe0", .kind = TokenKind::system, .person = {}};
  CHECK_THROWS_WITH(world.tokens.make(wish, world.random, world.now),
                    Catch::Matchers::ContainsSubstring("UTF-8"));
  CHECK(Tokens(world.file).find(first));
}

TEST_CASE("tokens that were revoked leave when the file is full, the oldest first, and those that stand stay",
          "[central][commands][tokens][X5]") {
  World world;
  const std::string first =
      world.tokens.make({.name = "first", .kind = TokenKind::system, .person = {}}, world.random, world.now);
  const std::size_t before = world.fill(true);
  REQUIRE(Tokens(world.file).find(first));
  const std::string last =
      Tokens(world.file)
          .make({.name = "last", .kind = TokenKind::system, .person = {}}, world.random, world.now);
  CHECK(std::filesystem::file_size(world.file) <= Tokens::largest_file);
  CHECK(world.tokens.find(first)->name == "first");
  CHECK(world.tokens.find(last)->name == "last");
  const auto& all = world.tokens.all();
  CHECK(all.size() < before + 1);
  CHECK(all[0].name == "first");
  CHECK(all[1].name != "t0");
  CHECK(all[all.size() - 2].name == "t" + std::to_string(before - 2));
}

TEST_CASE("when no more tokens have room that is said before another is made, and a revocation makes room",
          "[central][commands][tokens][X5]") {
  World world;
  const std::string first =
      world.tokens.make({.name = "first", .kind = TokenKind::system, .person = {}}, world.random, world.now);
  const std::size_t before = world.fill(false);
  const Tokens::Wish wish{.name = std::string(200, 'n'), .kind = TokenKind::system, .person = {}};
  CHECK_THROWS_WITH(world.tokens.make(wish, world.random, world.now),
                    Catch::Matchers::ContainsSubstring("revoke"));
  CHECK(world.tokens.find(first));
  CHECK(Tokens(world.file).all().size() == before);
  for (const char* unused : {"t0", "t1", "t2"}) CHECK(world.tokens.revoke(unused));
  const std::string made = world.tokens.make(wish, world.random, world.now);
  CHECK(Tokens(world.file).find(made));
  CHECK(Tokens(world.file).find(first));
}

TEST_CASE("a name that could not be read again is refused", "[central][commands][tokens]") {
  World world;
  CHECK_THROWS_AS(world.tokens.make({.name = std::string(201, 'n'), .kind = TokenKind::system, .person = {}},
                                    world.random, world.now),
                  Fault);
  CHECK(world.tokens.all().empty());
}
