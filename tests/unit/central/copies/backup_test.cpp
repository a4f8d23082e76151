// A stopped central: its backup, what is made of it, and what is refused.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "backed_up.hpp"
#include "central/copies/secrets.hpp"
#include "central/copies/standby_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("a restored central is the one that was backed up, in a new life", "[central][copies][X11]") {
  BackedUp made;
  restore(made.wish(made.day), made.said);
  CHECK(CentralFolder::open(made.day).identity().tenant == CentralFolder::open(made.net).identity().tenant);
  for (const char* file : {"head.key", "pass.key", "ca.pem", "root/ca.key", "authority/ca.key",
                           "server/key.pem", "tokens.json", "operator.token", "central.toml"})
    CHECK(fs::exists(made.day / file));
  CHECK((fs::status(made.day / "head.key").permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  made.write("second", made.day);
  const auto lives = made.lives(made.day);
  REQUIRE(lives.size() == 2);
  CHECK(lives[1].reason() == v1::OPEN_WAS_BEHIND);
  CHECK(lives[1].parent_seq() == 2);  // Its first life, and the act.
  made.write("third", made.day);
  CHECK(made.lives(made.day).size() == 2);
}

TEST_CASE("a backup opens with its own key only", "[central][copies][X6]") {
  BackedUp made;
  const TenantId tenant = CentralFolder::open(made.net).identity().tenant;
  CHECK_THROWS_AS(SqlcipherStore(made.night / "journal.db", tenant, DataFolder::open(made.net).key()), Fault);
  std::ofstream(made.passphrase) << "another one altogether\n";
  CHECK_THROWS_AS(restore(made.wish(), made.said), Fault);
}

TEST_CASE("nothing that is there is written over", "[central][copies][X11]") {
  BackedUp made;
  CHECK_THROWS_AS(
      back_up({.config = made.net / "central.toml", .to = made.night, .passphrase_file = made.passphrase},
              made.said),
      Fault);
  fs::create_directory(made.day);
  std::ofstream(made.day / "somebody's") << "work\n";
  CHECK_THROWS_AS(restore(made.wish(made.day), made.said), Fault);
  CHECK(std::distance(fs::directory_iterator(made.day), {}) == 1);
  restore(made.wish(), made.said);
}

TEST_CASE("a folder that a package made and nobody filled takes what is restored", "[central][copies][X11]") {
  BackedUp world;
  const fs::path empty = world.place.path() / "empty";
  fs::create_directory(empty);
  restore(world.wish(empty), world.said);
  CHECK(BackedUp::lives(empty).size() == BackedUp::lives(world.net).size());
  CHECK_FALSE(fs::exists(empty / ".part"));
  CHECK_THROWS_AS(restore(world.wish(empty), world.said), Fault);
  // Nothing of what was refused is left in another.
  const fs::path other = world.place.path() / "other";
  fs::create_directory(other);
  fs::remove(world.night / "manifest.json");
  CHECK_THROWS_AS(restore(world.wish(other), world.said), Fault);
  CHECK(fs::is_empty(other));
}

TEST_CASE("what a restore that was cut off left is named, hidden or not", "[central][copies][X11]") {
  BackedUp world;
  fs::path part = world.place.path() / "day.part";
  SECTION("beside a folder that is not there yet") {}
  SECTION("in a folder that a package made") { part = world.day / ".part"; }
  fs::create_directories(part);
  // Before the passphrase is asked for.
  fs::remove(world.passphrase);
  CHECK_THROWS_MATCHES(restore(world.wish(world.day), world.said), Fault,
                       MessageMatches(ContainsSubstring("rm -r " + part.string()) &&
                                      ContainsSubstring("restore that was cut off")));
  CHECK(fs::exists(part));
  CHECK_FALSE(fs::exists(world.day / "identity.json"));
}

TEST_CASE("a backup that was not finished, or of which anything was changed, makes nothing",
          "[central][copies][X7]") {
  BackedUp made;
  SECTION("no manifest") { fs::remove(made.night / "manifest.json"); }
  SECTION("no signature") { fs::remove(made.night / "manifest.sig"); }
  SECTION("no secrets") { fs::remove(made.night / "secrets.sealed"); }
  SECTION("another backup's journal") {
    made.write("later");
    const fs::path other = made.place.path() / "other";
    back_up({.config = made.net / "central.toml", .to = other, .passphrase_file = made.passphrase},
            made.said);
    fs::copy_file(other / "journal.db", made.night / "journal.db", fs::copy_options::overwrite_existing);
  }
  SECTION("another backup's secrets and journal") {
    made.write("later");
    const fs::path other = made.place.path() / "other";
    back_up({.config = made.net / "central.toml", .to = other, .passphrase_file = made.passphrase},
            made.said);
    for (const char* file : {"journal.db", "secrets.sealed"})
      fs::copy_file(other / file, made.night / file, fs::copy_options::overwrite_existing);
  }
  CHECK_THROWS_AS(restore(made.wish(made.day), made.said), Fault);
  CHECK_FALSE(fs::exists(made.day));
  CHECK_FALSE(fs::exists(made.day.string() + ".part"));
}

TEST_CASE("secrets are written inside their folder only", "[central][copies][X6]") {
  testing::TemporaryFolder place;
  for (const char* name : {"../out", "/tmp/feldsher-out", "a/../../out"}) {
    CentralSecrets secrets;
    secrets.files[name] = {.content = "x"};
    CHECK_THROWS_AS(secrets.write(place.path()), Fault);
  }
}

TEST_CASE("a standby's folder becomes central's by promotion, once", "[central][copies][X11]") {
  BackedUp made;
  RestoreWish wish = made.wish(made.day);
  wish.standby_of = "central.example:8443";
  restore(wish, made.said);
  const CentralFolder folder = CentralFolder::open(made.day);
  CHECK(StandbyFile::read(folder).central.host == "central.example");
  CHECK(made.lives(made.day).size() == 1);
  CHECK_THROWS_AS(made.write("a fork", made.day), Fault);
  promote(folder, false, made.said);
  CHECK_FALSE(fs::exists(folder.standby_file()));
  CHECK_THROWS_AS(promote(folder, false, made.said), Fault);
  made.write("after", made.day);
  CHECK(made.lives(made.day).size() == 2);
}

TEST_CASE("what is no standby's folder is not promoted", "[central][copies][X11]") {
  BackedUp made;
  CHECK_THROWS_AS(promote(CentralFolder::open(made.net), false, made.said), Fault);
}

}  // namespace feldsher::central
