// Keys and tokens of a copy that becomes central: its files may be older than what the journal says of them.
#include "central/copies/settle_keys.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "backed_up.hpp"
#include "central/commands/tokens.hpp"
#include "central/copies/standby_folder.hpp"
#include "protocol/crypto/system_world.hpp"

namespace feldsher::central {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("a promoted standby signs passes with a key that its points know", "[central][copies][X6]") {
  BackedUp made;
  made.know_a_pass_key();
  made.make_standby();
  SECTION("its key is good") {
    const auto key = SigningKey::load(made.day / "pass.key").public_key();
    promote(CentralFolder::open(made.day), false, made.said);
    CHECK(SigningKey::load(made.day / "pass.key").public_key() == key);
    CHECK(made.lives(made.day).size() == 1);
    return;
  }
  SECTION("its next key was told of, and its key was retired since") {
    const auto next = SigningKey::load(made.net / "pass-next.key").public_key();
    made.rotate_pass();
    made.follow_until_now();
    promote(CentralFolder::open(made.day), false, made.said);
    CHECK(SigningKey::load(made.day / "pass.key").public_key() == next);
    CHECK_THAT(made.said.str(), ContainsSubstring("the key in this copy was retired since"));
  }
  SECTION("both of its keys were retired since") {
    made.rotate_pass();
    made.rotate_pass();
    made.follow_until_now();
    promote(CentralFolder::open(made.day), false, made.said);
    CHECK_THAT(made.said.str(), ContainsSubstring("A new one signs"));
  }
  SECTION("no record knows it") {
    SigningKey::generate().replace(made.day / "pass.key");
    fs::remove(made.day / "pass-next.key");
    promote(CentralFolder::open(made.day), false, made.said);
    CHECK_THAT(made.said.str(), ContainsSubstring("no record knows it"));
  }
  CHECK(made.counts(made.day / "pass.key"));
  CHECK(made.counts(made.day / "pass-next.key"));
  CHECK(made.lives(made.day).size() == 2);
}

TEST_CASE("who rotates a key that a standby has hears that it must be made anew", "[central][copies][X6]") {
  BackedUp made;
  const CentralFolder folder = CentralFolder::open(made.net);
  for (const char* key : {"pass", "pass", "operator", "head"}) {
    std::ostringstream said;
    rotate(folder, {.key = key, .hosts = {}, .retire = false}, said);
    CHECK_THAT(said.str(), ContainsSubstring("standby") && ContainsSubstring("anew"));
  }
}

TEST_CASE("a restored central signs passes with a key that its journal knows", "[central][copies][X6]") {
  BackedUp made;
  made.know_a_pass_key();
  SigningKey::generate().replace(made.net / "pass.key");
  fs::remove_all(made.night);
  back_up({.config = made.net / "central.toml", .to = made.night, .passphrase_file = made.passphrase},
          made.said);
  restore(made.wish(made.day), made.said);
  CHECK(made.counts(made.day / "pass.key"));
  CHECK(made.counts(made.day / "pass-next.key"));
}

TEST_CASE("who makes a copy central hears which tokens stand in it, and may end them all",
          "[central][copies][X6]") {
  BackedUp made;
  SystemRandom random;
  const std::string lab =
      Tokens(made.net / "tokens.json")
          .make({.name = "lab", .kind = TokenKind::system, .person = {}}, random, SystemClock().now());
  made.make_standby();
  Tokens(made.net / "tokens.json").revoke("lab");
  const CentralFolder folder = CentralFolder::open(made.day);
  SECTION("they stand, and are named") {
    promote(folder, false, made.said);
    CHECK_THAT(made.said.str(), ContainsSubstring("They stand: operator, lab") &&
                                    ContainsSubstring("feldsher-central token --dir " + made.day.string()));
    CHECK(Tokens(folder.tokens()).find(lab));
  }
  SECTION("they end at a word, but for a new one of this machine's commands") {
    std::string former, present;
    std::ifstream(folder.operator_token()) >> former;
    promote(folder, true, made.said);
    std::ifstream(folder.operator_token()) >> present;
    Tokens tokens(folder.tokens());
    CHECK_FALSE(tokens.find(lab));
    CHECK_FALSE(tokens.find(former));
    CHECK(tokens.find(present));
  }
  SECTION("a restored one says so too") {
    fs::remove_all(made.day);
    RestoreWish wish = made.wish(made.day);
    wish.revoke_tokens = GENERATE(false, true);
    restore(wish, made.said);
    const std::string command = "feldsher-central token --dir " + made.day.string();
    CHECK_THAT(made.said.str(), ContainsSubstring(command));
    CHECK(Tokens(made.day / "tokens.json").find(lab).has_value() != wish.revoke_tokens);
  }
}

}  // namespace feldsher::central
