// Whose folder is whose: the Debian package keeps the broker's keys apart from the point's data.
#include "edge-agent/enrol/enrol.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

#include "edge-agent/agent/config.hpp"
#include "edge-agent/agent/membership.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::edge {
namespace {

constexpr const char* spelt[] = {"/var/lib/feldsher-edge", "/var/lib/feldsher-edge/",
                                 "/var/lib/feldsher-edge/.", "/var/lib/feldsher-edge/./",
                                 "/var/lib/../lib/feldsher-edge"};

}  // namespace

TEST_CASE("the package's broker folder is found, however its data folder is spelt", "[edge][enrol][X6]") {
  const test::Folder installed;
  for (const char* folder : spelt) {
    CHECK(broker_folder(folder, installed.path()) == installed.path());
    CHECK(start_commands(folder, false).find("systemctl start feldsher-broker") != std::string::npos);
  }
}

TEST_CASE("a rotation finds the broker's keys by the configuration that enrolment wrote",
          "[edge][enrol][X6]") {
  const test::Folder installed;
  const Config config =
      parse_config(config_for(".", "wss://localhost:1"), "edge.toml", "/var/lib/feldsher-edge");
  CHECK(broker_folder(config.folder, installed.path()) == installed.path());
}

TEST_CASE("elsewhere, and without the package, the broker's keys are in the point's folder",
          "[edge][enrol][X6]") {
  const test::Folder installed;
  for (const char* folder : {"/srv/point", "/var/lib/feldsher-edge-2", "/var/lib"})
    CHECK(broker_folder(folder, installed.path()) == std::filesystem::path(folder) / "broker");
  CHECK(broker_folder("/var/lib/feldsher-edge", installed.path() / "gone") ==
        "/var/lib/feldsher-edge/broker");
  CHECK(start_commands("/srv/point", true) == "Next: feldsher-edge serve --config /srv/point/edge.toml\n");
}

TEST_CASE("a sealed box key is given to the service manager before the service is started",
          "[edge][enrol][X6]") {
  const std::string said = start_commands("/var/lib/feldsher-edge/", true);
  const auto opened = said.find("/etc/credstore.encrypted/feldsher-edge-box");
  REQUIRE(opened != std::string::npos);
  CHECK(opened < said.find("systemctl start"));
  CHECK(start_commands("/var/lib/feldsher-edge", false).find("credstore") == std::string::npos);
  CHECK(open_commands("/srv/point", "").empty());

  // What is typed is what the unit loads.
  std::ifstream unit(std::string(FELDSHER_SOURCE_DIR) + "/images/systemd/feldsher-edge.service");
  std::stringstream text;
  text << unit.rdbuf();
  CHECK(text.str().find("\nLoadCredentialEncrypted=feldsher-box:feldsher-edge-box\n") != std::string::npos);
}

TEST_CASE("the list of revoked certificates lies where the broker's user can read it", "[edge][enrol][X6]") {
  const test::Folder installed;
  for (const char* folder : spelt)
    CHECK(PointFolder(folder).revoked(installed.path()) == installed.path() / "serials");
  CHECK(PointFolder("/var/lib/feldsher-edge").revoked(installed.path() / "gone") ==
        "/var/lib/feldsher-edge/revoked");
  CHECK(PointFolder("/srv/point").revoked(installed.path()) == "/srv/point/revoked");
}

}  // namespace feldsher::edge
