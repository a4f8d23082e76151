#include "edge-agent/agent/membership.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <sstream>

#include "edge-agent/agent/config.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::edge {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

const std::string node_json =
    R"({"tenant":"0190c0de-0000-7000-8000-00000000000a","node":"0190c0de-0000-7000-8000-00000000000b",)"
    R"("point":"0190c0de-0000-7000-8000-00000000000c","zone":"Europe/Kyiv","central":"wss://central.example:7443",)"
    R"("central_head_key":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","newer":[1]})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}
std::string text_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

/// What a box has when central has let it in.
struct Enrolled {
  test::Folder place;
  std::filesystem::path point = place.path() / "point";
  PointMaterial material{.files = {{"node.json", node_json},
                                   {"ca.pem", "ca"},
                                   {"certificate.pem", "certificate"},
                                   {"key.pem", "key"},
                                   {"bus/key.pem", "its key at its own broker"}},
                         .head_key = SigningKey::generate(),
                         .central = "wss://central.example:7443"};
};

TEST_CASE("node.json says who a point is", "[edge-agent][enrolment]") {
  const Membership it = Membership::parse(node_json, "node.json");
  CHECK(it.tenant.to_text() == "0190c0de-0000-7000-8000-00000000000a");
  CHECK(it.zone == "Europe/Kyiv");
  CHECK(it.central == "wss://central.example:7443");
  CHECK(it.central_head_key.size() == 32);
  const Membership other = Membership::parse(
      replaced(node_json, "\"wss://central.example:7443\"", R"({"host":"::1","port":7})"), "node.json");
  CHECK(other.central == "wss://[::1]:7");
}

TEST_CASE("a node.json that is wrong is refused by the name of its field", "[edge-agent][enrolment]") {
  const auto refuses = [](const std::string& json, const std::string& what) {
    CHECK_THROWS_MATCHES(Membership::parse(json, "node.json"), Fault,
                         MessageMatches(ContainsSubstring(what)));
  };
  refuses("{", "node.json is not JSON");
  refuses("[]", "an object is expected");
  refuses("{}", "\"tenant\" is missing");
  refuses(replaced(node_json, "Europe/Kyiv", "Europe/Kiiv"), "\"zone\"");
  refuses(replaced(node_json, "0190c0de-0000-7000-8000-00000000000b", "00000000-0000-0000-0000-000000000000"),
          "\"node\"");
  refuses(replaced(node_json, "0001020304", "00"), "\"central_head_key\"");
  refuses(replaced(node_json, "wss://", "ws://"), "\"central\"");
}

TEST_CASE("a point's folder can be used by its owner only, and has keys of its own",
          "[edge-agent][enrolment][X6]") {
  Enrolled box;
  make_point(box.point, box.material);
  using std::filesystem::perms;
  CHECK(std::filesystem::status(box.point).permissions() == perms::owner_all);
  CHECK(std::filesystem::status(box.point / "bus").permissions() == perms::owner_all);
  int files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(box.point)) {
    CAPTURE(file.path());
    if (!file.is_regular_file()) continue;
    CHECK(file.status().permissions() == (perms::owner_read | perms::owner_write));
    ++files;
  }
  CHECK(files == 9);  // Those that it was given, edge.toml, journal.key, box.key, head.key
  CHECK(text_of(box.point / "key.pem") == "key");
  CHECK(PointFolder(box.point).membership().node == Membership::parse(node_json, "").node);
  CHECK(SigningKey::load(PointFolder(box.point).head_key()).public_key() ==
        box.material.head_key.public_key());
  CHECK_NOTHROW(DataFolder::open(box.point));

  const Config config = read_config(box.point / "edge.toml");
  CHECK(config.central.host == "central.example");
  CHECK(config.central.port == 7443);
  CHECK(std::filesystem::equivalent(config.folder, box.point));

  Enrolled second;
  make_point(second.point, second.material);
  CHECK(text_of(second.point / "journal.key") != text_of(box.point / "journal.key"));
}

TEST_CASE("nothing is written over where a point or a journal is", "[edge-agent][enrolment]") {
  Enrolled box;
  CHECK_NOTHROW(expect_no_point(box.point));
  make_point(box.point, box.material);
  CHECK_THROWS_MATCHES(expect_no_point(box.point), Fault,
                       MessageMatches(ContainsSubstring("is there already")));
  const auto other = box.place.path() / "other";
  std::filesystem::create_directory(other);
  write(other / "journal.db", "somebody's journal");
  CHECK_THROWS_AS(expect_no_point(other), Fault);
}

TEST_CASE("a folder that is no point's says how to make one", "[edge-agent][enrolment]") {
  test::Folder place;
  CHECK_THROWS_MATCHES(PointFolder(place.path()).membership(), Fault,
                       MessageMatches(ContainsSubstring("feldsher-edge enrol")));
}

}  // namespace
}  // namespace feldsher::edge
