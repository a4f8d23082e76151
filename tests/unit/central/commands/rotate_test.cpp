#include "central/commands/rotate.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <sstream>

#include "central/commands/init.hpp"
#include "central/commands/issue.hpp"
#include "central/commands/load.hpp"
#include "central/commands/stopped_central.hpp"
#include "central/commands/tokens.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/own_certificate.hpp"
#include "protocol/journal/head_key_file.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/central/commands/clinic_text.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;
using namespace feldsher::central;
using namespace feldsher::test;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A loaded central that does not run.
struct World {
  World() : folder(init({.folder = place.path() / "central", .name = "Test", .hosts = {}}, said)) {
    const auto file = place.path() / "clinic.json";
    std::ofstream(file) << clinic_text();
    load(folder, file, false, said);
  }
  void turn(const std::string& key, bool retire = false) {
    rotate(folder, {.key = key, .hosts = {}, .retire = retire}, said);
  }
  /// Central's pass keys by whether they are retired.
  std::pair<int, int> pass_keys() {
    StoppedCentral central(folder);
    std::pair<int, int> good_and_retired;
    for (const auto& [id, row] : central.node().state().pass_keys.rows())
      ++(row.state.retired() ? good_and_retired.second : good_and_retired.first);
    return good_and_retired;
  }
  bool is_pass_key(const std::filesystem::path& file) {
    const PublicKey key = SigningKey::load(file).public_key();
    StoppedCentral central(folder);
    for (const auto& [id, row] : central.node().state().pass_keys.rows())
      if (!row.state.retired() && public_key_from(row.state.public_key()) == key) return true;
    return false;
  }

  Folder place;
  std::ostringstream said;
  CentralFolder folder;
};

}  // namespace

TEST_CASE("the head key is rotated by a handover, once for each life, and no record is written anew",
          "[central][commands][keys][X6][X7]") {
  World world;
  const PublicKey former = SigningKey::load(world.folder.head_key()).public_key();
  const std::string database = text_of(world.folder.path() / "journal.db");
  world.turn("head");
  const Ed25519Signer next = load_head_key(world.folder.head_key());
  CHECK(public_key_from(next.public_key()) != former);
  CHECK(Ed25519Check().verify({reinterpret_cast<const char*>(former.data()), former.size()},
                              handover_octets(next.public_key()), next.handover()));
  CHECK(text_of(world.folder.path() / "journal.db") == database);
  // Nobody has heard of this key yet: its word for another would be worth nothing.
  CHECK_THROWS_AS(world.turn("head"), Fault);
  {
    StoppedCentral central(world.folder);
    central.commit();
  }
  CHECK_NOTHROW(world.turn("head"));
}

TEST_CASE("points hear of a pass key before it signs, and former ones end by a word",
          "[central][commands][keys][X6]") {
  World world;
  const std::string present = text_of(world.folder.pass_key());
  world.turn("pass");
  CHECK(text_of(world.folder.pass_key()) == present);
  CHECK(world.is_pass_key(world.folder.next_pass_key()));
  const std::string next = text_of(world.folder.next_pass_key());
  world.turn("pass");
  CHECK(text_of(world.folder.pass_key()) == next);
  CHECK(world.is_pass_key(world.folder.pass_key()));
  CHECK(world.is_pass_key(world.folder.next_pass_key()));
  CHECK(world.pass_keys() == std::pair{3, 0});
  world.turn("pass", true);
  CHECK(world.pass_keys() == std::pair{2, 2});
}

TEST_CASE("a next pass key that the points were never told of does not sign yet",
          "[central][commands][keys][X6]") {
  World world;
  const std::string present = text_of(world.folder.pass_key());
  // Cut off between making the key and telling of it.
  SigningKey::generate().save(world.folder.next_pass_key());
  const std::string next = text_of(world.folder.next_pass_key());
  REQUIRE_FALSE(world.is_pass_key(world.folder.next_pass_key()));
  world.turn("pass");
  CHECK(text_of(world.folder.pass_key()) == present);
  CHECK(text_of(world.folder.next_pass_key()) == next);
  CHECK(world.is_pass_key(world.folder.next_pass_key()));
  world.turn("pass");
  CHECK(text_of(world.folder.pass_key()) == next);
  CHECK(world.pass_keys() == std::pair{3, 0});
}

TEST_CASE("another root and authority certify at once, and whatever the former ones certified has ended",
          "[central][commands][keys][X6]") {
  World world;
  const auto& folder = world.folder;
  const std::int64_t now_s = SystemClock().now().wall_ms / 1000;
  const auto former = CertificateAuthority::load(folder.authority());
  const std::string former_root = text_of(folder.root() / "ca.pem");
  const std::string doors = text_of(folder.server() / "certificate.pem");
  const auto hosts = read_own_certificate(doors)->hosts;
  issue(folder,
        {.kind = "terminal",
         .name = "checkin-1",
         .point = "embankment",
         .id = {},
         .out = world.place.path() / "screen"},
        world.said);
  world.turn("authority");

  const auto present = CertificateAuthority::load(folder.authority());
  CHECK(present.tenant() == former.tenant());
  CHECK(present.public_key_digest() != former.public_key_digest());
  CHECK(text_of(folder.root() / "ca.pem") != former_root);
  CHECK(text_of(folder.ca()) == present.ca_pem());
  CHECK(present.ca_pem() != former.ca_pem());
  const auto after = read_own_certificate(text_of(folder.server() / "certificate.pem"));
  REQUIRE(after);
  CHECK(after->identity == read_own_certificate(doors)->identity);
  CHECK(after->hosts == hosts);
  CHECK(after->not_after_s > now_s);
  CHECK(belong_together(text_of(folder.server() / "certificate.pem"), text_of(folder.server() / "key.pem")));
  {
    StoppedCentral central(folder);
    REQUIRE(central.node().state().credentials.rows().size() == 1);
    CHECK(central.node().state().credentials.rows().begin()->second.state.revoked());
    // Somebody has the journal: nothing is changed.
    CHECK_THROWS_AS(world.turn("authority"), std::runtime_error);
  }
  // Cut off between the two of a folder: it is run again.
  std::filesystem::remove_all(folder.authority());
  world.turn("authority");
  CHECK(CertificateAuthority::load(folder.authority()).ca_pem() == text_of(folder.ca()));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "authority.next"));
}

TEST_CASE("the doors, the operator and the box get new keys", "[central][commands][keys][X6]") {
  World world;
  const auto certificate = world.folder.server() / "certificate.pem", key = world.folder.server() / "key.pem";
  const auto before = read_own_certificate(text_of(certificate));
  world.turn("server");
  const auto after = read_own_certificate(text_of(certificate));
  REQUIRE(after);
  CHECK(after->identity == before->identity);
  CHECK(after->identity.serial != before->identity.serial);
  CHECK(belong_together(text_of(certificate), text_of(key)));

  const std::string token = text_of(world.folder.operator_token());
  world.turn("operator");
  Tokens tokens(world.folder.tokens());
  CHECK_FALSE(tokens.find(token.substr(0, token.size() - 1)));
  const std::string next = text_of(world.folder.operator_token());
  CHECK(tokens.find(next.substr(0, next.size() - 1)));

  const std::string wrapped = text_of(world.folder.path() / "journal.key"),
                    database = text_of(world.folder.path() / "journal.db");
  world.turn("box");
  CHECK(text_of(world.folder.path() / "journal.key") != wrapped);
  CHECK(text_of(world.folder.path() / "journal.db") == database);
  CHECK_THROWS_AS(world.turn("standby"), Fault);
  CHECK_THROWS_AS(world.turn("front door"), Fault);
}
