#include "edge-agent/agent/config.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

using Catch::Matchers::Message;

const std::string good =
    "folder = \"data\"\ncentral = \"wss://central.example:8443\"\nbroker = \"ssl://localhost:8883\"\n";

Config parsed(const std::string& text) { return parse_config(text, "edge.toml", "/etc/feldsher"); }

TEST_CASE("the printed default is a configuration", "[edge-agent][config][O6]") {
  const Config config = parsed(std::string(default_config()));
  CHECK(config.folder == "/var/lib/feldsher-edge");
  CHECK(config.central.host == "central.example");
  CHECK(config.central.port == 8443);
  CHECK(config.central.path == "/sync");
  CHECK(config.broker == "ssl://127.0.0.1:8883");
  CHECK(config.seal_seconds == 300);
  CHECK(config.request_patience_hours == 72);
  CHECK(config.acts_window_days == 90);
  CHECK(config.readings_window_days == 14);
  CHECK(config.log == "info");
}

TEST_CASE("a relative data folder lies beside its configuration", "[edge-agent][config]") {
  CHECK(parsed(good).folder == "/etc/feldsher/data");
}

TEST_CASE("what is wrong in a configuration is said with its line", "[edge-agent][config][O6]") {
  const auto says = [](const std::string& more, const std::string& what) {
    CHECK_THROWS_MATCHES(parsed(good + more), Fault, Message(what));
  };
  says("\nseel_seconds = 5\n", "edge.toml:5: unknown key \"seel_seconds\"");
  says("acts_window_days = 0\n", "edge.toml:4: \"acts_window_days\" must be 1 to 36500 days");
  says("seal_seconds = 0\n", "edge.toml:4: \"seal_seconds\" must be 1 to 3600 seconds");
  says("seal_seconds = \"5\"\n", "edge.toml:4: \"seal_seconds\" must be 1 to 3600 seconds");
  says("request_patience_hours = 721\n", "edge.toml:4: \"request_patience_hours\" must be 1 to 720 hours");
  says("log = \"loud\"\n", "edge.toml:4: \"log\" must be error, warning, info or debug");
  says("[central2]\nx = 1\n", "edge.toml:4: unknown key \"central2\"");
  CHECK_THROWS_MATCHES(parsed("folder = 7\n"), Fault, Message("edge.toml:1: \"folder\" must be a text"));
  CHECK_THROWS_MATCHES(parsed("\nbroker = \"http://x\"\n"), Fault,
                       Message("edge.toml:2: \"broker\" must be ssl://HOST:PORT"));
  CHECK_THROWS_MATCHES(parsed("folder = \"x\"\n"), Fault, Message("edge.toml: \"central\" is missing"));
  CHECK_THROWS_MATCHES(parsed("folder = \"x\"\nfolder = \"y\"\n"), Fault,
                       Catch::Matchers::MessageMatches(Catch::Matchers::StartsWith("edge.toml:2: ")));
}

TEST_CASE("whoever has no configuration yet is told what makes it", "[edge-agent][config][O6]") {
  CHECK_THROWS_MATCHES(read_config("/nonexistent/edge.toml"), Fault,
                       Message("cannot read /nonexistent/edge.toml: `feldsher-edge enrol CODE` makes it"));
}

TEST_CASE("central's address has a scheme, a host and a port", "[edge-agent][config]") {
  CHECK(CentralAddress::parse("wss://[::1]:8443")->host == "::1");
  CHECK(CentralAddress::parse("wss://10.0.0.1:1/other")->path == "/other");
  for (const char* wrong :
       {"", "https://a:1", "wss://a", "wss://:1", "wss://a:0", "wss://a:65536", "wss://a:1x", "wss://a:"})
    CHECK_FALSE(CentralAddress::parse(wrong));
}

}  // namespace
}  // namespace feldsher::edge
