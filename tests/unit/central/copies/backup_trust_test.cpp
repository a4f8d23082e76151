// Whose word a backup is: a journal in it that central's key does not lead to is no good one.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "backed_up.hpp"
#include "central/copies/passphrase_seal.hpp"
#include "central/copies/secrets.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The same central by name, with a head key and a journal of somebody else's.
struct Forger : BackedUp {
  Forger() {
    fs::copy(net, forged, fs::copy_options::recursive);
    SigningKey::generate().replace(forged / "head.key");
    for (const char* file : {"journal.db", "journal.db-wal", "journal.db-shm"}) fs::remove(forged / file);
    write("what never was", forged);
  }
  BackupWish wish_of(const fs::path& central, const fs::path& to) const {
    return {.config = central / "central.toml", .to = to, .passphrase_file = passphrase};
  }
  const fs::path forged = place.path() / "forged";
};

const auto names_the_key = MessageMatches(ContainsSubstring("no life in it names this folder's key"));

}  // namespace

TEST_CASE("a journal that was replaced in central's folder is not backed up as a good one",
          "[central][copies][X6][X7]") {
  Forger forger;
  const fs::path to = forger.place.path() / "of-the-forged";
  fs::copy_file(forger.forged / "journal.db", forger.net / "journal.db",
                fs::copy_options::overwrite_existing);
  CHECK_THROWS_MATCHES(back_up(forger.wish_of(forger.net, to), forger.said), Fault, names_the_key);
  CHECK_FALSE(fs::exists(to / "manifest.json"));
}

TEST_CASE("a backup whose journal central's key does not lead to is not good, whoever signed its manifest",
          "[central][copies][X6][X7]") {
  Forger forger;
  SystemRandom random;
  // As a program made it that believed the journal of its folder.
  const std::string passphrase = read_passphrase(forger.passphrase, false);
  const BackupFolder made{forger.place.path() / "of-the-forged"};
  back_up(forger.wish_of(forger.forged, made.path), forger.said);
  auto secrets = CentralSecrets::from_json(*open_with_passphrase(content_of(made.secrets()), passphrase));
  secrets.files["head.key"].content = content_of(forger.net / "head.key");
  const std::string sealed = seal_with_passphrase(secrets.to_json(), passphrase, random);
  Manifest manifest = made.read(SigningKey::load(forger.forged / "head.key").public_key());
  manifest.secrets = sha256(sealed);
  replace_secret_file(made.secrets(), sealed);
  made.write(manifest, SigningKey::load(forger.net / "head.key"));

  RestoreWish wish = forger.wish();
  wish.from = made.path;
  CHECK_THROWS_MATCHES(restore(wish, forger.said), Fault, names_the_key);
}

TEST_CASE("a backup across a change of the head key is a good one", "[central][copies][X6]") {
  BackedUp made;
  const CentralFolder folder = CentralFolder::open(made.net);
  rotate(folder, {.key = "head", .hosts = {}, .retire = false}, made.said);
  const fs::path rotated = made.place.path() / "rotated", begun = made.place.path() / "begun";
  SECTION("before it has signed anything") {}
  SECTION("in the life that it began") { made.write("second"); }
  SECTION("after another one") {
    made.write("second");
    rotate(folder, {.key = "head", .hosts = {}, .retire = false}, made.said);
    made.write("third");
  }
  back_up({.config = made.net / "central.toml", .to = rotated, .passphrase_file = made.passphrase},
          made.said);
  RestoreWish wish = made.wish(begun);
  wish.from = rotated;
  restore(wish, made.said);
  // And what was restored is backed up in its turn.
  made.write("after", begun);
  back_up({.config = begun / "central.toml",
           .to = made.place.path() / "again",
           .passphrase_file = made.passphrase},
          made.said);
}

}  // namespace feldsher::central
