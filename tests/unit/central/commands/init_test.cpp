#include "central/commands/init.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

#include "central/commands/config.hpp"
#include "central/commands/issue.hpp"
#include "central/commands/load.hpp"
#include "protocol/crypto/certificate_files.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/pass/pass.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/central/commands/clinic_text.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;
using namespace feldsher::central;
using namespace feldsher::test;

namespace {

struct World {
  Folder place;
  std::ostringstream said;
  CentralFolder folder =
      init({.folder = place.path() / "central", .name = "Test", .hosts = {"central.example"}}, said);

  void load_clinic() {
    const auto file = place.path() / "clinic.json";
    std::ofstream(file) << clinic_text();
    load(folder, file, false, said);
  }
};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {(std::istreambuf_iterator<char>(in)), {}};
}

unsigned mode_of(const std::filesystem::path& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

}  // namespace

TEST_CASE("init makes a folder that serve and load can open", "[central][commands][init]") {
  World world;
  CHECK(CentralFolder::open(world.folder.path()).identity().node == world.folder.identity().node);
  const Config config = read_config(world.folder.config());
  CHECK(std::filesystem::equivalent(config.dir, world.folder.path()));
  CHECK(config.public_host == "central.example");
  for (const auto& secret : {world.folder.head_key(), world.folder.pass_key(), world.folder.tokens(),
                             world.folder.operator_token(), world.folder.server() / "key.pem",
                             world.folder.authority() / "ca.key"})
    CHECK(mode_of(secret) == 0600);
}

TEST_CASE("init overwrites nothing", "[central][commands][init]") {
  World world;
  const std::string key = text_of(world.folder.head_key());
  CHECK_THROWS_AS(init({.folder = world.folder.path(), .name = "Again", .hosts = {}}, world.said), Fault);
  CHECK(text_of(world.folder.head_key()) == key);
  CHECK(CentralFolder::open(world.folder.path()).identity().name == "Test");
}

TEST_CASE("a folder that init did not make is refused with what to do", "[central][commands][init]") {
  Folder place;
  CHECK_THROWS_AS(CentralFolder::open(place.path()), Fault);
}

TEST_CASE("the package's folder is started by its unit, however it is spelt", "[central][commands][init]") {
  for (const char* folder : {"/var/lib/feldsher-central", "/var/lib/feldsher-central/",
                             "/var/lib/feldsher-central/.", "/var/lib/../lib/feldsher-central"}) {
    CHECK(start_command(folder) == "systemctl start feldsher-central");
    CHECK(start_command(folder, true) == "systemctl start feldsher-standby");
  }
  CHECK(start_command("/srv/central/") == "feldsher-central serve --config /srv/central/central.toml");
}

TEST_CASE("a certificate is not made for what is not known", "[central][commands][issue]") {
  World world;
  world.load_clinic();
  const auto out = world.place.path() / "out";
  CHECK_THROWS_AS(
      issue(world.folder, {.kind = "terminal", .name = "x", .point = "nowhere", .id = {}, .out = out},
            world.said),
      Fault);
  CHECK_THROWS_AS(
      issue(world.folder, {.kind = "point", .name = "x", .point = "embankment", .id = {}, .out = out},
            world.said),
      Fault);
  CHECK_THROWS_AS(
      issue(world.folder, {.kind = "king", .name = "x", .point = "", .id = {}, .out = out}, world.said),
      Fault);
  CHECK_THROWS_AS(
      issue(world.folder, {.kind = "broker", .name = "a/b", .point = "", .id = {}, .out = out}, world.said),
      Fault);
  for (const auto& [kind, host] : {std::pair{"broker", "192.0.2.300"}, {"terminal", "192.0.2.2"}})
    CHECK_THROWS_AS(
        issue(world.folder,
              {.kind = kind, .name = "x", .point = "", .id = {}, .out = out, .broker_hosts = {host}},
              world.said),
        Fault);
  CHECK_FALSE(std::filesystem::exists(out / "key.pem"));
}

TEST_CASE("a broker's certificate names where it is reached, also without a point's box",
          "[central][commands][issue][X6]") {
  World world;
  const auto out = world.place.path() / "out";
  issue(world.folder,
        {.kind = "broker", .name = "x", .point = "", .id = {}, .out = out, .broker_hosts = {"192.0.2.2"}},
        world.said);
  const CertificateFiles made{.certificate = out / "certificate.pem", .key = out / "key.pem"};
  CHECK(made.present().hosts == std::vector<std::string>{"localhost", "127.0.0.1", "::1", "192.0.2.2"});
}

TEST_CASE("a pass is for its appointment, day and point", "[central][commands][pass][K1]") {
  World world;
  world.load_clinic();
  const PublicKey key = SigningKey::load(world.folder.pass_key()).public_key();
  const auto pass =
      read_pass(make_pass(world.folder, *Uuid::from_text(appointment_id)),
                [&](const KeyId& id) { return id == KeyId::of(key) ? std::optional(key) : std::nullopt; });
  REQUIRE(pass.has_value());
  CHECK(pass->appointment.to_text() == appointment_id);
  CHECK(pass->patient.to_text() == olena_id);
  CHECK(pass->point.to_text() == point_id);
  CHECK(pass->day == "2030-05-14");
  CHECK_THROWS_AS(make_pass(world.folder, *Uuid::from_text(olena_id)), Fault);
}
